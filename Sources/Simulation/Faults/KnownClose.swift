/// The closes of live-protocol.md section 1.6, by the names that scenarios use.
package enum KnownClose: String, Sendable, CaseIterable {
    case normal
    case cancelled
    case goingAway = "going_away"
    case badKey = "bad_key"
    case expiredKey = "expired_key"
    case unknownField = "unknown_field"
    case invalidArgument = "invalid_argument"
    case precondition
    case handleInvalid = "handle_invalid"
    case audioContentType = "audio_content_type"
    case noCredential = "no_credential"
    case unknownModel = "unknown_model"
    case handleNotFound = "handle_not_found"
    case handleExpired = "handle_expired"
    case goAwayIgnored = "go_away_ignored"
    case aborted
    case notImplemented = "not_implemented"
    case entityNotFound = "entity_not_found"
    case codeExecution = "code_execution"
    case internalError = "internal_error"
    case internalErrorOccurred = "internal_error_occurred"
    case unavailable
    case deadlineExpired = "deadline_expired"
    case quota
    case billing

    /// The WebSocket close code.
    package var code: UInt16 {
        switch self {
        case .normal, .cancelled: 1000
        case .goingAway: 1001
        case .badKey, .expiredKey, .unknownField, .invalidArgument, .precondition, .handleInvalid,
            .audioContentType:
            1007
        case .noCredential, .unknownModel, .handleNotFound, .handleExpired, .goAwayIgnored,
            .aborted, .notImplemented, .entityNotFound, .codeExecution:
            1008
        case .internalError, .internalErrorOccurred, .unavailable, .deadlineExpired, .quota,
            .billing:
            1011
        }
    }

    /// The reason text, of which at most 123 bytes are sent.
    package var reason: String {
        switch self {
        case .normal, .goingAway: ""
        case .cancelled: "The operation was cancelled."
        case .badKey: "API key not valid. Please pass a valid API key."
        case .expiredKey: "API key expired. Please renew the API key."
        case .unknownField:
            "Invalid JSON payload received. Unknown name \"x\" at 'setup': Cannot find field."
        case .invalidArgument: "Request contains an invalid argument."
        case .precondition: "Precondition check failed."
        case .handleInvalid: "Invalid session handle"
        case .audioContentType:
            "The audio content type (CONTENT_TYPE_AUDIO) is not supported for this model "
                + "configuration."
        case .noCredential:
            "Method doesn't allow unregistered callers (callers without established "
                + "identity). Please use API Key or other form of API consumer identity."
        case .unknownModel:
            "models/x is not found for API version v1beta, or is not supported for "
                + "bidiGenerateContent. Call ListModels to see the list of available models."
        case .handleNotFound: "BidiGenerateContent session not found"
        case .handleExpired: "BidiGenerateContent session expired"
        case .goAwayIgnored:
            "Connection aborted because the client failed to close the connection after "
                + "receiving a GoAway signal once the session duration has been reached."
        case .aborted: "The operation was aborted."
        case .notImplemented: "Operation is not implemented, or supported, or enabled."
        case .entityNotFound: "Requested entity was not found."
        case .codeExecution: "Request trace id: 0: application/json isn't supported"
        case .internalError: "Internal error encountered."
        case .internalErrorOccurred: "Internal error occurred."
        case .unavailable: "The service is currently unavailable."
        case .deadlineExpired: "Deadline expired before operation could complete."
        case .quota:
            "You exceeded your current quota, please check your plan and billing details. "
                + "For more information on this error, head to the documentation."
        case .billing:
            "Your project has exceeded its monthly spending cap. Please go to the console "
                + "to raise it."
        }
    }
}
