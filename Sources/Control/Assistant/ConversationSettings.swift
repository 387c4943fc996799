/// How a turn is opened and closed.
package enum TurnMode: String, Sendable, CaseIterable {
    /// Hold the button while talking.
    case hold
    /// Press once to talk; press again, or stop talking, to end the turn.
    case tap
    /// Talk; the local detector opens the microphone and the service finds the turns.
    case handsFree
}

/// The settings of the conversation machine.
package struct ConversationSettings: Sendable, Equatable {
    /// How turns are opened and closed.
    package var mode: TurnMode
    /// Sound from before the press or the onset that is sent too (milliseconds).
    package var preRollMilliseconds = 300
    /// A hold shorter than this is a slip or a wish for silence: its reply is not played (0: off).
    package var minimumHoldMilliseconds = 150
    /// A turn is closed after this time, so that a stuck button cannot send for ever.
    package var maximumTurnMilliseconds = 120_000
    /// Tap mode: whether the local detector's end of speech closes the turn.
    package var endsTapAtSpeechEnd = true
    /// Tap mode: a turn without any speech is closed after this time, and its reply not played.
    package var tapSilenceMilliseconds = 8_000
    /// Hands-free: whether a voice interrupts the reply; false where the device hears itself.
    package var voiceInterrupts = true
    /// A reply that a voice interrupted goes on when the service writes down no words within this
    /// time after the voice (milliseconds; 0: it never goes on).
    package var falseInterruptionMilliseconds = 1_500
    /// The wait for the first sound of a reply, and for its next one, before it is given up.
    package var thinkingTimeoutMilliseconds = 15_000
    /// Hands-free: the wait for any sign that the service heard words; most noises end here.
    package var unheardTimeoutMilliseconds = 5_000
    /// How long words said without a session are kept while it reconnects.
    package var offlinePatienceMilliseconds = 10_000
    /// Whether the model itself decides what it answers, so that no answer is none that is missing.
    package var mayStaySilent = false
    /// Whether the opening of the microphone is also sounded.
    package var soundsListening = false

    /// The usual settings for a mode.
    package init(mode: TurnMode) {
        self.mode = mode
    }

    /// Whether the service finds the turns itself, so that no activity markers are sent.
    package var usesAutomaticDetection: Bool { mode == .handsFree }
}

extension Int64 {
    /// Milliseconds as nanoseconds.
    static func milliseconds(_ count: Int) -> Int64 { Int64(count) * 1_000_000 }

    /// From an earlier time to this one, in milliseconds.
    func milliseconds(since earlier: Int64) -> Double { Double(self - earlier) / 1e6 }
}
