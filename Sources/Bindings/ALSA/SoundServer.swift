/// A sound server behind an ALSA plugin.
///
/// Its plugin takes locks and waits for the server's thread in calls that a card answers at once
/// (`snd_pcm_delay`, `snd_pcm_avail`), so an audio thread may be blocked; frames that it has taken
/// cannot be rewound, and its own buffer adds to ours.
package enum SoundServer: Sendable, Equatable {
    case pulseAudio
    case pipeWire

    /// The official spelling.
    package var name: String {
        switch self {
        case .pulseAudio: "PulseAudio"
        case .pipeWire: "PipeWire"
        }
    }

    /// Recognizes the server in the dump of a PCM: "ALSA <-> PulseAudio PCM I/O Plugin".
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
