import Synchronization
import Testing
import VoiceSession
import WebSockets
import WireCodec

@testable import Live

/// A session with a scripted service: an executor that runs its jobs when the test says so, a
/// transport that records its calls, and a clock that stands still.
final class SessionRig: @unchecked Sendable {
    // @unchecked: one test uses it, in one thread but for jobs that come from elsewhere.

    private let jobs = Mutex<[UnownedJob]>([])
    private var onEvent: (@Sendable (WebSocketEvent) -> Void)?
    private(set) var requests: [WebSocketRequest] = []
    private(set) var sent: [JSONValue] = []
    /// How many of them on the newest connection.
    private(set) var sentOnConnection = 0
    private(set) var isClosed = false
    /// How often a socket was opened beside one that had not ended.
    private(set) var overlaps = 0
    private(set) var events: [SessionEvent] = []
    /// The owner's immediate reaction to an event.
    var handler: (SessionEvent) -> Void = { _ in }
    private var isEnded = true
    private var alarm: (at: Int64, ring: @Sendable () -> Void)?
    var now: Int64 = 0
    private let settings: SessionSettings
    private let credential: SessionCredential
    private let gate: @Sendable () -> SessionFailure?
    private let random: @Sendable () -> Double
    private(set) lazy var session: LiveSession = {
        let surroundings = Surroundings(self)
        return LiveSession(
            executor: surroundings, transport: surroundings, settings: settings,
            credential: credential, alarm: surroundings, random: random, gate: gate
        ) { [weak self] event in
            self?.events.append(event)
            self?.handler(event)
        }
    }()

    /// A session that waits for `connect`.
    init(
        settings: SessionSettings = SessionSettings(
            endpoint: LiveEndpoint(), model: "gemini-3.8-live"),
        credential: SessionCredential = .fixed(.key(Secret("k"))),
        gate: @escaping @Sendable () -> SessionFailure? = { nil },
        random: @escaping @Sendable () -> Double = { 0.5 }
    ) {
        self.settings = settings
        self.credential = credential
        self.random = random
        self.gate = gate
    }

    // MARK: - The executor

    fileprivate func add(_ job: UnownedJob) { jobs.withLock { $0.append(job) } }

    /// Runs the jobs until `isDone`; other threads may have to enqueue them first.
    func run(until isDone: () -> Bool) async {
        for _ in 0..<100_000 where !isDone() { await runOnce() }
        #expect(isDone(), "nothing more happens")
    }

    /// Runs the jobs that arrive while other tasks get many turns.
    func rest() async {
        for _ in 0..<1_000 { await runOnce() }
    }

    private func runOnce() async {
        let all = jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
        for job in all { job.runSynchronously(on: session.unownedExecutor) }
        await Task.yield()
    }

    // MARK: - The transport and the clock

    fileprivate func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        if !isEnded { overlaps += 1 }
        requests.append(request)
        self.onEvent = onEvent
        isClosed = false
        isEnded = false
        sentOnConnection = 0
    }

    fileprivate func send(_ write: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        write(&bytes)
        sentOnConnection += 1
        do {
            sent.append(try JSONValue(parsing: bytes))
        } catch {
            Issue.record("what was sent is no JSON: \(error)")
        }
    }

    fileprivate func close() { isClosed = true }

    fileprivate func abort() {
        isClosed = true
        isEnded = true
        onEvent = nil
    }

    fileprivate func setAlarm(_ at: Int64?, _ ring: @escaping @Sendable () -> Void) {
        alarm = at.map { ($0, ring) }
    }

    /// Rings when the time has come.
    func ring() {
        guard let alarm, alarm.at <= now else { return }
        self.alarm = nil
        alarm.ring()
    }

    // MARK: - The service

    func tell(_ event: WebSocketEvent) {
        switch event {
        case .closed, .failed:
            isEnded = true
            let handler = onEvent
            onEvent = nil
            handler?(event)
        case .opened, .message, .drained: onEvent?(event)
        }
    }

    func receive(_ text: String, isBinary: Bool = true) {
        tell(.message(Array(text.utf8), isBinary: isBinary))
    }

    /// The socket opens and the setup is accepted.
    func accept(isBinary: Bool = true) {
        tell(.opened)
        receive("{\n  \"setupComplete\": {}\n}\n", isBinary: isBinary)
    }

    func perform(_ body: @Sendable (isolated LiveSession) -> Void) {
        session.assumeIsolated { body($0) }
    }

    var setups: [JSONValue] { sent.compactMap { $0["setup"] } }
}

/// The session's references to the rig; weak, since the rig owns the session.
private final class Surroundings: SerialExecutor, LiveTransport, LoopAlarm, @unchecked Sendable {
    // @unchecked: like the rig.

    private weak var rig: SessionRig?

    init(_ rig: SessionRig) { self.rig = rig }

    func enqueue(_ job: consuming ExecutorJob) { rig?.add(UnownedJob(job)) }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    func checkIsolated() {}

    func open(
        _ request: WebSocketRequest, onEvent: @escaping @Sendable (WebSocketEvent) -> Void
    ) {
        rig?.open(request, onEvent: onEvent)
    }

    func send(_ write: (inout [UInt8]) -> Void) { rig?.send(write) }
    func close() { rig?.close() }
    func abort() { rig?.abort() }

    var now: Int64 { rig?.now ?? 0 }
    func setAlarm(_ at: Int64?, _ ring: @escaping @Sendable () -> Void) {
        rig?.setAlarm(at, ring)
    }
}
