package import WebSockets

/// One socket at a time to the service, as a session sees it.
///
/// All calls and events are on the session's executor, and no event comes from within a call.
/// The second implementation is a test's.
package protocol LiveTransport: AnyObject, Sendable {
    /// Opens a socket; one that is still there is dropped and says no more.
    func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void)
    /// Sends a text message, which `write` appends to the buffer it is given.
    func send(_ write: (inout [UInt8]) -> Void)
    /// Says goodbye (1000) and closes; the socket's last event follows.
    func close()
    /// Drops the socket; its last event follows, or none.
    func abort()
}

/// The transport of the real world: a WebSocket on the event loop.
///
/// ## Concurrency
/// Confined to the loop's thread, as the socket is.
package final class WebSocketTransport: LiveTransport, @unchecked Sendable {
    // @unchecked: `client` is used on the loop's thread only, which its own doors check.

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
            // A socket that was dropped for another has nothing to say any more.
            guard let self, let opened, client === opened else { return }
            onEvent(event)
        }
    }

    package func send(_ write: (inout [UInt8]) -> Void) {
        client?.send(kind: .text, write)
    }

    /// What was given to `send` and the kernel has not taken yet (bytes); on the loop.
    package var pendingBytes: Int { client?.pendingBytes ?? 0 }

    package func close() { client?.close(code: 1000) }

    package func abort() { client?.abort() }
}
