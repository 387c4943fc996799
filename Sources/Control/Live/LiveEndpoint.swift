package import ModelTypes
package import WebSockets

/// Where the Live service is, and who asks.
package struct LiveEndpoint: Sendable {
    /// Scheme, host and port, such as `wss://generativelanguage.googleapis.com`.
    package var base: String
    /// The API's version; `v1beta` is the one that the reference documents for conversations.
    package var version: String
    /// Sent in a header, never in the address: addresses end up in logs.
    package var key: Secret
    /// A PEM file whose authorities alone are trusted; nil trusts the system's.
    package var certificateAuthorityFile: String?

    /// The service itself, unless `base` names another server.
    package init(
        base: String = "wss://generativelanguage.googleapis.com", version: String = "v1beta",
        key: Secret, certificateAuthorityFile: String? = nil
    ) {
        self.base = base
        self.version = version
        self.key = key
        self.certificateAuthorityFile = certificateAuthorityFile
    }

    /// The upgrade request; throws for a base that is no WebSocket address.
    package func request(timeoutMilliseconds: Int64) throws(WebSocketsError) -> WebSocketRequest {
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        // live-protocol.md 1.1: on the Developer API a dot separates service and method.
        let method =
            "google.ai.generativelanguage.\(version).GenerativeService.BidiGenerateContent"
        return WebSocketRequest(
            url: try WebSocketURL("\(trimmed)/ws/\(method)"),
            headers: [("x-goog-api-key", key.revealed)],
            certificateAuthorityFile: certificateAuthorityFile,
            timeoutMilliseconds: timeoutMilliseconds)
    }
}
