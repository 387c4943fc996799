// The end of a conversation at the user's wish.

extension SessionMachine {
    /// How long the last words are awaited after anything came (nanoseconds).
    static let farewellPatience: Int64 = 3_000_000_000

    /// The user has said goodbye: the connection is closed once nothing is going on, as after a
    /// long silence, and the user's next words open another.
    package mutating func endConversation(at now: Int64) -> [SessionAction] {
        guard case .ready = state else { return take() }
        line?.hasEndedConversation = true
        line?.lastActivity = now
        return take()
    }
}
