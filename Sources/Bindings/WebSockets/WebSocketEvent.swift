import Linux

/// An event of a WebSocket, reported on the loop's thread in order.
package enum WebSocketEvent: Sendable {
    /// The upgrade succeeded; messages may be sent.
    case opened
    /// A whole message; the array is reused, so copy what must outlive the call.
    case message([UInt8], isBinary: Bool)
    /// The kernel has taken everything that was sent.
    case drained
    /// The socket was open and is now closed. Last event. 1006 means that no close frame came.
    case closed(code: UInt16, reason: String)
    /// The socket was never open. Last event.
    case failed(WebSocketsError)
}

/// Whether a message is text (UTF-8) or binary.
package enum MessageKind: Sendable {
    case text, binary
}

/// A request for a connection.
package struct WebSocketRequest: Sendable {
    /// Where to connect.
    package var url: WebSocketURL
    /// Headers added to the upgrade, name without colon; values may be secret and are not logged.
    package var headers: [(name: String, value: String)]
    /// A PEM file with the only trusted authorities; nil trusts the system's.
    package var certificateAuthorityFile: String?
    /// The proxies for reaching a server.
    package var proxies: ProxySettings
    /// The time from the call to the finished upgrade, including names and TLS (milliseconds,
    /// clamped to 1000 to 70 000).
    package var timeoutMilliseconds: Int64

    /// A request with additional headers, trusted authorities and proxies; by default the proxies
    /// of this process's environment.
    package init(
        url: WebSocketURL, headers: [(name: String, value: String)] = [],
        certificateAuthorityFile: String? = nil,
        proxies: ProxySettings = ProxySettings(environment: Environment.all()),
        timeoutMilliseconds: Int64 = 10_000
    ) {
        self.url = url
        self.headers = headers
        self.certificateAuthorityFile = certificateAuthorityFile
        self.proxies = proxies
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

extension WebSocketRequest {
    /// libwebsockets' room for host and port in the request (bytes).
    static let hostLimitBytes = 119
    /// Its room for path and query (bytes).
    static let targetLimitBytes = 2000

    /// The time-out, clamped to its range.
    var limitedTimeoutMilliseconds: Int64 { min(max(1000, timeoutMilliseconds), 70_000) }

    /// Whether it can be sent as it is.
    func check() throws(WebSocketsError) {
        func bad(_ reason: String) -> WebSocketsError {
            // Without path and query, which may hold a key.
            .badAddress("\(url.isSecure ? "wss" : "ws")://\(url.server)", reason: reason)
        }
        if url.isSecure, url.host.contains(":") {
            // libwebsockets takes the name for the certificate's check up to the first colon.
            throw bad(
                "for wss:// it needs a name or an IPv4 address, since a certificate is not "
                    + "checked for an IPv6 address")
        }
        guard url.hostHeader.utf8.count <= Self.hostLimitBytes else {
            throw bad("the host is longer than \(Self.hostLimitBytes) bytes")
        }
        guard url.target.utf8.count <= Self.targetLimitBytes else {
            throw bad("path and query are longer than \(Self.targetLimitBytes) bytes")
        }
        for header in headers
        where header.value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw .badHeader(header.name)
        }
    }
}
