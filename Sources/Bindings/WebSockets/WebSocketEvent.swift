import CWebSockets

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
    /// The time from the call to the finished upgrade (milliseconds, at least 1000).
    package var timeoutMilliseconds: Int64

    /// What the handshake sends beside the URL, and what it trusts.
    package init(
        url: WebSocketURL, headers: [(name: String, value: String)] = [],
        certificateAuthorityFile: String? = nil, timeoutMilliseconds: Int64 = 10_000
    ) {
        self.url = url
        self.headers = headers
        self.certificateAuthorityFile = certificateAuthorityFile
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// A message being written, with the room before it that libwebsockets wants.
///
/// Take one from the connection's `makeBuffer`, append the payload, hand it to `send`; the memory
/// returns to the connection's pool, so that a steady stream allocates nothing.
package struct SendBuffer: ~Copyable {
    /// The headroom, then the payload, which is only to be appended to.
    package var bytes: [UInt8]

    static let headroomBytes = Int(cws_headroom_bytes)

    init(reusing memory: consuming [UInt8]) {
        bytes = memory
    }

    /// The payload's length so far (bytes).
    package var payloadCount: Int { bytes.count - Self.headroomBytes }
}
