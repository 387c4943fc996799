/// The key of a call within one run of the program.
package struct CallKey: Sendable, Hashable {
    /// The conversation that the call belongs to, and within which its id is unique: 0 for the one
    /// that the program found at its start, one more for each new conversation since.
    package var conversation: Int
    /// As the session gave it.
    package var id: String

    /// The key of a call of a conversation.
    package init(conversation: Int, id: String) {
        self.conversation = conversation
        self.id = id
    }
}
