package import VoiceSession

/// Why the service ended or refused a connection, and so how the session reacts.
///
/// Different faults share the same codes, so the text decides first and the code second
/// (live-protocol.md section 1.6).
package enum CloseReason: Sendable, Equatable {
    /// The key is wrong, expired, blocked or missing: a retry does not help.
    case credential
    /// The model does not exist, was shut down, or is not for this use.
    case model
    /// Billing stops the project.
    case billing
    /// The key's project is denied, deleted, or has not enabled the interface.
    case project
    /// The service is not offered where this device is.
    case region
    /// What we sent was refused: sending it again would be refused again.
    case payload
    /// The session cannot be resumed; a fresh one is possible.
    case handle
    /// Too many requests or sessions: wait for a minute.
    case quota
    /// The service is overloaded: wait a little; the session itself is valid.
    case overloaded
    /// The connection reached its time limit; resume.
    case deadline
    /// A refusal in words that the program does not know; if it repeats, it is permanent.
    case unknown
    /// Anything that may pass by itself.
    case transient

    /// Classifies a close by its text and code.
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

    /// Whether a retry is useless until the owner or the service has changed something.
    var isForGood: Bool {
        switch self {
        case .credential, .model, .billing, .project, .region: true
        case .payload, .handle, .quota, .overloaded, .deadline, .unknown, .transient: false
        }
    }

    /// How soon the next attempt may come.
    var pace: ConnectionPace.Cause {
        switch self {
        case .quota: .quota
        case .overloaded: .overload
        case .credential, .model, .billing, .project, .region, .payload, .handle, .deadline,
            .unknown, .transient:
            .usual
        }
    }
}

extension CloseReason {
    /// The failure that the device reports when no further attempt is made; `unknown` for a
    /// transient reason that kept coming back.
    package var failure: FailureReason {
        switch self {
        case .credential: .credential
        case .model: .model
        case .billing: .billing
        case .project: .project
        case .region: .region
        case .payload: .payload
        case .handle, .quota, .overloaded, .deadline, .unknown, .transient: .unknown
        }
    }
}

extension FailureReason {
    /// Whether the conversation is not at fault and can continue once the failure is fixed.
    var sparesConversation: Bool {
        switch self {
        case .credential, .noKey, .settings, .billing, .project, .region, .budget: true
        case .model, .payload, .unknown: false
        }
    }
}

extension SessionFailure {
    /// A refusal by the Live service, in its own words.
    package init(_ reason: CloseReason, text: String) {
        self.init(
            reason: reason.failure, text: text, advice: Self.advice(on: reason, text: text))
    }

    /// Advice for this service and its settings; nil where the general advice is as good.
    private static func advice(on reason: CloseReason, text: String) -> String? {
        switch reason {
        case .model:
            "set another live.model; gemini-3.8-live is the one that is generally available"
        case .project:
            "see the key's project: it must exist, be allowed to use the Gemini API, and have it "
                + "switched on"
        case .region:
            "the service is not offered where this device is; see its list of regions, and "
                + "vertex.location"
        case .payload:
            payloadAdvice(text.lowercased())
        case .unknown, .handle, .quota, .overloaded, .deadline, .transient:
            "check live.model, the key and its project; then press the button"
        case .credential, .billing:
            nil
        }
    }

    /// What the texts about a refused setup are usually about.
    private static func payloadAdvice(_ words: String) -> String {
        if words.contains("voice") { return "set another live.voice" }
        if words.contains("thinking") { return "see live.thinking_level and live.thinking_budget" }
        return "a setting under [live] or a tool's declaration is not allowed for this model"
    }
}
