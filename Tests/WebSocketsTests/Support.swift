import Synchronization
import Testing

@testable import WebSockets

/// Events of a socket as a stream, so that a test can await the next one.
struct EventLog: Sendable {
    let stream: AsyncStream<WebSocketEvent>
    let handler: @Sendable (WebSocketEvent) -> Void

    init() {
        let (stream, continuation) = AsyncStream<WebSocketEvent>.makeStream()
        self.stream = stream
        handler = { event in
            continuation.yield(event)
            switch event {
            case .closed, .failed: continuation.finish()
            case .opened, .message, .drained: break
            }
        }
    }

    /// The events up to and with the last, as short texts; messages as their text.
    func untilEnd() async -> [String] {
        var texts: [String] = []
        for await event in stream { texts.append(Self.text(event)) }
        return texts
    }

    /// The events as short texts, without `drained`.
    func texts() -> AsyncFilterSequence<AsyncMapSequence<AsyncStream<WebSocketEvent>, String>> {
        stream.map(Self.text).filter { $0 != "drained" }
    }

    static func text(_ event: WebSocketEvent) -> String {
        switch event {
        case .opened: "opened"
        case .message(let bytes, let isBinary):
            "\(isBinary ? "binary" : "text") \(String(decoding: bytes, as: UTF8.self))"
        case .drained: "drained"
        case .closed(let code, let reason): "closed \(code) \(reason)"
        case .failed(let error): "failed \(error)"
        }
    }
}

/// A loop for one test, stopped when the test ends.
final class TestLoop: Sendable {
    let loop: EventLoop

    convenience init(names: NameResolver = NameResolver()) throws {
        self.init(try EventLoop(name: "test", names: names))
    }

    init(_ loop: EventLoop) { self.loop = loop }

    deinit { loop.stop() }

    /// Runs on the loop and returns the result.
    func on<Result: Sendable>(
        _ body: @escaping @Sendable (EventLoop) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            loop.perform { [loop] in
                continuation.resume(with: Swift.Result { try body(loop) })
            }
        }
    }

    /// A server that handles each event with `serve`.
    func listen(
        identity: WebSocketListener.Identity? = nil,
        serve: @escaping @Sendable (ServerConnection, WebSocketEvent) -> Void
    ) async throws -> WebSocketListener {
        try await on { loop in
            try WebSocketListener(loop: loop, identity: identity) { connection in
                .accept { event in serve(connection, event) }
            }
        }
    }

    /// Opens a client, which sends the given texts on opening.
    func connect(
        _ text: String, headers: [(name: String, value: String)] = [], authority: String? = nil,
        environment: [String: String] = [:], timeoutMilliseconds: Int64 = 10_000, log: EventLog,
        then act: @escaping @Sendable (WebSocketClient) -> Void = { _ in }
    ) async throws -> WebSocketClient {
        let url = try WebSocketURL(text)
        return try await on { loop in
            let client = WebSocketClient(loop: loop)
            let request = WebSocketRequest(
                url: url, headers: headers, certificateAuthorityFile: authority,
                proxies: ProxySettings(environment: environment),
                timeoutMilliseconds: timeoutMilliseconds)
            client.open(request) { event in
                log.handler(event)
                if case .opened = event { act(client) }
            }
            return client
        }
    }
}

extension WebSocketClient {
    func send(text: String) {
        send { $0.append(contentsOf: text.utf8) }
    }
}

extension ServerConnection {
    func send(bytes: [UInt8], kind: MessageKind = .binary) {
        send(kind: kind) { $0.append(contentsOf: bytes) }
    }
}

/// A value behind a lock for closures to share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        mutex.withLock { value in body(&value) }
    }
}
