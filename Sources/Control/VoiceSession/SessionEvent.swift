package import ModelTypes

/// What a session reports, in order, on its executor.
///
/// An event that belongs to an answer carries its number. Only the session decides which answer
/// incoming content belongs to: after `interrupted` and after `turnComplete` nothing more of that
/// answer comes.
package enum SessionEvent: Sendable {
    /// An attempt to connect begins; attempts count from 1 since the last success.
    case connecting(attempt: Int)
    /// The session is set up; `resumed` when the service knows what was said before.
    case ready(resumed: Bool)
    /// Sound of an answer: mono, at the port's output rate.
    case audio([Int16], of: AnswerNumber)
    /// A fragment of what the service heard the user say.
    case inputTranscript(String)
    /// A fragment of what the model says.
    case outputTranscript(String, of: AnswerNumber)
    /// The user interrupted the answer: play nothing more of it. `next` is the answer due to the
    /// words that interrupted it; nil when the session knows of no such words that have ended.
    case interrupted(AnswerNumber, next: AnswerNumber?)
    /// The model has generated everything that it will say in this answer.
    case generationComplete(AnswerNumber)
    /// The turn is over, with or without an answer.
    case turnComplete(AnswerNumber)
    /// The model calls functions.
    ///
    /// Each call's id is unique and not empty; the session assigns one where the service gives
    /// none. A repeated id is the same call, made again: its answer must be sent again.
    case toolCalls([FunctionCall], of: AnswerNumber)
    /// Calls are cancelled, by their ids; they must not be answered.
    case toolCallsCancelled([String])
    /// The connection is lost; the session reconnects by itself, after `retryIn` where that is
    /// known.
    case offline(OfflineReason, retryIn: Duration?)
    /// The session was refused; it does not reconnect until `connect` is called.
    case failed(SessionFailure)
    /// Closed because nothing was said for a while; the user's next words reconnect.
    case asleep
    /// Closed at the device's request.
    case closed
    /// Text of an answer, from models that output text.
    case text(String, of: AnswerNumber)
    /// Part of an answer will not be heard: its format cannot be played, or the service did not
    /// send it; a notice says which.
    case answerFailed(AnswerNumber)
    /// The sources of an answer, when the model searched for it.
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
    /// The position in the audio that was sent (nanoseconds), if the service reports it.
    package var offset: Int64?

    /// The beginning or the end of speech.
    package init(isStart: Bool, offset: Int64? = nil) {
        self.isStart = isStart
        self.offset = offset
    }
}
