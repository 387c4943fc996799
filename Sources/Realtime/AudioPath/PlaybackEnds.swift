internal import AudioCore
internal import Linux

/// Both ends of all voices, made together.
final class PlaybackEnds {
    /// Control's end.
    let speaker: Speaker
    /// Records what is really written to the loudspeaker; nil if the echo is left alone.
    let echo: EchoReference?
    private var port: PlaybackPort?
    private var musicPort: PlaybackPort?

    /// Creates the ends of empty rings.
    init(settings: AudioSettings) throws(SystemError) {
        let share = try PlaybackShare()
        let music = settings.ofMusicOutput
        let musicShare = music == nil ? nil : try PlaybackShare(beside: share)
        var feeds: [VoiceFeed] = []
        var readers: [VoiceReader] = []
        var musicReaders: [VoiceReader] = []
        for voice in PlaybackVoice.allCases {
            var ring = SampleRing(capacity: voice.ringSamples)
            let shared = VoiceShare(gain: 1)
            let player = voice == .music ? musicShare ?? share : share
            feeds.append(
                VoiceFeed(
                    voice: voice, ring: ring.takeWriter(), share: shared, wake: player.wake))
            let reader = VoiceReader(voice: voice, ring: ring.takeReader(), share: shared)
            readers.append(player === share ? reader : .silent(voice))
            musicReaders.append(player === share ? .silent(voice) : reader)
        }
        speaker = Speaker(feeds: feeds, share: share, settings: settings)
        echo = settings.echo.mode == .off ? nil : EchoReference(rate: settings.playback.rate)
        port = PlaybackPort(voices: readers, share: share, settings: settings, echo: echo)
        if let music, let musicShare {
            musicPort = PlaybackPort(voices: musicReaders, share: musicShare, settings: music)
        }
    }

    /// The playback thread's end; may be taken once.
    func takePort() -> PlaybackPort {
        guard let taken = port.take() else { preconditionFailure("playback has one thread") }
        return taken
    }

    /// The end of the thread that plays music alone, if there is one; may be taken once.
    func takeMusicPort() -> PlaybackPort? { musicPort.take() }
}
