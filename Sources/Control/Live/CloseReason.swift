/// Why the service ended a connection or refused one, and so what is to be done.
///
/// The codes are shared by unlike faults, so the text decides first and the code second
/// (live-protocol.md section 1.6).
package enum CloseReason: Sendable, Equatable {
    /// The key is wrong, expired, blocked or missing: asking again changes nothing.
    case credential
    /// There is no key at all; ours, never a close of the service's.
    case noKey
    /// The settings have a mistake, so nobody is asked; ours, never a close of the service's.
    case settings
    /// The model does not exist, was shut down, or is not for this use.
    case model
    /// Billing stops the project.
    case billing
    /// The key's project is denied, deleted, or has not switched the interface on.
    case project
    /// The service is not offered where this device is.
    case region
    /// The day's tokens are spent; ours, never a close of the service's.
    case budget
    /// What we sent was refused: sending it again would be refused again.
    case payload
    /// The session cannot be resumed; a fresh one can be had.
    case handle
    /// Too many requests or sessions: wait for a minute.
    case quota
    /// The service has too much to do: wait a little; the session itself is good.
    case overloaded
    /// The connection's time was over; resume.
    case deadline
    /// A refusal in words that nobody here knows; what repeats is for good.
    case unknown
    /// Anything that may pass.
    case transient

    /// Sorts a close by its text and code.
    package init(code: UInt16, reason: String) {
        if let known = RefusalWords.reason(in: reason) {
            self = known
            return
        }
        self =
            switch code {
            case 1007: .payload
            case 1000, 1001: .deadline
            case 1008: .unknown
            case 1013: .overloaded
            default: .transient
            }
    }

    /// Whether asking again changes nothing until somebody has changed something.
    var isForGood: Bool {
        switch self {
        case .credential, .noKey, .settings, .model, .billing, .project, .region, .budget: true
        case .payload, .handle, .quota, .overloaded, .deadline, .unknown, .transient: false
        }
    }

    /// Whether it says nothing against the conversation, which can go on when it is mended.
    var sparesConversation: Bool {
        switch self {
        case .credential, .noKey, .settings, .billing, .project, .region, .budget, .quota,
            .overloaded, .deadline, .transient:
            true
        case .model, .payload, .handle, .unknown: false
        }
    }

    /// How soon the next attempt may come.
    var pace: Backoff.Pace {
        switch self {
        case .quota: .quota
        case .overloaded: .overload
        case .credential, .noKey, .settings, .model, .billing, .project, .region, .budget, .payload,
            .handle,
            .deadline, .unknown, .transient:
            .usual
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
            "set another live.model; gemini-3.8-live is the one that is generally available"
        case .billing:
            "see the billing page of the key's project"
        case .project:
            "see the key's project: it must exist, be allowed to use the Gemini API, and have it "
                + "switched on"
        case .region:
            "the service is not offered where this device is; see its list of regions, and "
                + "vertex.location"
        case .budget:
            "it goes on tomorrow, or with a larger live.daily_token_budget"
        case .payload:
            payloadAdvice
        case .unknown:
            "check live.model, the key and its project; then press the button"
        case .handle, .quota, .overloaded, .deadline, .transient:
            "try again"
        }
    }

    /// What the texts about a refused setup are mostly about.
    private var payloadAdvice: String {
        let words = text.lowercased()
        if words.contains("voice") { return "set another live.voice" }
        if words.contains("thinking") { return "see live.thinking_level and live.thinking_budget" }
        return "a setting under [live] or a tool's declaration is not allowed for this model"
    }

    package var description: String {
        let what =
            switch reason {
            case .budget: "no more for today"
            case .noKey, .settings: "there is no session"
            case .credential, .model, .billing, .project, .region, .payload, .handle, .quota,
                .overloaded, .deadline, .unknown, .transient:
                "the service refuses the session"
            }
        let words = text.isEmpty ? "" : ": \(text)"
        return "\(what)\(words) (\(advice))"
    }
}
