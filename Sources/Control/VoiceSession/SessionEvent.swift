package import ModelTypes

/// What a session reports, in order, on its executor.
///
/// What is of an answer carries the answer's number. Whose answer it is that comes is decided by the
/// session alone: after `interrupted` and after `turnComplete` nothing more of that answer comes.
package enum SessionEvent: Sendable {
    /// An attempt to connect begins; attempts count from 1 since the last success.
    case connecting(attempt: Int)
    /// Set up; `resumed` when the service knows what was said before.
    case ready(resumed: Bool)
    /// Sound of an answer: mono, at the port's output rate.
    case audio([Int16], of: AnswerNumber)
    /// A fragment of what the service heard the user say.
    case inputTranscript(String)
    /// A fragment of what the model says.
    case outputTranscript(String, of: AnswerNumber)
    /// The user has cut the answer: play nothing more of it. `next` is the one that is due to the
    /// words that have cut it; nil when there are none that end, as far as the session knows.
    case interrupted(AnswerNumber, next: AnswerNumber?)
    /// The model has made everything that it will say in this answer.
    case generationComplete(AnswerNumber)
    /// The turn is over, with or without an answer.
    case turnComplete(AnswerNumber)
    /// The model calls functions.
    ///
    /// Each call's id is not empty and is no other call's; the session gives one where the service
    /// has none. The same id again is the same call, made once more: it wants its answer again.
    case toolCalls([FunctionCall], of: AnswerNumber)
    /// Calls are taken back, by their ids; they must not be answered.
    case toolCallsCancelled([String])
    /// The connection is lost; it comes back by itself after the time, where that is known.
    case offline(OfflineReason, retryIn: Duration?)
    /// Refused; it does not come back until `connect` is called.
    case failed(SessionFailure)
    /// Closed because nothing was said for a while; the next word connects again.
    case asleep
    /// Closed because the device wanted it.
    case closed
    /// Text of an answer, from models that write.
    case text(String, of: AnswerNumber)
    /// Part of an answer that nobody will hear: in a format that cannot be played, or not given by
    /// the service; a notice says which.
    case answerFailed(AnswerNumber)
    /// Where an answer comes from, when it was searched for.
    case grounding(Grounding)
    /// The service's own voice detection heard speech begin or end, from services that report it.
    case voiceActivity(VoiceActivity)
    /// Tokens that one run of the model used; a turn may have several.
    case usage(TokenUse)
    /// Something odd that belongs in a log.
    case notice(String)
}

/// What the service's own voice detection heard.
package struct VoiceActivity: Sendable, Equatable {
    package var isStart: Bool
    /// Where in the audio that was sent (nanoseconds), if the service says so.
    package var offset: Int64?

    /// The beginning or the end of speech.
    package init(isStart: Bool, offset: Int64? = nil) {
        self.isStart = isStart
        self.offset = offset
    }
}
