/// What the conversation is doing, as the user sees it.
package enum ConversationState: String, Sendable, CaseIterable {
    /// Nothing is going on; a press or a voice opens a turn.
    case idle
    /// The microphone's gate is open and the words go to the session.
    case listening
    /// The words are said; the answer is awaited, or a tool runs.
    case thinking
    /// The answer is being played.
    case speaking
    /// Nothing is going on, and there is no session.
    case offline
    /// Nothing is going on, and the microphone is muted.
    case muted
}
