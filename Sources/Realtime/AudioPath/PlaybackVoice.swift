/// The voices of playback, each with its own samples and its own loudness.
///
/// One mixer serves them all, since a small board has one loudspeaker, a card opens only once, and
/// the echo canceller needs the sum. Only music may have its own device.
package enum PlaybackVoice: Int, Sendable, CaseIterable {
    /// The replies of the service.
    case speech
    /// The device's own short sounds and lines.
    case earcon
    /// Music and other long sound.
    case music
    /// Timers and alarms, which must be heard.
    case alarm

    /// Whether it is ducked during speech.
    var isDucked: Bool {
        switch self {
        case .speech, .earcon: false
        case .music, .alarm: true
        }
    }

    /// The size of its ring (samples at 24 kHz): a few seconds for the long ones.
    var ringSamples: Int {
        switch self {
        case .speech, .music: 1 << 16
        case .earcon, .alarm: 1 << 15
        }
    }
}

/// The reasons for ducking; each is on or off, however often it is set.
package enum DuckOwner: Int, Sendable, CaseIterable {
    /// The microphone is open.
    case listening
    /// A reply is played.
    case reply
    /// Something else speaks, such as a tool or an announcement.
    case announcement
}
