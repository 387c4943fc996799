import AllToolKinds
import Assistant
import Configuration
import Daemon
import Linux
import Simulation
import Synchronization
import VoiceSession
import WireCodec

/// The whole daemon in use for a long time: a turn every few seconds, with faults in between.
final class SoakRun: Sendable {
    /// The events so far.
    private struct Counts: Sendable {
        var turns = 0
        var answers = 0
        var connections = 0
        var calls = 0
        var replies = 0
        var heardSamples: [Int] = []
        var failures: [String] = []
    }

    /// How long the button is held (milliseconds).
    private static let holdMilliseconds: Int64 = 1500
    /// The pre-roll, and the tolerance at the edges.
    private static let preRollSamples = 16 * 300
    private static let edgeSamples = 16 * 100
    /// An answer that is not complete by then has failed (milliseconds).
    private static let patienceMilliseconds: Int64 = 30_000
    /// The pause between two turns (milliseconds).
    private static let pauseMilliseconds: Int64 = 2_000
    /// The number of failures that are reported in words.
    private static let reportedFailures = 20

    /// The injected faults, one in every third turn: about two a minute.
    private static let troubles: [(place: Place, fault: Fault)] = [
        (.answer, .goAway(timeLeft: .seconds(20))), (.words, .reset),
        (.answer, .goAway(timeLeft: .seconds(5))), (.answer, close(.internalError)),
        (.words, .goAway(timeLeft: .milliseconds(1200))), (.words, close(.internalError)),
        (.call, .drop), (.words, .halfOpen(held: .zero)), (.words, .expireHandles),
        (.words, .reset), (.answer, close(.deadlineExpired)),
    ]

    private enum Place { case words, call, answer }

    /// The notices about faults that were recovered from.
    private static let expectedNotices = [
        "a fresh session gets the history",
        "the service does not answer; retrying on another connection",
    ]

    private let minutes: Double
    private let counts = Mutex(Counts())
    private let start = MonotonicClock.now()
    private let residentAtStart = Atomic<Int>(0)

    init(minutes: Double) { self.minutes = minutes }

    private static func close(_ known: KnownClose) -> Fault {
        .close(code: known.code, reason: known.reason)
    }

    /// How many failures the user noticed.
    var failures: Int { counts.withLock { $0.failures.count } }

    // MARK: - The run

    func perform() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-soak")
        defer { try? Files.removeTree(folder) }
        let server = try LiveServer(scenario: Self.scenario) { self.take($0) }
        let port = try await server.start()
        let settings = try SettingsFile.settings(from: [
            ("soak.toml", Self.settings(port: port, folder: folder))
        ])
        let application = try Application(
            settings: settings, credential: .fixed(.key(Secret(Self.scenario.key))),
            log: Log(level: .error), button: .scripted
        ) { self.take($0.event) }
        try await application.start()
        try await until { $0.connections > 0 }
        // There is no pre-roll before the microphone's first moment.
        try await pause(1000)
        try await goOn(application, server)
        await application.stop()
        server.stop()
    }

    private static func settings(port: Int, folder: String) -> String {
        """
        [live]
        url = "ws://127.0.0.1:\(port)"
        [tools]
        state_directory = "\(folder)/state"
        [audio]
        real_time_priority = 0
        [audio.capture]
        device = "null"
        [audio.playback]
        device = "null"
        [[tool.gpio]]
        name = "lamp"
        description = "the lamp"
        file = "\(folder)/lamp"
        """
    }

    private static var scenario: Scenario {
        let voice = (0..<(24_000 * 2)).map { Int16(truncatingIfNeeded: ($0 * 440) % 8000 - 4000) }
        let call = Scenario.Call(
            name: "switch_output", arguments: ["output": "lamp", "action": "on"])
        let plain = Scenario.Turn(heard: "What is it?", says: "It is a bird.", voice: voice)
        let calling = Scenario.Turn(
            heard: "The lamp, please.", call: call, says: "It is on.", voice: voice)
        var scenario = Scenario(turns: [plain, calling, plain])
        scenario.goesOnAcrossSessions = true
        return scenario
    }

    private func goOn(_ application: Application, _ server: LiveServer) async throws {
        let end = start + Int64(minutes * 60e9)
        var nextReport = start + 60_000_000_000
        var (turn, trouble) = (0, 0)
        residentAtStart.store(ResourceUsage.residentKiB(), ordering: .relaxed)
        while MonotonicClock.now() < end {
            turn += 1
            var planned: (place: Place, fault: Fault)?
            if turn % 3 == 0 {
                planned = Self.troubles[trouble % Self.troubles.count]
                trouble += 1
            }
            try await have(turn, planned, application, server)
            try await pause(Self.pauseMilliseconds)
            if MonotonicClock.now() >= nextReport {
                report()
                nextReport += 60_000_000_000
            }
        }
    }

    private func have(
        _ number: Int, _ trouble: (place: Place, fault: Fault)?, _ application: Application,
        _ server: LiveServer
    ) async throws {
        let before = counts.withLock { counts in
            counts.turns += 1
            counts.heardSamples = []
            return counts
        }
        let from = MonotonicClock.now()
        application.button(ButtonEvent(pressed: true, at: from))
        try await pause(Self.holdMilliseconds / 2)
        if let trouble, trouble.place == .words {
            try await server.inject(trouble.fault)
            if trouble.fault == .expireHandles { try await server.inject(.reset) }
        }
        try await pause(Self.holdMilliseconds / 2)
        let to = MonotonicClock.now()
        application.button(ButtonEvent(pressed: false, at: to))
        if let trouble, trouble.place != .words {
            try await until {
                trouble.place == .call
                    ? $0.calls > before.calls || $0.replies > before.replies
                    : $0.answers > before.answers
            }
            if trouble.place == .answer { try await pause(150) }
            try await server.inject(trouble.fault)
        }
        try await until { $0.replies > before.replies }
        // The rest of an interrupted answer comes a moment later.
        repeat { try await pause(400) } while await !application.isQuiet()
        check(number, spokenSamples: Int((to - from) * 16 / 1_000_000))
    }

    /// Checks that the service has heard the turn once, complete and without anything else.
    private func check(_ number: Int, spokenSamples: Int) {
        let wanted = spokenSamples + Self.preRollSamples
        counts.withLock { counts in
            let isRight =
                counts.heardSamples.count == 1
                && counts.heardSamples.allSatisfy { abs($0 - wanted) <= Self.edgeSamples }
            if !isRight {
                counts.failures.append(
                    "turn \(number): heard \(counts.heardSamples) samples, not \(wanted)")
            }
        }
    }

    private func pause(_ milliseconds: Int64) async throws {
        try await Task.sleep(nanoseconds: UInt64(milliseconds) * 1_000_000)
    }

    private func until(_ isWithoutEffect: (Counts) -> Bool) async throws {
        let limit = MonotonicClock.now() + Self.patienceMilliseconds * 1_000_000
        while !isWithoutEffect(counts.withLock { $0 }) {
            guard MonotonicClock.now() < limit else {
                return counts.withLock { $0.failures.append("turn \($0.turns): it did not end") }
            }
            try await pause(20)
        }
    }

    // MARK: - What happens

    private func take(_ event: ServerEvent) {
        counts.withLock { counts in
            switch event {
            case .setUp: counts.connections += 1
            case .called: counts.calls += 1
            case .answerBegan: counts.answers += 1
            case .wordsEnded(let samples): counts.heardSamples.append(samples.count)
            case .answeredInVain, .ignoredAudio: counts.failures.append("\(event)")
            case .refused(let code, let reason) where code == 1007:
                counts.failures.append("refused: \(reason)")
            default: break
            }
        }
    }

    private func take(_ event: TimelineEvent) {
        counts.withLock { counts in
            switch event {
            case .replyPlayed: counts.replies += 1
            case .refused, .soundLost, .turnClosed(_, .abandoned), .turnClosed(_, .empty):
                counts.failures.append("\(event)")
            case .notice(let text)
            where !Self.expectedNotices.contains { text.hasSuffix($0) || text.hasPrefix($0) }:
                counts.failures.append(text)
            default: break
            }
        }
    }

    // MARK: - The figures

    private func report() {
        let now = counts.withLock { $0 }
        let minute = (MonotonicClock.now() - start) / 60_000_000_000
        StandardStream.output.write(
            "\(minute) min: \(ResourceUsage.residentKiB()) KiB, \(now.turns) turns, "
                + "\(now.connections - 1) reconnects, \(now.failures.count) failures\n")
    }

    /// All figures on one line.
    var result: JSONValue {
        let now = counts.withLock { $0 }
        let usage = ResourceUsage.current()
        let seconds = Double(MonotonicClock.now() - start) / 1e9
        return [
            "minutes": .double(seconds / 60),
            "turns": .int(Int64(now.turns)),
            "reconnects": .int(Int64(now.connections - 1)),
            "calls": .int(Int64(now.calls)),
            "failures": .int(Int64(now.failures.count)),
            "what_failed": .array(now.failures.prefix(Self.reportedFailures).map { .string($0) }),
            "rss_with_service_start_kb": .int(Int64(residentAtStart.load(ordering: .relaxed))),
            "rss_with_service_end_kb": .int(Int64(ResourceUsage.residentKiB())),
            "rss_with_service_max_kb": .int(Int64(usage.maximumResidentKiB)),
            "cpu_percent": .double(100 * (usage.userSeconds + usage.systemSeconds) / seconds),
        ]
    }
}
