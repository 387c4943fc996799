package import WebSockets

/// An answer to the upgrade request that is not an upgrade, and its meaning.
///
/// A bad key is usually refused with a close, but sometimes here, with the error as JSON in the
/// body; portals, proxies and balancers answer here in HTML.
package struct OpeningRefusal: Sendable, Equatable {
    package var reason: CloseReason
    /// The host that answered, and its answer, for a log.
    package var text: String
    /// Whether the answer has the form of the service's errors, and so is its own.
    package let isOfService: Bool
    /// How long we are asked to wait (nanoseconds, at most an hour).
    package var retryAfter: Int64?

    /// Classifies an answer of `host`.
    package init(host: String, answer: UpgradeRefusal) {
        let error = ServiceError.inBody(answer.body)
        let status = answer.status
        isOfService = error != nil
        reason = error?.knownReason ?? Self.reason(of: status, isOfService: error != nil)
        retryAfter = answer.retryAfterSeconds.map(RetryDelay.wait) ?? error?.retryDelay
        text = "\(host) refused the WebSocket upgrade with HTTP \(status)"
        if let error {
            text += ": \(error.text)"
        } else {
            text += Self.advice(status, answer.location)
        }
    }

    private static func reason(of status: Int, isOfService: Bool) -> CloseReason {
        switch status {
        case 401, 403: .credential
        case 404 where isOfService: .model
        case 408, 425: .transient
        case 429: .quota
        case 400..<500: .unknown
        case 503, 529: .overloaded
        default: .transient
        }
    }

    /// What to check, when the answer has no words of the service.
    private static func advice(_ status: Int, _ location: String?) -> String {
        switch status {
        case 200..<300:
            return "; a web server or a portal answers there: check live.url, and whether the "
                + "network requires a login"
        case 300..<400:
            let place = location.map { " to '\($0.prefix(100))'" } ?? ""
            return "; it redirects\(place), which is never followed: check live.url, and "
                + "whether the network requires a login"
        case 401, 403: return "; check the key and what it is allowed to do"
        case 404, 405, 410: return "; check live.url, live.api_version and live.model"
        case 407, 511: return "; the network in between requires a login"
        case 429: return "; the device asks less often now"
        case 500...: return "; the service has a problem of its own"
        default: return "; check live.url and live.api_version"
        }
    }
}
