/// What the machine requests, in order.
package enum ConfirmationAction: Sendable, Equatable {
    /// Show that the user is asked, and play a sound.
    case ask(ConfirmationRequest)
    /// The question is over: stop showing it.
    case asked
    /// Answer the call that asked.
    case settle(String, ConfirmationDecision)
    /// Store the state of wrong PINs beyond the end of the program.
    case keepPIN(PINLockMemory)
    /// Report to the owner that no PIN is accepted for this time (nanoseconds); nil: PINs are
    /// accepted again.
    case reportPIN(lockedFor: Int64?)
}

/// How questions are asked; times in nanoseconds.
package struct ConfirmationSettings: Sendable, Equatable {
    /// A shorter PIN is easily guessed.
    package static let shortestPIN = 4

    /// How long the user has to answer.
    package var window: Int64
    /// A press within this time after the question was meant for something else.
    package var reaction: Int64 = 500_000_000
    /// The loudspeaker must have been silent for this time before the user's turn.
    package var quiet: Int64 = 500_000_000
    /// How long a repeated call waits for its words, which the service may send late.
    package var patience: Int64 = 3_000_000_000
    /// The digits of the PIN; empty: none is set.
    package var pin = ""
    /// After this many wrong PINs, across all questions, none is accepted for `pinLock`.
    package var pinTries = 3
    /// The first lock; each further one without a right PIN in between lasts twice as long.
    package var pinLock: Int64 = 300_000_000_000
    /// The longest lock: it allows 72 guesses a day of at least 10000 PINs, each day reported.
    package var longestPINLock: Int64 = 3_600_000_000_000

    /// Settings with this time to answer, and without a PIN.
    package init(window: Int64) { self.window = window }
}

/// The texts for the model.
enum ConfirmationWords {
    static let sayPhrase =
        "nothing was done yet: the user must confirm this. Ask them to say their confirmation "
        + "phrase, which you do not know and must not guess; when they have spoken, call this "
        + "again with the same arguments"
    static let sayPIN =
        "nothing was done yet: the user must confirm this. Ask them to say their PIN, digit by "
        + "digit; do not repeat it; when they have spoken, call this again with the same arguments"
    static let notYet =
        "nothing was done: what the user said did not confirm it. Ask them again, and call this "
        + "again when they have spoken"
    static let notPressed =
        "nothing was done: the user did not press the device's button to confirm it"
    static let notSaid = "nothing was done: the user did not confirm it in time"
    static let notAgain =
        "nothing was done: the user was asked to confirm this and did not. Do not call it again "
        + "unless they ask for it anew"
    static let stopped = "nothing was done: the user wants it stopped"
    static let withdrawn = "nothing was done: the call was taken back"
    static let busy =
        "nothing was done: the user is being asked to confirm another call; call this again when "
        + "that is over"
    static let twice = "nothing was done: this call waits for its confirmation already"
    static let wrong = "nothing was done: the PIN was wrong too often; it is locked for a while"
    static let locked =
        "nothing was done: the PIN is locked for a while, since it was wrong too often"
    static let noPIN = "nothing was done: this device has no PIN; its owner must set one"
}
