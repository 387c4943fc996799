package import ModelTypes

/// What a session reports, in order, on its executor.
package enum SessionEvent: Sendable {
    /// An attempt to connect begins; attempts count from 1 since the last success.
    case connecting(attempt: Int)
    /// Set up; `resumed` when the service knows what was said before.
    case ready(resumed: Bool)
    /// Sound of an answer: mono, at the port's output rate.
    case audio([Int16])
    /// A fragment of what the service heard the user say.
    case inputTranscript(String)
    /// A fragment of what the model says.
    case outputTranscript(String)
    /// The user has cut the answer: play nothing more of it.
    case interrupted
    /// The model has made everything that it will say in this turn.
    case generationComplete
    /// The turn is over.
    case turnComplete
    /// The model calls functions.
    case toolCalls([FunctionCall])
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
    case text(String)
    /// Part of an answer that nobody will hear: in a format that cannot be played, or not given by
    /// the service; a notice says which.
    case answerFailed
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
