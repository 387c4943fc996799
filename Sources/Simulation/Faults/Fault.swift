/// Something that goes wrong, or that the service does without being asked.
///
/// The names in scenarios are in `FaultReader`; where each was seen is in live-protocol.md
/// section 9.
package enum Fault: Sendable, Equatable {
    /// The announcement of the end, and the forced close when the client has not gone by then.
    case goAway(timeLeft: Duration)
    /// A close frame with this code and text.
    case close(code: UInt16, reason: String)
    /// The connection ends with RST.
    case reset
    /// The connection ends with FIN and without a close frame.
    case drop
    /// Nothing is answered any more, not even a ping; no close either.
    ///
    /// For this time the session counts as open, so that resuming it is refused.
    case halfOpen(held: Duration)
    /// Nothing is sent for this time, then everything at once; input is taken meanwhile.
    case stall(Duration)
    /// Pings are not answered for this time.
    case delayPongs(Duration)
    /// Nothing is read for this time, so that the client's sending is held up.
    case stopReading(Duration)
    /// A frame that no client should have to read.
    case garbage(Garbage)
    /// A frame with this text, whatever it is.
    case raw(String)
    /// `interrupted` though nobody spoke; with `silencing`, no sound comes in this session any more.
    case phantomInterruption(silencing: Bool)
    /// The answer ends in mid-sentence: this one, or else the next.
    case prematureTurnComplete
    /// The next answer is given twice.
    case repeatedTurn
    /// The next answer has no sound and no words.
    case soundlessTurn
    /// Sound of the next answer that calls comes before its call and goes on behind it.
    case soundAfterCall
    /// The frame of the next interruption carries a piece of the sound that it cuts.
    case staleSound
    /// When the next words begin, a turn that is long over is reported as interrupted and complete.
    case residualInterruption
    /// Open calls are taken back.
    case cancelCalls
    /// All handles given so far are past their time.
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

    /// The close that it is.
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
