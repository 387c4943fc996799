internal import Live
internal import WebSockets

/// The daemon's own transport, of which it is remembered how a connection ended.
///
/// A session reports that in words; the doctor wants to know at which step it was.
///
/// ## Concurrency
/// Confined to the loop's thread, as the transport is.
final class WitnessTransport: LiveTransport, @unchecked Sendable {
    // @unchecked: every method and every event is on the loop's thread.

    private let transport: WebSocketTransport
    private let proxies: ProxySettings
    /// Where the session wanted to connect to.
    private(set) var url: WebSocketURL?
    /// The last event of a socket, if it has ended.
    private(set) var end: WebSocketEvent?

    /// A transport whose sockets live on a loop, through the proxies that are given.
    init(loop: EventLoop, proxies: ProxySettings) {
        transport = WebSocketTransport(loop: loop)
        self.proxies = proxies
    }

    func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        var request = request
        request.proxies = proxies
        url = request.url
        end = nil
        transport.open(request) { [weak self] event in
            switch event {
            case .closed, .failed: self?.end = event
            case .opened, .message, .drained: break
            }
            onEvent(event)
        }
    }

    func send(_ write: (inout [UInt8]) -> Void) { transport.send(write) }

    func close() { transport.close() }

    func abort() { transport.abort() }
}
