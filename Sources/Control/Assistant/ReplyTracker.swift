/// Tells the reply that is to be heard from what is left of an earlier one.
///
/// The service names no turns. What separates two replies are its marks: `interrupted` or
/// `generationComplete`, then `turnComplete`, of which an interrupted reply may lack the last.
/// After the user interrupts, audio is stale until a mark has come; the `turnComplete` of the
/// interrupted reply must not end the one that follows.
struct ReplyTracker {
    private enum Progress {
        /// Nothing has come since the last mark.
        case nothing
        /// Some has come, and more may.
        case arriving
        /// All has come but `turnComplete`.
        case generated
    }

    private var progress = Progress.nothing
    /// A call has come since the last sound: more of this is said only when it is answered.
    private var hasCalled = false
    /// Audio belongs to an interrupted reply.
    private var isStale = false
    /// The next `turnComplete` belongs to an interrupted reply, unless a new one begins first.
    private var owesCompletion = false
    /// What comes up to `turnComplete` was taken back by the user.
    private(set) var isUnwanted = false
    /// The user spoke again before anything had come, so what comes may answer the old words.
    private var mayBeOld = false

    /// Whether what comes now is for the user's ears.
    var isHeard: Bool { !isStale && !isUnwanted }

    /// Some of a reply that is to be heard has come, and more may.
    var isArriving: Bool { progress == .arriving && !isStale }

    /// Audio came; returns whether it is to be heard.
    mutating func audio() -> Bool {
        if isStale { return false }
        owesCompletion = false
        hasCalled = false
        progress = .arriving
        return !isUnwanted
    }

    /// A call came; `isOfNow` when the user's words are all sent.
    ///
    /// What is said before a call has no mark of its own at its end, so the call is it: what comes
    /// after the user's next words would be taken for the rest of it otherwise.
    mutating func called(isOfNow: Bool) {
        hasCalled = true
        if isStale {
            isStale = false
        } else if isOfNow {
            owesCompletion = false
        }
    }

    /// The user begins to speak or presses.
    ///
    /// `awaitsReply`: earlier words are not yet answered.
    mutating func interruptedByUser(awaitsReply: Bool) {
        switch progress {
        case .nothing:
            mayBeOld = awaitsReply || isUnwanted
        case .arriving:
            isStale = !hasCalled
            owesCompletion = true
        case .generated:
            owesCompletion = true
        }
        isUnwanted = false
        hasCalled = false
        progress = .nothing
    }

    /// The user wants to hear no more of the reply that is due.
    mutating func stoppedByUser() {
        isUnwanted = true
    }

    /// The server cut its reply; returns whether another one is due.
    mutating func interruptedByServer(isAutomatic: Bool) -> Bool {
        let anotherIsDue = isAutomatic || mayBeOld || progress == .nothing
        owesCompletion = anotherIsDue
        isStale = false
        mayBeOld = false
        progress = .nothing
        return anotherIsDue
    }

    mutating func generationComplete() {
        if progress == .arriving { progress = .generated }
        isStale = false
    }

    /// A turn ended; returns whether it is the one that is to be heard.
    mutating func turnComplete() -> Bool {
        isStale = false
        mayBeOld = false
        progress = .nothing
        if owesCompletion {
            owesCompletion = false
            return false
        }
        defer { isUnwanted = false }
        return !isUnwanted
    }

    /// There is another connection: what an interrupted reply still owed does not come on it.
    mutating func connectionMade() {
        isStale = false
        owesCompletion = false
    }

    /// The connection is gone, and with it whatever was being generated.
    ///
    /// Words that were not answered are said again by the session; a stop still holds for them.
    mutating func connectionLost() {
        let wasUnwanted = isUnwanted
        self = ReplyTracker()
        isUnwanted = wasUnwanted
    }
}
