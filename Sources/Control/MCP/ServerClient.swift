package import Linux
package import Tools
internal import WireCodec

/// An MCP server, whose tools are functions in a registry while it runs.
///
/// The decisions are `ServerMachine`'s; this performs them.
///
/// ## Concurrency
/// An actor on the pool. The transport's events enter it one by one, in order.
package actor ServerClient: ToolSource {
    private struct Waiting {
        let continuation: CheckedContinuation<JSONValue, any Error>
    }

    package nonisolated let name: String
    package nonisolated var title: String { "MCP server \(name)" }
    private let selection: ToolSelection
    private let transport: any ServerTransport
    private let registry: ToolRegistry
    private let clock: any DeviceClock
    private let log: @Sendable (ToolLogLevel, String) -> Void
    private var machine: ServerMachine
    private var alarm: (at: Int64, task: Task<Void, Never>)?
    private var calls: [Int: Waiting] = [:]
    private var nextCall = 0
    private var stops: [CheckedContinuation<Void, Never>] = []
    private var firstListens: [CheckedContinuation<Void, Never>] = []
    private var isKnown = false
    private var isStopped = false
    private var listener: Task<Void, Never>?

    /// What `martlet tools check` reports about it.
    package private(set) var notes: [String] = []
    /// Whether it has failed, for the reason in `notes`.
    package private(set) var isFailed = false
    /// The tools that the settings leave out, in one line, which is logged when it changes; empty:
    /// none.
    package private(set) var unwanted = ""

    /// A server that waits for `start`; `startTimeout` is how long its first answer may take.
    package init(
        selection: ToolSelection, transport: any ServerTransport, startTimeout: Duration,
        registry: ToolRegistry, clock: any DeviceClock, clientVersion: String,
        log: @escaping @Sendable (ToolLogLevel, String) -> Void
    ) {
        name = selection.source
        self.selection = selection
        self.transport = transport
        self.registry = registry
        self.clock = clock
        self.log = log
        machine = ServerMachine(
            name: selection.source, startTimeout: startTimeout.nanoseconds,
            startsPerHour: transport.startsPerHour,
            clientVersion: clientVersion)
    }

    /// Starts the server, and restarts it whenever it ends, until `stop`.
    package func start() {
        registry.explain(absence: "the MCP server \(name) has not answered yet", of: name)
        perform(machine.start(at: clock.now))
    }

    /// Ends the server and removes its functions; returns when it has ended completely.
    package func stop() async {
        guard !isStopped else { return }
        await withCheckedContinuation { continuation in
            stops.append(continuation)
            perform(machine.stop(at: clock.now))
        }
        listener?.cancel()
        alarm?.task.cancel()
        _ = registry.replace([], of: name)
    }

    /// Returns when its tools have been listed for the first time, or it has failed once.
    package func settled() async {
        guard !isKnown else { return }
        await withCheckedContinuation { firstListens.append($0) }
    }

    /// Calls a tool and returns the `result` of tools/call; throws `ToolFailure`.
    ///
    /// When the task is cancelled, the server is notified.
    func call(
        _ tool: String, _ arguments: JSONValue, patience: Duration, limit: Duration
    ) async throws -> JSONValue {
        nextCall += 1
        let key = nextCall
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else {
                    return continuation.resume(throwing: CancellationError())
                }
                calls[key] = Waiting(continuation: continuation)
                perform(
                    machine.call(
                        key, tool: tool, arguments: arguments, patience: patience.nanoseconds,
                        limit: limit.nanoseconds, at: clock.now))
            }
        } onCancel: {
            Task { await self.cancel(key) }
        }
    }

    private func cancel(_ key: Int) {
        guard let waiting = calls.removeValue(forKey: key) else { return }
        perform(machine.cancel(key, at: clock.now))
        waiting.continuation.resume(throwing: CancellationError())
    }

    // MARK: - Actions

    private func perform(_ actions: [ServerAction]) {
        for action in actions { perform(action) }
        setAlarm()
    }

    private func perform(_ action: ServerAction) {
        switch action {
        case .open: open()
        case .close: transport.close()
        case .send(let message, let id): transport.send(message, id: id)
        case .agreed(let version): transport.agreed(version: version)
        case .finish(let key, .result(let result)):
            calls.removeValue(forKey: key)?.continuation.resume(returning: result)
        case .finish(let key, .failed(let words)):
            calls.removeValue(forKey: key)?.continuation.resume(throwing: ToolFailure(words))
        case .offer(let tools): offer(tools)
        case .failed(let reason):
            notes = [reason]
            isFailed = true
            registry.explain(absence: "the MCP server \(name) is not there: \(reason)", of: name)
            becomeKnown()
        case .stopped:
            isStopped = true
            becomeKnown()
            for stop in stops { stop.resume() }
            stops = []
        case .log(let level, let text): log(level, text)
        }
    }

    private func open() {
        listener?.cancel()
        // Its length is bounded by the bytes that the transport reports before `took` is called.
        let (events, teller) = AsyncStream<(TransportEvent, Int)>.makeStream()
        listener = Task { [weak self] in
            for await (event, bytes) in events { await self?.received(event, bytes) }
        }
        transport.open { event, bytes in
            teller.yield((event, bytes))
            if case .lost = event { teller.finish() }
        }
    }

    private func received(_ event: TransportEvent, _ bytes: Int) {
        perform(machine.transport(event, at: clock.now))
        if bytes > 0 { transport.took(bytes) }
    }

    private func offer(_ tools: [OfferedTool]) {
        var offering = selection.offering(tools, taken: registry.fixedNames)
        registry.explain(absence: nil, of: name)
        let functions = offering.tools.map { tool in
            MCPTool(
                declaration: tool.declaration, original: tool.original, schema: tool.schema,
                patience: selection.patience, limit: selection.limit, client: self)
        }
        for name in registry.replace(functions, of: name) {
            offering.notes.append(
                "there is no room for \(name), or another function has this name")
        }
        if offering.notes != notes {
            for note in offering.notes { log(.warning, "MCP server \(name): \(note)") }
        }
        notes = offering.notes
        isFailed = false
        if offering.unwanted != unwanted {
            unwanted = offering.unwanted
            if !unwanted.isEmpty { log(.notice, "MCP server \(name): \(unwanted)") }
        }
        log(
            .notice,
            "MCP server \(name): \(functions.count) of its \(tools.count) tools are offered")
        becomeKnown()
    }

    private func becomeKnown() {
        isKnown = true
        for waiter in firstListens { waiter.resume() }
        firstListens = []
    }

    // MARK: - Time

    /// An alarm that rings too early does no harm, so most calls need no new one.
    private func setAlarm() {
        guard let deadline = machine.deadline else { return }
        if let alarm, alarm.at <= deadline { return }
        alarm?.task.cancel()
        let wait = Duration.nanoseconds(max(0, deadline - clock.now))
        let task = Task { [weak self, clock] in
            do {
                try await clock.wait(wait)
            } catch {
                return
            }
            await self?.ring()
        }
        alarm = (deadline, task)
    }

    private func ring() {
        alarm = nil
        perform(machine.deadlineReached(at: clock.now))
    }
}

extension Duration {
    /// Its nanoseconds; valid up to 292 years.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
