import Assistant
import Daemon
import Glibc
import Linux
import ModelTypes
import Simulation
import Synchronization
import TestSockets
import Testing
import WebSockets
import WireCodec

/// A dependency of the daemon is very slow, or never answers.
enum BadWorld: CaseIterable, CustomTestStringConvertible {
    case silentNameServer, deadProxy, slowDisk

    /// The duration of a write to the slow disk (nanoseconds).
    static let slowness: Int64 = 2_000_000_000

    var testDescription: String {
        switch self {
        case .silentNameServer: "a name server that never answers"
        case .deadProxy: "a proxy that takes the line and says nothing"
        case .slowDisk: "a disk that takes two seconds a write"
        }
    }
}

/// The whole daemon while its dependencies hang: the user's controls keep working.
@Suite("While no server answers", .serialized, .timeLimit(.minutes(5)))
struct BadWorldTests {
    private static let reply = Noise.samples(4800, seed: 1)
    private static let host = "live.test"

    /// A first run in a good world, which leaves a timer that is due soon.
    private func setTimer(in folder: String) async throws {
        var scenario = Scenario.saying(Self.reply)
        scenario.turns[0].calls = [.init(name: "set_timer", arguments: ["seconds": 1])]
        let first = try await Appliance.started(scenario: scenario, more: Self.state(folder))
        try await first.timeline.wait { $0 == .online(resumed: false) }
        first.press()
        await first.microphone.say(Noise.samples(20 * 320, seed: 1))
        first.release()
        _ = try await first.timeline.first { event in
            if case .toolAnswered(_, _, let response, _) = event { response } else { nil }
        }
        _ = try await first.stopped()
    }

    private static func state(_ folder: String) -> String {
        "[tools]\nstate_directory = \"\(folder)\""
    }

    @Test("button, alarm, voice and watchdog keep working", arguments: BadWorld.allCases)
    func buttonAlarmVoiceAndHeartbeat(world: BadWorld) async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-bad-world")
        defer { try? Files.removeTree(folder) }
        try await setTimer(in: folder)

        let gate = try EventFD()
        let proxy = try RawServer { line in while !line.read().isEmpty {} }
        let names = NameResolver { _ in
            if world == .silentNameServer { _ = gate.wait(timeoutMilliseconds: 100_000) }
            return .success(["127.0.0.1"])
        }
        switch world {
        case .silentNameServer: break
        case .deadProxy: setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
        case .slowDisk:
            SystemError.slowed.set([
                "fsync": BadWorld.slowness, "fdatasync": BadWorld.slowness,
            ])
        }
        defer {
            unsetenv("http_proxy")
            SystemError.slowed.set([:])
            gate.signal()
        }
        let appliance = try await Appliance.started(
            scenario: .saying(Self.reply), sounds: true, host: Self.host, names: names,
            more: Self.state(folder))
        let pulse = Task { await beat(appliance) }

        try await appliance.timeline.wait { $0 == .notice("timer 1 rings") }
        // Ten times the sound that is queued at once.
        try await until { sounded(appliance) > 10 * 32_768 }
        appliance.press()
        try await appliance.timeline.wait { $0 == .notice("what rang was dismissed") }
        appliance.release()
        // The next press is for talking, whether or not a service listens.
        appliance.press()
        try await appliance.timeline.wait { event in
            if case .turnOpened(_, by: .button) = event { true } else { false }
        }
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 2))
        appliance.release()
        try await appliance.timeline.wait { event in
            if case .state(from: .listening, to: _) = event { true } else { false }
        }
        if world == .slowDisk { try await appliance.timeline.wait { $0 == .replyPlayed } }
        pulse.cancel()
        let longest = await pulse.value
        print("\(world.testDescription): \(appliance.application.stays)")
        print("    heartbeat answered within \(longest / 1_000_000) ms at most")
        #expect(appliance.application.stays.longestNanoseconds < BadWorld.slowness)
        // It waits for no write.
        #expect(longest < BadWorld.slowness)
        _ = try await appliance.stopped()
    }

    /// The samples that the loudspeaker has got so far.
    private func sounded(_ appliance: Appliance) -> Int {
        Files.size("\(appliance.folder)/speaker") / 2
    }

    /// Asks for signs of life until it is cancelled; returns the longest time that one took
    /// (nanoseconds).
    private func beat(_ appliance: Appliance) async -> Int64 {
        var longest: Int64 = 0
        while !Task.isCancelled {
            let begin = MonotonicClock.now()
            _ = await appliance.application.pulse()
            longest = max(longest, MonotonicClock.now() - begin)
            // Leaves the machine time for the work under test.
            MonotonicClock.wait(until: MonotonicClock.now() + 2_000_000)
        }
        return longest
    }
}
