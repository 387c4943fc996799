import ModelTypes
import WebSockets

/// A client on a real socket whose messages a test awaits one by one.
final class SocketClient: Sendable {
    /// A message, or the end.
    enum Arrival: Sendable, Equatable {
        case message(text: String, isBinary: Bool)
        case closed(code: UInt16, reason: String)
        case failed(String)
    }

    static let path =
        "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"

    private let loop: EventLoop
    private let client: WebSocketClient
    private let arrivals: AsyncStream<Arrival>

    /// Starts connecting; messages sent before the socket is open are sent when it is.
    init(
        port: Int, scheme: String = "ws", host: String = "127.0.0.1", path: String = path,
        headers: [(name: String, value: String)] = [("x-goog-api-key", "test-key")],
        authority: String? = nil, first: [String] = []
    ) throws {
        let loop = try EventLoop(name: "client")
        let client = WebSocketClient(loop: loop)
        let (stream, continuation) = AsyncStream<Arrival>.makeStream()
        let request = WebSocketRequest(
            url: try WebSocketURL("\(scheme)://\(host):\(port)\(path)"), headers: headers,
            certificateAuthorityFile: authority)
        loop.perform {
            client.open(request) { event in
                switch event {
                case .opened:
                    for text in first { client.send { $0.append(contentsOf: text.utf8) } }
                case .message(let bytes, let isBinary):
                    continuation.yield(
                        .message(text: String(decoding: bytes, as: UTF8.self), isBinary: isBinary))
                case .drained: break
                case .closed(let code, let reason):
                    continuation.yield(.closed(code: code, reason: reason))
                    continuation.finish()
                case .failed(let error):
                    continuation.yield(.failed("\(error)"))
                    continuation.finish()
                }
            }
        }
        self.loop = loop
        self.client = client
        arrivals = stream
    }

    deinit { loop.stop() }

    func send(_ text: String) {
        loop.perform { [client] in client.send { $0.append(contentsOf: text.utf8) } }
    }

    func close() { loop.perform { [client] in client.close() } }

    /// Everything up to and with the first arrival that matches, or to the end.
    func arrivals(until isLast: (Arrival) -> Bool = { _ in false }) async -> [Arrival] {
        var seen: [Arrival] = []
        for await arrival in arrivals {
            seen.append(arrival)
            if isLast(arrival) { break }
        }
        return seen
    }

    /// The messages up to and with the first that contains a text.
    func messages(until text: String) async -> [String] {
        await arrivals {
            if case .message(let message, _) = $0 { message.contains(text) } else { true }
        }
        .compactMap { if case .message(let message, _) = $0 { message } else { nil } }
    }
}
