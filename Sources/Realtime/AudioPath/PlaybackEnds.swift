internal import AudioCore
internal import Linux

/// Both ends of all voices, made together.
final class PlaybackEnds {
    /// Control's end.
    let speaker: Speaker
    /// What is really written to the device; nil where the echo is left alone.
    let echo: EchoReference?
    private var port: PlaybackPort?

    /// Rings that nothing was written to.
    init(settings: AudioSettings) throws(SystemError) {
        let share = try PlaybackShare()
        var feeds: [VoiceFeed] = []
        var readers: [VoiceReader] = []
        for voice in PlaybackVoice.allCases {
            var ring = SampleRing(capacity: voice.ringSamples)
            let shared = VoiceShare(gain: 1)
            feeds.append(VoiceFeed(voice: voice, ring: ring.takeWriter(), share: shared))
            readers.append(VoiceReader(voice: voice, ring: ring.takeReader(), share: shared))
        }
        speaker = Speaker(feeds: feeds, share: share, settings: settings)
        echo = settings.echo.mode == .off ? nil : EchoReference()
        port = PlaybackPort(voices: readers, share: share, settings: settings, echo: echo)
    }

    /// The playback thread's end; may be taken once.
    func takePort() -> PlaybackPort {
        guard let taken = port.take() else { preconditionFailure("playback has one thread") }
        return taken
    }
}
