/// A sound server behind an ALSA plugin.
///
/// Its plugin takes locks and talks to the server's thread in calls that a card answers at once
/// (`snd_pcm_delay`, `snd_pcm_avail`), so that an audio thread may wait for it; what it has taken is
/// not given back, and what it holds itself comes on top of our buffer.
package enum SoundServer: Sendable, Equatable {
    case pulseAudio
    case pipeWire

    /// As its makers write it.
    package var name: String {
        switch self {
        case .pulseAudio: "PulseAudio"
        case .pipeWire: "PipeWire"
        }
    }

    /// By the dump of a PCM: "ALSA <-> PulseAudio PCM I/O Plugin".
    init?(dump: String) {
        if dump.contains("PulseAudio PCM") {
            self = .pulseAudio
        } else if dump.contains("PipeWire PCM") {
            self = .pipeWire
        } else {
            return nil
        }
    }
}
