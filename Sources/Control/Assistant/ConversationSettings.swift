package import Configuration

/// How a turn is opened and closed.
package enum TurnMode: String, Sendable, CaseIterable {
    /// Hold the button while talking.
    case hold
    /// Press once to talk; press again, or stop talking, to end the turn.
    case tap
    /// Talk; the local detector opens the microphone and the service detects the turns.
    case handsFree

    /// The owner's setting.
    package init(_ settings: Settings) {
        self =
            switch settings[Keys.conversation.mode] {
            case "tap": .tap
            case "hands-free": .handsFree
            default: .hold
            }
    }
}

/// The settings of the conversation machine.
package struct ConversationSettings: Sendable, Equatable {
    /// How turns are opened and closed.
    package var mode: TurnMode
    /// Sound from before the press or the onset that is sent too (milliseconds).
    package var preRollMilliseconds: Int
    /// A shorter hold is accidental or a wish for silence: its reply is not played (0: off).
    package var minimumHoldMilliseconds = 150
    /// A turn is closed after this time, so that a stuck button cannot send forever.
    package var maximumTurnMilliseconds: Int
    /// Tap mode: whether the local detector's end of speech closes the turn.
    package var endsTapAtSpeechEnd = true
    /// Tap mode: a turn without any speech is closed after this time, and its reply not played.
    package var tapSilenceMilliseconds = 8_000
    /// Hands-free: whether a voice interrupts the reply; false where the device hears itself.
    package var voiceInterrupts: Bool
    /// A reply that a voice interrupted resumes when the service transcribes no words within this
    /// time after the voice (milliseconds; 0: it never resumes).
    package var falseInterruptionMilliseconds: Int
    /// The wait for the first sound of a reply, and for its next one, before it is given up.
    package var thinkingTimeoutMilliseconds: Int
    /// Hands-free: the wait for any sign that the service heard words; most noises end here.
    package var unheardTimeoutMilliseconds = 5_000
    /// How long words are kept without a session while it reconnects.
    package var offlinePatienceMilliseconds: Int
    /// Whether the model decides what to answer, so that a missing answer is not a fault.
    package var mayStaySilent = false
    /// Whether a sound is also played when the microphone opens.
    package var soundsListening: Bool

    /// The owner's settings; in another mode where one is given.
    package init(_ settings: Settings = Settings(), mode: TurnMode? = nil) {
        self.mode = mode ?? TurnMode(settings)
        preRollMilliseconds = settings[Keys.conversation.preRoll]
        maximumTurnMilliseconds = 1000 * settings[Keys.conversation.maximumTurn]
        voiceInterrupts = settings[Keys.conversation.bargeIn]
        falseInterruptionMilliseconds = settings[Keys.conversation.falseInterruption]
        thinkingTimeoutMilliseconds = 1000 * settings[Keys.conversation.thinkingTimeout]
        offlinePatienceMilliseconds = 1000 * settings[Keys.conversation.offlinePatience]
        soundsListening = settings[Keys.conversation.listeningSound]
    }

    /// Whether the service detects the turns itself, so that no activity marks are sent.
    package var usesAutomaticDetection: Bool { mode == .handsFree }
}

extension Int64 {
    /// Milliseconds as nanoseconds.
    static func milliseconds(_ count: Int) -> Int64 { Int64(count) * 1_000_000 }

    /// The time since an earlier one, in milliseconds.
    func milliseconds(since earlier: Int64) -> Double { Double(self - earlier) / 1e6 }
}
