import Linux
package import WebSockets

/// A Live service on this machine: real sockets, simulated model.
///
/// ## Concurrency
/// Everything happens on its own event loop's thread; `start`, `stop` and the faults may be
/// called from anywhere but there. `onEvent` is called on that thread.
package final class LiveServer: @unchecked Sendable {
    // @unchecked: `listener` and `connections` are accessed only on the loop.

    /// The most clients that are simulated.
    private static let connectionLimit = 64

    private let loop: EventLoop
    private let scenario: Scenario
    /// The state that its connections share: handles, tokens, counts.
    package let state = ServiceState()
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
        for token in scenario.tokens { state.add(token.aged(by: MonotonicClock.now())) }
    }

    deinit { loop.stop() }

    /// Listens on 127.0.0.1, on a free port when `port` is 0, and returns the port.
    package func start(
        port: Int = 0, identity: WebSocketListener.Identity? = nil
    ) async throws -> Int {
        try await on { server in
            let listener = try WebSocketListener(
                loop: server.loop, port: port, identity: identity,
                onRequest: { ServiceError.notFound($0) },
                onUpgrade: { [weak server] connection in
                    server?.judge(connection) ?? .refuse(ServiceError.overloaded)
                })
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
        let access = Access(
            path: connection.path, query: connection.query, header: connection.header)
        guard let access else { return .refuse(ServiceError.notFound(connection.path)) }
        guard connections.count < Self.connectionLimit else {
            return .refuse(ServiceError.overloaded)
        }
        let session = ServerSession(scenario: scenario, access: access, service: state)
        let simulated = SimulatedConnection(
            loop: loop, connection: connection, session: session, framing: scenario.framing,
            onEvent: onEvent)
        let identity = ObjectIdentifier(connection)
        connections[identity] = simulated
        return .accept { [weak self] event in
            simulated.take(event)
            if case .closed = event { self?.connections[identity] = nil }
        }
    }

    // MARK: - Faults

    /// Sends raw bytes as a message to every client.
    package func send(raw text: String) async throws {
        try await on { server in
            for simulated in server.connections.values {
                simulated.connection.send { $0.append(contentsOf: text.utf8) }
            }
        }
    }

    /// Triggers a fault on every connection.
    package func inject(_ fault: Fault) async throws {
        try await on { server in
            for simulated in server.connections.values { simulated.inject(fault) }
        }
    }

    /// Closes every connection.
    package func closeAll(code: UInt16, reason: String) async throws {
        try await inject(.close(code: code, reason: reason))
    }

    /// Resets every connection without a close frame.
    package func dropAll() async throws {
        try await inject(.reset)
    }
}
