import Linux

/// What happens on a WebSocket, told on the loop's thread in order.
package enum WebSocketEvent: Sendable {
    /// The upgrade succeeded; messages may be sent.
    case opened
    /// A whole message; the array is reused, so keep a copy of what must outlive the call.
    case message([UInt8], isBinary: Bool)
    /// Everything that was sent has left for the kernel.
    case drained
    /// The socket was open and is no more. Last event. 1006 stands for "no close frame came".
    case closed(code: UInt16, reason: String)
    /// The socket was never open. Last event.
    case failed(WebSocketsError)
}

/// Whether a message is text (UTF-8) or binary.
package enum MessageKind: Sendable {
    case text, binary
}

/// What is asked of a connection.
package struct WebSocketRequest: Sendable {
    /// Where to connect.
    package var url: WebSocketURL
    /// Headers added to the upgrade, name without colon; values may be secret and are not logged.
    package var headers: [(name: String, value: String)]
    /// A PEM file whose authorities alone are trusted; nil trusts the system's.
    package var certificateAuthorityFile: String?
    /// Through whom the server is reached.
    package var proxies: ProxySettings
    /// The time from the call to the finished upgrade (milliseconds, at least 1000).
    package var timeoutMilliseconds: Int64

    /// What the handshake sends beside the URL, what it trusts, and through whom it goes: as the
    /// environment of this process says, unless told otherwise.
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
