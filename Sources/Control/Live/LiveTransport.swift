package import WebSockets

/// One socket at a time to the service, as a session uses it.
///
/// All calls and events are on the session's executor, and no event is reported from within a call.
/// The second implementation is a test's.
package protocol LiveTransport: AnyObject, Sendable {
    /// Opens a socket; an existing one is dropped and reports nothing more.
    func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void)
    /// Sends a text message, which `write` appends to the buffer it is given.
    func send(_ write: (inout [UInt8]) -> Void)
    /// Says goodbye (1000) and closes; the socket's last event follows.
    func close()
    /// Drops the socket; its last event follows, or none.
    func abort()
}

/// The real transport: a WebSocket on the event loop.
///
/// ## Concurrency
/// Confined to the loop's thread, as the socket is.
package final class WebSocketTransport: LiveTransport, @unchecked Sendable {
    // @unchecked: `client` is used on the loop's thread only, which the client itself checks.

    private let loop: EventLoop
    private var client: WebSocketClient?

    /// A transport whose sockets live on a loop.
    package init(loop: EventLoop) {
        self.loop = loop
    }

    package func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        client?.abort()
        let opened = WebSocketClient(loop: loop)
        client = opened
        opened.open(request) { [weak self, weak opened] event in
            // A socket that was replaced reports nothing more.
            guard let self, let opened, client === opened else { return }
            onEvent(event)
        }
    }

    package func send(_ write: (inout [UInt8]) -> Void) {
        client?.send(kind: .text, write)
    }

    /// Bytes that were given to `send` and that the kernel has not taken yet; on the loop.
    package var pendingBytes: Int { client?.pendingBytes ?? 0 }

    package func close() { client?.close(code: 1000) }

    package func abort() { client?.abort() }
}
