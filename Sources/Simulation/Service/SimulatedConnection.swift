import Linux
internal import ModelTypes
import WebSockets

/// The shell around one `ServerSession`; on the loop only.
final class SimulatedConnection: @unchecked Sendable {
    // @unchecked: accessed only on the loop.

    /// A half-open connection is given up after this.
    private static let deadLine = Duration.seconds(600)

    /// Reading stops while more than this is unsent (bytes).
    private static let behindBytes = 4 << 20

    private let loop: EventLoop
    let connection: ServerConnection
    private var session: ServerSession
    private let framing: Framing
    private let onEvent: @Sendable (ServerEvent) -> Void
    private var timer: LoopTimer?
    private var timerAt: Int64?
    private var isReading = true
    private var answersPings = true
    /// Whether the client reads too slowly: nothing is read from it until it has caught up.
    private var isBehind = false

    init(
        loop: EventLoop, connection: ServerConnection, session: ServerSession, framing: Framing,
        onEvent: @escaping @Sendable (ServerEvent) -> Void
    ) {
        self.loop = loop
        self.connection = connection
        self.session = session
        self.framing = framing
        self.onEvent = onEvent
    }

    func take(_ event: WebSocketEvent) {
        switch event {
        case .message(let bytes, _):
            perform(session.message(bytes, at: MonotonicClock.now()))
        case .closed, .failed:
            session.disconnected(at: MonotonicClock.now())
            timer?.cancel()
        case .drained:
            isBehind = false
            setReading()
        case .opened: break
        }
    }

    func inject(_ fault: Fault) {
        perform(session.inject(fault, at: MonotonicClock.now()))
    }

    private func perform(_ actions: [ServerAction]) {
        for action in actions {
            switch action {
            case .send(let json): send(framing.bytes(of: json))
            case .sendRaw(let bytes): send(bytes)
            case .close(let code, let reason): connection.close(code: code, reason: reason)
            case .reset: connection.abort(withReset: true)
            case .drop: connection.abort()
            case .read(let isReading):
                self.isReading = isReading
                setReading()
            case .answerPings(let answers):
                answersPings = answers
                setReading()
            case .tell(let event): onEvent(event)
            }
        }
        // Nothing is read any more, so the client's disconnection would not be noticed.
        let isDead = session.isOver && !isReading
        setTimer(
            isDead ? MonotonicClock.now() + Self.deadLine.nanoseconds : session.deadline)
    }

    // libwebsockets answers pings as it reads them, so delayed reading delays the pong.
    private func setReading() {
        connection.setReading(isReading && answersPings && !isBehind)
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
        if session.isOver, session.deadline == nil { return connection.abort(withReset: true) }
        perform(session.deadlineReached(at: MonotonicClock.now()))
    }

    private func send(_ bytes: [UInt8]) {
        connection.send(kind: framing.isText ? .text : .binary) { $0.append(contentsOf: bytes) }
        guard !isBehind, connection.pendingBytes > Self.behindBytes else { return }
        isBehind = true
        setReading()
    }
}
