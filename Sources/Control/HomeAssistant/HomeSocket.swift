internal import Synchronization
internal import WebSockets

/// What happens on a connection to Home Assistant.
enum HomeSocketEvent: Sendable {
    case opened
    case message([UInt8])
    /// The last; why.
    case ended(String)
}

/// One WebSocket to Home Assistant on the event loop; its events are passed on as they come.
///
/// Messages may be long (all states of a large home are megabytes), so they are read elsewhere.
///
/// ## Concurrency
/// Any thread may call; the socket itself is touched on the loop's thread only.
final class HomeSocket: @unchecked Sendable {
    // @unchecked: `client` is touched on the loop's thread only.

    /// At most this many events may wait for their reader; then the connection is closed.
    private static let eventLimit = 512

    let events: AsyncStream<HomeSocketEvent>
    private let continuation: AsyncStream<HomeSocketEvent>.Continuation
    private let loop: EventLoop
    private var client: WebSocketClient?

    /// A socket that opens at once.
    init(_ request: WebSocketRequest, on loop: EventLoop) {
        self.loop = loop
        (events, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.eventLimit))
        loop.perform { [self] in
            let opened = WebSocketClient(loop: loop)
            client = opened
            opened.open(request) { [weak self] event in self?.take(event) }
        }
    }

    deinit { continuation.finish() }

    /// Sends a text; it is dropped if the socket is not open.
    func send(_ text: String) {
        loop.perform { [self] in client?.send { $0.append(contentsOf: text.utf8) } }
    }

    /// Closes the socket and ends its events.
    func drop() {
        continuation.finish()
        loop.perform { [self] in
            client?.close()
            client = nil
        }
    }

    private func take(_ event: WebSocketEvent) {
        switch event {
        case .opened: yield(.opened)
        // The array belongs to the channel, which goes on writing into it.
        case .message(let bytes, _): yield(.message(Array(bytes)))
        case .drained: break
        case .closed(let code, let reason):
            yield(.ended("it closed the connection (\(code)\(reason.isEmpty ? "" : " \(reason)"))"))
            end()
        case .failed(let error):
            yield(.ended(Self.words(error)))
            end()
        }
    }

    private static func words(_ error: WebSocketsError) -> String {
        guard case .refusedUpgrade = error else { return error.description }
        return "\(error); the url of Home Assistant is its address alone, as "
            + "http://homeassistant.local:8123, without the path of a page or of its API"
    }

    private func yield(_ event: HomeSocketEvent) {
        guard case .dropped = continuation.yield(event) else { return }
        // A lost event cannot be recovered.
        client?.abort()
        end()
    }

    private func end() {
        client = nil
        continuation.finish()
    }
}
