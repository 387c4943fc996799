internal import VoiceSession

/// What went wrong in a row, each by its own count, and when it has been enough.
struct Setbacks {
    /// A refused payload may be the fault of a resumed state; once more, fresh, then no more.
    static let payloadLimit = 2
    /// After this number of refusals in a row, each in unknown words, a setup counts as refused.
    static let unknownLimit = 3
    /// Turns without an answer after which a session is taken to be broken.
    static let emptyTurnLimit = 2

    /// Payloads that were refused.
    private var payloads = 0
    /// Setups that were refused in unknown words.
    private var unknowns = 0
    /// Answers of which nothing came.
    private var stalls = 0
    /// Turns that were over without sound.
    private var emptyTurns = 0

    /// What was said was refused; returns whether that is for good.
    mutating func payloadRefused() -> Bool {
        payloads += 1
        return payloads >= Self.payloadLimit
    }

    /// A connection that was not set up was refused in unknown words; returns whether for good.
    mutating func refusedInUnknownWords() -> Bool {
        unknowns += 1
        guard unknowns >= Self.unknownLimit else { return false }
        unknowns = 0
        return true
    }

    /// A connection was set up, or refused in words that are known.
    mutating func wordsWereKnown() { unknowns = 0 }

    /// A connection has held for long.
    mutating func connectionHeld() { payloads = 0 }

    /// Nothing came of an answer; returns whether nothing came of the one before, either.
    mutating func stalled() -> Bool {
        stalls += 1
        return stalls > 1
    }

    /// Something of an answer came.
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
