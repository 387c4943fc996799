/// The name of a call within one life of the program.
package struct CallKey: Sendable, Hashable {
    /// The conversation that it belongs to, within which alone its id counts: 0 for the one that the
    /// program found at its start, and more for each that began anew since.
    package var conversation: Int
    /// As the session gave it.
    package var id: String

    /// The name of a call of a conversation.
    package init(conversation: Int, id: String) {
        self.conversation = conversation
        self.id = id
    }
}
