// The end of a conversation, when the user wants one.

extension SessionMachine {
    /// The last words are awaited for this time after anything came (nanoseconds).
    static let farewellPatience: Int64 = 3_000_000_000

    /// The user has taken leave: the connection is closed once nothing is going on, as after a
    /// long silence, and the next word opens another.
    package mutating func takeLeave(at now: Int64) -> [SessionAction] {
        guard case .ready = state else { return take() }
        line?.hasTakenLeave = true
        line?.lastActivity = now
        return take()
    }
}
