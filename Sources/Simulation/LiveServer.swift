import Linux
internal import ModelTypes
package import WebSockets

/// A Live service on this machine: real sockets, simulated model.
///
/// ## Concurrency
/// Everything happens on its own event loop's thread; `start`, `stop` and the faults may be
/// called from anywhere but there. `onEvent` is called on that thread.
package final class LiveServer: @unchecked Sendable {
    // @unchecked: `listener` and `connections` are touched on the loop only.

    /// More clients than this are not simulated.
    private static let connectionLimit = 64

    private let loop: EventLoop
    private let scenario: Scenario
    private let handles = HandleStore()
    private let onEvent: @Sendable (ServerEvent) -> Void
    private var listener: WebSocketListener?
    private var connections: [ObjectIdentifier: SimulatedConnection] = [:]

    /// A server that is not listening yet.
    package init(
        scenario: Scenario, onEvent: @escaping @Sendable (ServerEvent) -> Void = { _ in }
    ) throws {
        loop = try EventLoop(name: "simulator")
        self.scenario = scenario
        self.onEvent = onEvent
    }

    deinit { loop.stop() }

    /// Listens on 127.0.0.1, on a free port when `port` is 0, and returns the port.
    package func start(
        port: Int = 0, identity: WebSocketListener.Identity? = nil
    ) async throws -> Int {
        try await on { server in
            let listener = try WebSocketListener(
                loop: server.loop, port: port, identity: identity
            ) { [weak server] connection in
                server?.judge(connection) ?? .refuse(status: 503)
            }
            server.listener = listener
            return listener.port
        }
    }

    /// Ends the thread and all connections.
    package func stop() { loop.stop() }

    private func on<Result: Sendable>(
        _ body: @escaping @Sendable (LiveServer) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            loop.perform { [self] in
                continuation.resume(with: Swift.Result { try body(self) })
            }
        }
    }

    private func judge(_ connection: ServerConnection) -> WebSocketListener.Verdict {
        let parts = connection.path.split(separator: "/")
        let isKnown =
            parts.count == 2 && parts[0] == "ws"
            && parts[1].hasPrefix("google.ai.generativelanguage.")
            && parts[1].hasSuffix(".GenerativeService.BidiGenerateContent")
        guard isKnown, connections.count < Self.connectionLimit else {
            return .refuse(status: 404)
        }
        let query = connection.query.split(separator: "&").first { $0.hasPrefix("key=") }
        let key =
            connection.header("x-goog-api-key") ?? query.map { String($0.dropFirst(4)) }
        let session = ServerSession(scenario: scenario, key: key, handles: handles)
        let simulated = SimulatedConnection(
            loop: loop, connection: connection, session: session, onEvent: onEvent)
        let identity = ObjectIdentifier(connection)
        connections[identity] = simulated
        return .accept { [weak self] event in
            simulated.take(event)
            if case .closed = event { self?.connections[identity] = nil }
        }
    }

    // MARK: - Faults

    /// Has every connection do something; for tests.
    private func onEach(_ body: @escaping @Sendable (ServerConnection) -> Void) async throws {
        try await on { server in
            for simulated in server.connections.values { body(simulated.connection) }
        }
    }

    /// Sends raw bytes as a message to every client.
    package func send(raw text: String) async throws {
        try await onEach { connection in
            connection.send { $0.append(contentsOf: text.utf8) }
        }
    }

    /// Closes every connection.
    package func closeAll(code: UInt16, reason: String) async throws {
        try await onEach { $0.close(code: code, reason: reason) }
    }

    /// Breaks every connection without a word.
    package func dropAll() async throws {
        try await onEach { $0.abort(withReset: true) }
    }
}

/// The shell around one `ServerSession`; on the loop only.
private final class SimulatedConnection: @unchecked Sendable {
    // @unchecked: touched on the loop only.

    private let loop: EventLoop
    let connection: ServerConnection
    private var session: ServerSession
    private let onEvent: @Sendable (ServerEvent) -> Void
    private var timer: LoopTimer?
    private var timerAt: Int64?

    init(
        loop: EventLoop, connection: ServerConnection, session: ServerSession,
        onEvent: @escaping @Sendable (ServerEvent) -> Void
    ) {
        self.loop = loop
        self.connection = connection
        self.session = session
        self.onEvent = onEvent
    }

    func take(_ event: WebSocketEvent) {
        switch event {
        case .message(let bytes, _):
            let now = MonotonicClock.now()
            if let samples = AudioInput.samples(ofPlain: bytes) {
                perform(session.audio(samples, at: now))
            } else {
                perform(session.message(bytes, at: now))
            }
        case .closed, .failed: timer?.cancel()
        case .opened, .drained: break
        }
    }

    private func perform(_ actions: [ServerAction]) {
        for action in actions {
            switch action {
            case .send(let json): send(json)
            case .close(let code, let reason): connection.close(code: code, reason: reason)
            case .tell(let event): onEvent(event)
            }
        }
        setTimer(session.deadline)
    }

    // Inlined into its caller, this fails the optimizer of Swift 6.3.1 ("found outside of lifetime
    // use" in copy propagation).
    @inline(never)
    private func setTimer(_ deadline: Int64?) {
        guard deadline != timerAt else { return }
        timer?.cancel()
        timerAt = deadline
        timer = timerAt.map { deadline in
            loop.schedule(at: deadline) { [weak self] in self?.ring() }
        }
    }

    private func ring() {
        timerAt = nil
        perform(session.deadlineReached(at: MonotonicClock.now()))
    }

    /// As the service writes: binary frames with pretty JSON and a line end.
    private func send(_ json: JSONValue) {
        connection.send { message in
            message.append(contentsOf: json.prettyText().utf8)
            message.append(UInt8(ascii: "\n"))
        }
    }
}
