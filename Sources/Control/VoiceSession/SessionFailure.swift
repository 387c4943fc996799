/// Why a session is not tried again until the owner or the service has changed something.
package enum FailureReason: Sendable, Equatable, CaseIterable {
    /// The key is wrong, expired, blocked or missing.
    case credential
    /// The device has no key at all, so the service is not asked.
    case noKey
    /// The settings have a mistake, so the service is not asked.
    case settings
    /// The model does not exist, was shut down, or is not for this use.
    case model
    /// Billing stops the account.
    case billing
    /// The key's project or account is denied, deleted, or lacks the interface.
    case project
    /// The service is not offered where this device is.
    case region
    /// The tokens of the day are spent; the device's own limit.
    case budget
    /// The service refuses what was sent, and would refuse it again.
    case payload
    /// A refusal in words that the program does not know.
    case unknown

    /// What the owner can do, with any service.
    fileprivate var advice: String {
        switch self {
        case .credential: "check the key: `martlet config check` shows where it is read from"
        case .noKey: "then press the button"
        case .settings: "`martlet config check` finds it; then `systemctl reload martlet`"
        case .model: "set another model"
        case .billing: "see the billing page of the key's project"
        case .project: "see the key's project: it must exist and be allowed to use the service"
        case .region: "the service is not offered where this device is; see its list of regions"
        case .budget: "it continues tomorrow, or with a larger live.daily_token_budget"
        case .payload: "a setting or a tool's declaration is not allowed for this model"
        case .unknown: "check the model, the key and its project; then press the button"
        }
    }
}

/// The end of a session, which only `connect` can undo.
package struct SessionFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var reason: FailureReason
    /// The service's own words, or the device's where it refuses by itself.
    package var text: String
    /// What to do about it.
    package var advice: String

    /// A failure with the words of the side that refused: the service, or the device.
    ///
    /// A service with more specific advice gives it in `advice`; nil takes the advice for any
    /// service.
    package init(reason: FailureReason, text: String, advice: String? = nil) {
        self.reason = reason
        self.text = text
        self.advice = advice ?? reason.advice
    }

    package var description: String {
        let what =
            switch reason {
            case .budget: "no more for today"
            case .noKey, .settings: "there is no session"
            case .credential, .model, .billing, .project, .region, .payload, .unknown:
                "the service refuses the session"
            }
        let words = text.isEmpty ? "" : ": \(text)"
        return "\(what)\(words) (\(advice))"
    }
}
