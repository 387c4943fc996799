internal import Live
internal import WebSockets

/// The network between the device and the simulated service: it delays, breaks and goes dead.
///
/// ## Concurrency
/// On the world's thread.
final class VirtualNetwork: LiveTransport, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// Data that is not acknowledged ends a connection after this, as TCP_USER_TIMEOUT does.
    private static let unacknowledged: Int64 = 10_000_000_000
    /// The time-out for a name or address that does not answer.
    private static let connectTimeout: Int64 = 10_000_000_000

    /// The reports to the world.
    struct Handlers {
        var opened: () -> Void = {}
        var event: (ServerEvent) -> Void = { _ in }
        var sent: ([UInt8]) -> Void = { _ in }
        var fault: (String) -> Void = { _ in }
        /// The device closes its socket by itself.
        var left: () -> Void = {}
    }

    /// One socket.
    final class Line {
        let number: Int
        var server: ServerSession
        var onEvent: (@Sendable (WebSocketEvent) -> Void)?
        var isOpen = false
        /// The device has closed or dropped it.
        var isLeft = false
        var isServerGone = false
        var isDead = false
        var isReading = true
        var isMute = false
        var unread: [[UInt8]] = []
        var underWay: [(bytes: [UInt8], sentAt: Int64, dueAt: Int64)] = []
        var timerAt: Int64?
        var timer = 0
        /// When the last message arrives, in each direction; a connection keeps the order.
        var upAt: Int64 = 0
        var downAt: Int64 = 0

        init(number: Int, server: ServerSession) {
            self.number = number
            self.server = server
        }
    }

    private let loop: VirtualLoop
    private let scenario: Scenario
    private let service = ServiceState()
    private var random: SeededRandom
    private let delay: ClosedRange<Int64>
    var handlers = Handlers()
    private(set) var line: Line?
    private var lineCount = 0
    /// No packet gets through until this time.
    var downUntil: Int64 = 0
    /// A client that connects before this time is never set up.
    var mutesUntil: Int64 = 0
    /// Every handle is refused until this time, although it is valid.
    var refusesHandlesUntil: Int64 = 0
    /// Connections are refused until this time.
    var refusesUntil: Int64 = 0
    /// A connection that is set up before `until` gets an announcement at once that it ends after
    /// `timeLeft`.
    var emptying: (until: Int64, timeLeft: Int64) = (0, 0)

    init(loop: VirtualLoop, scenario: Scenario, seed: UInt64) {
        self.loop = loop
        self.scenario = scenario
        random = SeededRandom(seed, stream: 1)
        let base = random.milliseconds(1...60)
        delay = base...(base + random.milliseconds(1...40))
    }

    private func latency() -> Int64 { Int64.random(in: delay, using: &random) }

    // MARK: - The device's end

    func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        if let line, !line.isLeft, !line.isServerGone {
            handlers.fault("a socket was opened while another was open")
        }
        handlers.opened()
        lineCount += 1
        let key = request.headers.first { $0.name == "x-goog-api-key" }?.value
        let made = Line(
            number: lineCount,
            server: ServerSession(
                scenario: scenario, access: Access(key: key), service: service))
        made.onEvent = onEvent
        made.isMute = loop.now < mutesUntil
        line = made
        if loop.now < refusesHandlesUntil {
            perform(made.server.inject(.refuseResumption(.stillOpen), at: loop.now), on: made)
        }
        if loop.now < refusesUntil {
            return loop.after(latency()) { self.fail(made, "connection refused") }
        }
        loop.after(2 * latency()) {
            guard self.loop.now >= self.downUntil else {
                return self.loop.after(Self.connectTimeout) { self.fail(made, "timed out") }
            }
            guard !made.isLeft else { return self.end(made) }
            made.isOpen = true
            made.onEvent?(.opened)
        }
    }

    private func fail(_ line: Line, _ text: String) {
        let handler = line.onEvent
        line.onEvent = nil
        line.isLeft = true
        line.isServerGone = true
        handler?(.failed(.unreachable(host: "simulation", reason: text)))
    }

    func send(_ write: (inout [UInt8]) -> Void) {
        guard let line, line.isOpen, !line.isLeft, !line.isServerGone || line.isDead else { return }
        var bytes: [UInt8] = []
        write(&bytes)
        handlers.sent(bytes)
        guard !line.isDead else { return giveUp(line) }
        line.upAt = max(line.upAt, loop.now + latency())
        line.underWay.append((bytes, loop.now, line.upAt))
        loop.schedule(at: line.upAt) { self.arrive(on: line) }
    }

    /// Delivers messages under way in order, when the network is up.
    private func arrive(on line: Line) {
        while let first = line.underWay.first, first.dueAt <= loop.now, !line.isServerGone {
            guard !line.isDead else { return giveUp(line) }
            // TCP retransmits lost data until the network is up or the connection is given up.
            guard loop.now >= downUntil else {
                let limit = first.sentAt + Self.unacknowledged
                guard loop.now < limit else { return giveUp(line) }
                return loop.schedule(at: min(downUntil, limit)) { self.arrive(on: line) }
            }
            line.underWay.removeFirst()
            if line.isReading {
                take(first.bytes, on: line)
            } else {
                line.unread.append(first.bytes)
            }
        }
    }

    private func take(_ bytes: [UInt8], on line: Line) {
        guard !line.isMute else { return }
        if let samples = AudioInput.samples(ofPlain: bytes) {
            perform(line.server.audio(samples, at: loop.now), on: line)
        } else {
            perform(line.server.message(bytes, at: loop.now), on: line)
        }
    }

    /// Ends the connection as the kernel does when nothing is acknowledged.
    private func giveUp(_ line: Line) {
        let oldest = line.underWay.first?.sentAt ?? loop.now
        loop.schedule(at: oldest + Self.unacknowledged) {
            line.server.disconnected(at: self.loop.now)
            self.end(line)
        }
    }

    func close() {
        guard let line, !line.isLeft else { return }
        handlers.left()
        line.isLeft = true
        line.upAt = max(line.upAt, loop.now + latency())
        loop.schedule(at: line.upAt) {
            // A close that does not get through ends at the client's own time-out.
            guard !line.isDead, self.loop.now >= self.downUntil else {
                return self.loop.after(2_000_000_000) { self.disconnect(line, 1006) }
            }
            line.server.disconnected(at: self.loop.now)
            line.isServerGone = true
            self.loop.after(self.latency()) { self.finish(line, 1000, "") }
        }
    }

    func abort() {
        guard let line else { return }
        line.isLeft = true
        loop.after(latency()) { line.server.disconnected(at: self.loop.now) }
        line.isServerGone = true
        loop.after(0) { self.finish(line, 1006, "") }
    }

    /// The device's program has ended, so nothing is informed of its socket's end.
    func die() {
        guard let line else { return }
        line.onEvent = nil
        line.isLeft = true
        line.isServerGone = true
        loop.after(latency()) { line.server.disconnected(at: self.loop.now) }
    }

    private func disconnect(_ line: Line, _ code: UInt16) {
        line.server.disconnected(at: loop.now)
        line.isServerGone = true
        finish(line, code, "")
    }

    private func end(_ line: Line) {
        line.isServerGone = true
        finish(line, 1006, "")
    }

    private func finish(_ line: Line, _ code: UInt16, _ reason: String) {
        let handler = line.onEvent
        line.onEvent = nil
        handler?(.closed(code: code, reason: reason))
    }

    // MARK: - The service's end

    /// Triggers a fault on the current connection.
    func inject(_ fault: Fault) {
        guard let line, line.isOpen, !line.isServerGone else { return }
        perform(line.server.inject(fault, at: loop.now), on: line)
    }

    /// Breaks the connection for both ends.
    func reset() {
        guard let line, line.isOpen, !line.isServerGone else { return }
        line.server.disconnected(at: loop.now)
        end(line)
    }

    private func perform(_ actions: [ServerAction], on line: Line) {
        for action in actions {
            switch action {
            case .send(let json):
                deliver(.message(scenario.framing.bytes(of: json), isBinary: true), on: line)
            case .sendRaw(let bytes): deliver(.message(bytes, isBinary: true), on: line)
            case .close(let code, let reason):
                deliver(.closed(code: code, reason: String(reason.prefix(123))), on: line)
            case .reset, .drop: deliver(.closed(code: 1006, reason: ""), on: line)
            case .read(let isReading): read(isReading, on: line)
            case .answerPings: break
            case .tell(let event):
                if case .faulted(.halfOpen) = event { line.isDead = true }
                handlers.event(event)
                if case .setUp = event, loop.now < emptying.until { sendAway(line) }
            }
        }
        setTimer(line)
    }

    private func sendAway(_ line: Line) {
        let left = emptying.timeLeft
        // After the effects of the setup itself.
        loop.after(0) {
            self.perform(
                line.server.inject(.goAway(timeLeft: .nanoseconds(left)), at: self.loop.now),
                on: line)
        }
    }

    private func read(_ isReading: Bool, on line: Line) {
        line.isReading = isReading
        guard isReading else { return }
        let waiting = line.unread
        line.unread = []
        for bytes in waiting { take(bytes, on: line) }
    }

    private func deliver(_ event: WebSocketEvent, on line: Line) {
        if case .closed = event { line.isServerGone = true }
        line.downAt = max(line.downAt, loop.now + latency(), downUntil)
        loop.schedule(at: line.downAt) {
            switch event {
            case .closed(let code, let reason): self.finish(line, code, reason)
            case .message, .opened, .drained, .failed:
                if !line.isLeft || line.isOpen { line.onEvent?(event) }
            }
        }
    }

    private func setTimer(_ line: Line) {
        guard line.server.deadline != line.timerAt else { return }
        line.timerAt = line.server.deadline
        line.timer += 1
        guard let at = line.timerAt else { return }
        let mine = line.timer
        loop.schedule(at: at) {
            guard line.timer == mine else { return }
            line.timerAt = nil
            self.perform(line.server.deadlineReached(at: self.loop.now), on: line)
        }
    }
}
