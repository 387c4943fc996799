import Daemon
import Linux
import Live
import Simulation
import Synchronization
import VoiceSession
import WebSockets
import WireCodec

/// Many connections lost in the middle of a turn, each in its own session.
final class ReconnectRun: Sendable {
    private struct State: Sendable {
        var connections = 0
        var lostAt: Int64?
        /// From the loss to the first words on the next connection (milliseconds).
        var times: [Double] = []
        var turns = 0
        var heard: [Int16] = []
        var heardCount = 0
        var lost = 0
        var doubled = 0
        /// Samples sent on any connection, minus those that were said.
        var sentAgain: [Int] = []
    }

    /// Samples of a chunk, and the interval between chunks (20 ms).
    private static let chunkSamples = 320
    private static let chunkMilliseconds: Int64 = 20
    /// The connection is lost after `chunksBefore` of all `chunks`.
    private static let chunksBefore = 40
    private static let chunks = 80
    private static let patienceMilliseconds: Int64 = 10_000

    private let rounds: Int
    private let isTransparent: Bool
    private let state = Mutex(State())

    init(rounds: Int, isTransparent: Bool) {
        self.rounds = rounds
        self.isTransparent = isTransparent
    }

    func perform() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-reconnect")
        defer { try? Files.removeTree(folder) }
        let authority = try await CertificateAuthority.make(in: folder)
        let voice = [Int16](repeating: 1, count: 2400)
        var scenario = Scenario(turns: [.init(heard: "words", says: "sounds", voice: voice)])
        scenario.waitsForPlayback = false
        let server = try LiveServer(scenario: scenario) { self.take($0) }
        let port = try await server.start(identity: authority.identity)
        let loop = try EventLoop()
        for round in 0..<rounds {
            let client = client(
                loop, url: "wss://127.0.0.1:\(port)", authority: authority.authorityFile)
            try await have(round, client, loop, server)
        }
        loop.stop()
        server.stop()
    }

    /// A session, with the counter of its samples.
    private struct Client: Sendable {
        let session: LiveSession
        let transport: CountingTransport
    }

    private func client(_ loop: EventLoop, url: String, authority: String) -> Client {
        let service: LiveEndpoint.Service =
            isTransparent ? .vertex(project: "p", location: "l") : .developer
        var settings = SessionSettings(
            endpoint: LiveEndpoint(
                service: service, base: url, certificateAuthorityFile: authority),
            model: "gemini-3.8-live")
        settings.activity = .manual
        let transport = CountingTransport(loop: loop, countsSound: true) {}
        let authorization: Authorization =
            isTransparent
            ? .bearer(Secret("test-bearer"), quotaProject: nil) : .key(Secret("test-key"))
        let session = LiveSession(
            executor: loop, transport: transport, settings: settings,
            credential: .fixed(authorization), alarm: EventLoopAlarm(loop: loop)
        ) { _ in }
        return Client(session: session, transport: transport)
    }

    private func have(
        _ round: Int, _ client: Client, _ loop: EventLoop, _ server: LiveServer
    ) async throws {
        let session = client.session
        let before = state.withLock { $0 }
        await session.on { $0.connect() }
        try await until { $0.connections > before.connections }
        // A first turn, to get a handle.
        await session.on { $0.beginActivity() }
        await session.on { $0.sendAudio([Int16](repeating: 0, count: Self.chunkSamples)) }
        await session.on { _ = $0.endActivity() }
        try await until { $0.turns > before.turns }
        let sent = await client.transport.audioMessagesSent(on: loop)
        await session.on { $0.beginActivity() }
        for chunk in 0..<Self.chunks {
            if chunk == Self.chunksBefore {
                let isReset = round % 2 == 0
                try await server.inject(
                    isReset ? .reset : .close(code: 1011, reason: "Internal error encountered."))
            }
            await session.on { $0.sendAudio(Self.samples(of: chunk)) }
            try await Task.sleep(nanoseconds: UInt64(Self.chunkMilliseconds) * 1_000_000)
        }
        await session.on { _ = $0.endActivity() }
        try await until { $0.heardCount >= before.heardCount + 2 }
        let messages = await client.transport.audioMessagesSent(on: loop) - sent
        let again = (messages - Self.chunks) * Self.chunkSamples
        state.withLock { Self.judge(&$0, sentAgain: again) }
        try await until { $0.turns > before.turns + 1 }
        await session.on { $0.disconnect() }
        while await !session.on({ $0.isIdle }) { try await Task.sleep(nanoseconds: 5_000_000) }
    }

    private static func samples(of chunk: Int) -> [Int16] {
        let first = chunk * chunkSamples
        return (first..<(first + chunkSamples)).map { Int16(truncatingIfNeeded: $0) }
    }

    /// Compares what was heard with what was said, which counts up from zero.
    private static func judge(_ state: inout State, sentAgain: Int) {
        var counts = [Int](repeating: 0, count: chunks * chunkSamples)
        for sample in state.heard where counts.indices.contains(Int(UInt16(bitPattern: sample))) {
            counts[Int(UInt16(bitPattern: sample))] += 1
        }
        state.lost += counts.count { $0 == 0 }
        state.doubled += counts.reduce(0) { $0 + max(0, $1 - 1) }
        state.sentAgain.append(sentAgain)
    }

    private func until(_ isWithoutEffect: (State) -> Bool) async throws {
        let limit = MonotonicClock.now() + Self.patienceMilliseconds * 1_000_000
        while !isWithoutEffect(state.withLock { $0 }) {
            guard MonotonicClock.now() < limit else {
                throw BenchError("the session did not get this far: \(state.withLock { $0.times })")
            }
            try await Task.sleep(nanoseconds: 2_000_000)
        }
    }

    private func take(_ event: ServerEvent) {
        let now = MonotonicClock.now()
        state.withLock { state in
            switch event {
            case .setUp: state.connections += 1
            case .faulted: state.lostAt = now
            case .soundCame:
                guard let lostAt = state.lostAt else { return }
                state.times.append(Double(now - lostAt) / 1e6)
                state.lostAt = nil
            case .wordsEnded(let samples):
                state.heard = samples
                state.heardCount += 1
            case .turnCompleted: state.turns += 1
            default: break
            }
        }
    }

    // MARK: - The figures

    /// Whether every sample was heard, and none twice.
    var isWhole: Bool { state.withLock { $0.lost == 0 && $0.doubled == 0 } }

    /// All figures on one line.
    var result: JSONValue {
        let end = state.withLock { $0 }
        let times = end.times.sorted()
        func part(_ share: Double) -> JSONValue {
            guard !times.isEmpty else { return .null }
            return .double(times[min(times.count - 1, Int(Double(times.count) * share))])
        }
        return [
            "rounds": .int(Int64(rounds)),
            "transparent": .bool(isTransparent),
            "median_ms": part(0.5),
            "p99_ms": part(0.99),
            "lost_samples": .int(Int64(end.lost)),
            "heard_twice_samples": .int(Int64(end.doubled)),
            "sent_again_samples": .int(
                Int64(end.sentAgain.reduce(0, +) / max(1, end.sentAgain.count))),
        ]
    }
}

extension LiveSession {
    /// Runs on the session's executor, the only place where the session may be used.
    fileprivate func on<Result: Sendable>(
        _ body: @Sendable (isolated LiveSession) -> Result
    ) -> Result {
        body(self)
    }
}
