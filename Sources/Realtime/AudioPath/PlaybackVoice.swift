/// Who is heard: each voice has its own samples and its own loudness.
///
/// One mixer serves them all, since a small board has one loudspeaker, a card opens once, and what
/// the echo canceller must know is the sum. Music alone may have a device of its own.
package enum PlaybackVoice: Int, Sendable, CaseIterable {
    /// The replies of the service.
    case speech
    /// The device's own short sounds and lines.
    case earcon
    /// What is played for pleasure.
    case music
    /// What must be heard: timers and alarms.
    case alarm

    /// Whether it steps back while somebody talks.
    var isDucked: Bool {
        switch self {
        case .speech, .earcon: false
        case .music, .alarm: true
        }
    }

    /// What its ring holds (samples at 24 kHz): for the long ones, a few seconds.
    var ringSamples: Int {
        switch self {
        case .speech, .music: 1 << 16
        case .earcon, .alarm: 1 << 15
        }
    }
}

/// Who wants the others to step back; each wants it or does not, however often it says so.
package enum DuckOwner: Int, Sendable, CaseIterable {
    /// The microphone is open.
    case listening
    /// A reply is played.
    case reply
    /// Something else that talks, such as a tool or an announcement.
    case announcement
}
