/// A failure, or something that the service does by itself.
///
/// The names in scenarios are in `FaultReader`; where each was seen is in live-protocol.md
/// section 9.
package enum Fault: Sendable, Equatable {
    /// The announcement of the end, and the forced close if the client is still connected then.
    case goAway(timeLeft: Duration)
    /// A close frame with this code and text.
    case close(code: UInt16, reason: String)
    /// The connection ends with RST.
    case reset
    /// The connection ends with FIN and without a close frame.
    case drop
    /// Nothing is answered any more, not even a ping, and there is no close.
    ///
    /// The session counts as open for this time, so resuming it is refused.
    case halfOpen(held: Duration)
    /// Nothing is sent for this time, then everything at once; input is still read.
    case stall(Duration)
    /// Pings are not answered for this time.
    case delayPongs(Duration)
    /// Nothing is read for this time, so the client cannot send.
    case stopReading(Duration)
    /// A frame that no client should have to read.
    case garbage(Garbage)
    /// A frame with this text.
    case raw(String)
    /// `interrupted` though nobody spoke; with `silencing`, this session sends no more sound.
    case phantomInterruption(silencing: Bool)
    /// The current answer, or else the next, ends in mid-sentence.
    case prematureTurnComplete
    /// The next answer is given twice.
    case repeatedTurn
    /// The next answer has no sound and no words.
    case soundlessTurn
    /// In the next answer with a call, sound comes before the call and goes on after it.
    case soundAfterCall
    /// The frame of the next interruption carries a piece of the sound that it cuts.
    case staleSound
    /// When the next words begin, a turn that is long over is reported as interrupted and complete.
    case residualInterruption
    /// Open calls are cancelled.
    case cancelCalls
    /// All handles given so far expire.
    case expireHandles
    /// The next setup with a handle is refused like this.
    case refuseResumption(HandleRefusal)
    /// A `serverContent` that is empty.
    case emptyFrame
}

/// How the service refuses a handle (live-protocol.md section 1.6).
package enum HandleRefusal: String, Sendable, CaseIterable {
    /// "BidiGenerateContent session not found".
    case notFound = "not_found"
    /// "BidiGenerateContent session expired".
    case expired
    /// "Invalid session handle".
    case invalid
    /// An older socket of the session is still open.
    case stillOpen = "still_open"
    /// The state of the session is bad: "Request contains an invalid argument."
    case badState = "bad_state"

    /// The close for this refusal.
    package var close: KnownClose {
        switch self {
        case .notFound: .handleNotFound
        case .expired: .handleExpired
        case .invalid: .handleInvalid
        case .stillOpen: .internalError
        case .badState: .invalidArgument
        }
    }
}
