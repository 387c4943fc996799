internal import VoiceSession

/// Consecutive failures, counted by kind, with their limits.
struct Setbacks {
    /// A resumed state may have caused a refused payload: it is tried once more, fresh, and no
    /// further.
    static let payloadLimit = 2
    /// After this number of refusals in a row, each in unknown words, a setup counts as refused.
    static let unknownLimit = 3
    /// Turns without an answer after which a session is taken to be broken.
    static let emptyTurnLimit = 2

    /// Payloads that were refused.
    private var payloads = 0
    /// Setups that were refused in unknown words.
    private var unknowns = 0
    /// Answers that never came.
    private var stalls = 0
    /// Turns that were over without sound.
    private var emptyTurns = 0

    /// The user's words were refused; returns whether that is final.
    mutating func payloadRefused() -> Bool {
        payloads += 1
        return payloads >= Self.payloadLimit
    }

    /// A setup was refused in unknown words; returns whether that is final.
    mutating func refusedInUnknownWords() -> Bool {
        unknowns += 1
        guard unknowns >= Self.unknownLimit else { return false }
        unknowns = 0
        return true
    }

    /// A setup succeeded, or was refused in known words.
    mutating func forgetUnknownRefusals() { unknowns = 0 }

    /// A connection was stable.
    mutating func connectionHeld() { payloads = 0 }

    /// An answer never came; returns whether the previous one did not come, either.
    mutating func stalled() -> Bool {
        stalls += 1
        return stalls > 1
    }

    /// A part of an answer came.
    mutating func answerCame(isAudible: Bool) {
        stalls = 0
        if isAudible { emptyTurns = 0 }
    }

    /// A turn was over without sound; returns whether the session is taken to be broken.
    mutating func turnWasEmpty() -> Bool {
        emptyTurns += 1
        guard emptyTurns >= Self.emptyTurnLimit else { return false }
        emptyTurns = 0
        return true
    }
}
