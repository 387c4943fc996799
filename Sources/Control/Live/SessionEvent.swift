package import ModelTypes

/// What a session tells, in order, on its executor.
package enum SessionEvent: Sendable {
    /// An attempt to connect begins; attempts count from 1 since the last success.
    case connecting(attempt: Int)
    /// Set up; `resumed` when the service knows what was said before.
    case ready(resumed: Bool)
    /// Model audio: mono, 24 kHz.
    case audio([Int16])
    /// A fragment of what the user was heard to say.
    case inputTranscript(String)
    /// A fragment of what the model says.
    case outputTranscript(String)
    /// Generation was cut by the user: play nothing more of it.
    case interrupted
    /// The model has made everything it will say in this turn.
    case generationComplete
    /// The turn is over.
    case turnComplete(Usage?)
    /// The model calls functions.
    case toolCalls([FunctionCall])
    /// Calls are taken back; they must not be answered.
    case toolCallsCancelled([String])
    /// Lost; it comes back by itself after the time.
    case offline(OfflineReason, retryIn: Duration?)
    /// Refused; it does not come back until `connect` is called.
    case failed(SessionFailure)
    /// Closed because nothing was said for long; the next word connects again.
    case asleep
    /// Closed because we wanted it.
    case closed
    /// Text of an answer, from models that write.
    case text(String)
    /// Where an answer comes from, when it was searched for.
    case grounding(ServerMessage.Grounding)
    /// What the service's detection heard, from models that tell.
    case voiceActivity(ServerMessage.VoiceActivity)
    /// Tokens that were used.
    case usage(Usage)
    /// Something odd that a log should show.
    case notice(String)
}

/// Why a session is away.
package enum OfflineReason: Sendable, Equatable, CustomStringConvertible {
    /// The service cannot be reached; the text says why.
    case unreachable(String)
    /// The service closed the connection.
    case closedByService(code: UInt16, reason: String)
    /// The service does not finish the setup.
    case setupTimedOut
    /// The line broke without a word.
    case lost

    package var description: String {
        switch self {
        case .unreachable(let text): text
        case .closedByService(let code, let reason):
            "the service closed the connection (\(code)\(reason.isEmpty ? "" : ": \(reason)"))"
        case .setupTimedOut: "the service did not answer the setup"
        case .lost: "the connection was lost"
        }
    }
}

/// Why a session is not tried again.
package struct SessionFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var reason: CloseReason
    /// The service's own words.
    package var text: String

    /// An outage for this reason, with the service's own words.
    package init(reason: CloseReason, text: String) {
        self.reason = reason
        self.text = text
    }

    /// What to do about it.
    package var advice: String {
        switch reason {
        case .credential:
            "check the key: `martlet config check` says where it is read from"
        case .noKey:
            "then press the button"
        case .settings:
            "`martlet config check` finds it; then `systemctl reload martlet`"
        case .model:
            "set another model under [live]"
        case .billing:
            "see the billing page of the key's project"
        case .budget:
            "it goes on tomorrow, or with a larger live.daily_token_budget"
        case .payload:
            "a setting under [live] or a tool's declaration is not allowed for this model"
        case .handle, .quota, .deadline, .transient:
            "try again"
        }
    }

    package var description: String {
        let what =
            switch reason {
            case .budget: "no more for today"
            case .noKey, .settings: "there is no session"
            case .credential, .model, .billing, .payload, .handle, .quota, .deadline, .transient:
                "the service refuses the session"
            }
        return "\(what): \(text) (\(advice))"
    }
}
