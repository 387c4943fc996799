import Assistant
import Simulation
import Testing
import WireCodec

/// The answer of `device_status`, against what the device did.
@Suite("The device's reports on itself", .timeLimit(.minutes(5)))
struct DeviceReportTests {
    private func speak(to appliance: Appliance) async {
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        await appliance.microphone.say([Int16](repeating: 0, count: 1920))
        appliance.release()
    }

    /// The answer of `device_status` in the second turn, after a first one without tools.
    private func status(more: String = "") async throws -> (JSONValue, [TimelineEvent]) {
        let answer = Noise.samples(4800, seed: 2)
        var scenario = Scenario.saying(answer, answer)
        scenario.turns[1].calls = [.init(name: "device_status", arguments: [:])]
        let appliance = try await Appliance.started(scenario: scenario, more: more)
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        await speak(to: appliance)
        try await appliance.timeline.wait { $0 == .replyPlayed }
        await speak(to: appliance)
        let response = try await appliance.service.first { event in
            if case .answered(let response) = event { response } else { nil }
        }
        let events = appliance.timeline.all
        try await appliance.timeline.wait(count: 2) { $0 == .replyPlayed }
        _ = try await appliance.stopped()
        return (response, events)
    }

    @Test("the reported times and states are those of the turn that the user heard")
    func turn() async throws {
        let (response, events) = try await status()
        let status = try #require(response["response"]?["output"])
        let first = try #require(
            events.lazy.compactMap { event in
                if case .firstSound(let milliseconds, _) = event { milliseconds } else { nil }
            }.first)
        #expect(status["last_answer_began_after_ms"]?.int == Int64(first.rounded()), "\(status)")
        #expect(status["connection"]?.string == "connected")
        #expect(status["conversation"]?.string == "thinking")
        #expect(status["microphone"]?.string?.hasPrefix("works (") == true, "\(status)")
        #expect(try #require(status["tokens_today"]?.int) > 0)
        #expect(status["token_limit_a_day"] == nil)
        #expect(status["troubles"] == nil, "\(status)")
    }

    @Test("a missing music output is reported, and everything else works")
    func trouble() async throws {
        let (response, _) = try await status(
            more: """
                [audio.music]
                device = "hw:CARD=nowhere"
                """)
        let status = try #require(response["response"]?["output"])
        let troubles = try #require(status["troubles"]?.array).compactMap(\.string)
        #expect(troubles.count == 1)
        #expect(troubles.first?.hasPrefix("music output: ") == true, "\(troubles)")
        #expect(status["music_output"]?.string?.contains("does not work") == true, "\(status)")
    }

    @Test("the program's journal has one line for the turn, with its times")
    func journal() async throws {
        let house = try await Household(scenario: .saying(Noise.samples(2400, seed: 1)))
        defer { house.end() }
        try await house.start()
        await house.speak()
        try await house.journal.wait { line in
            line.contains("turn 1: ") && line.contains(", answer after ")
                && line.hasSuffix(" tokens")
        }
        #expect(house.journal.all.count { $0.contains("turn 1: ") } == 1)
    }
}
