import Assistant
import Linux
import ModelTypes
import Simulation
import Testing
import WireCodec

@Suite("Timers through the end of the daemon", .timeLimit(.minutes(5)))
struct TimerLifeTests {
    private let reply = Noise.samples(4800, seed: 1)

    private func appliance(_ state: String, call: Scenario.Call? = nil) async throws -> Appliance {
        var scenario = Scenario.saying(reply)
        scenario.turns[0].calls = call.map { [$0] } ?? []
        let appliance = try await Appliance.started(
            scenario: scenario, more: "[tools]\nstate_directory = \"\(state)\"")
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        return appliance
    }

    private func speak(to appliance: Appliance) async {
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        appliance.release()
    }

    @Test("the model is asked to say what a reminder is for while it rings")
    func spokenReminder() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-timer-life")
        defer { try? Files.removeTree(folder) }
        let call = Scenario.Call(
            name: "set_reminder", arguments: ["seconds": 1, "text": "feed the cat"])
        let appliance = try await appliance(folder, call: call)
        await speak(to: appliance)
        let text = try await appliance.service.first { event in
            if case .text(let text) = event { text } else { nil }
        }
        #expect(text.contains("feed the cat"))
        try await appliance.timeline.wait { $0 == .notice("reminder 1 rings") }
        // What it says then is heard, besides the answer to the words that set it.
        try await appliance.timeline.wait(count: 2) { $0 == .replyPlayed }
        appliance.press()
        try await appliance.timeline.wait { $0 == .notice("what rang was dismissed") }
        appliance.release()
        _ = try await appliance.stopped()
    }

    @Test("a press silences a timer; a longer hold snoozes it")
    func snoozed() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-timer-life")
        defer { try? Files.removeTree(folder) }
        let call = Scenario.Call(name: "set_timer", arguments: ["seconds": 1])
        let appliance = try await appliance(folder, call: call)
        await speak(to: appliance)
        try await appliance.timeline.wait { $0 == .notice("timer 1 rings") }
        appliance.press()
        try await appliance.timeline.wait { $0 == .notice("what rang was dismissed") }
        try await appliance.timeline.wait { $0 == .notice("it will ring again") }
        appliance.release()
        _ = try await appliance.stopped()
        let kept = try Files.list(folder).filter { $0.hasPrefix("timers.") }.map { name in
            String(
                decoding: try Files.read("\(folder)/\(name)", limitBytes: 1 << 20), as: UTF8.self)
        }
        #expect(kept.contains { $0.contains("snoozed") })
    }

    @Test(
        "killed after the answer: the timer rings after the restart until a press, and never again")
    func killed() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-timer-life")
        defer { try? Files.removeTree(folder) }
        let call = Scenario.Call(name: "set_timer", arguments: ["seconds": 1, "name": "tea"])
        let first = try await appliance("\(folder)/first", call: call)
        await speak(to: first)
        let answer = try await first.timeline.first { event in
            if case .toolAnswered(_, _, let response, _) = event { response } else { nil }
        }
        #expect(answer.contains("\"done\":\"set\""))
        // The state that a kill right after the answer leaves.
        try Files.makeDirectory("\(folder)/second", mode: 0o700)
        for name in try Files.list("\(folder)/first") where name.hasPrefix("timers.") {
            let bytes = try Files.read("\(folder)/first/\(name)", limitBytes: 1 << 20)
            try Files.writeAtomically("\(folder)/second/\(name)", bytes, mode: 0o600)
        }
        _ = try await first.stopped()

        let second = try await appliance("\(folder)/second")
        try await second.timeline.wait { $0 == .notice("timer 1 rings") }
        second.press()
        second.release()
        try await second.timeline.wait { $0 == .notice("what rang was dismissed") }
        _ = try await second.stopped()

        let third = try await appliance("\(folder)/second")
        await speak(to: third)
        try await third.timeline.wait { $0 == .replyPlayed }
        #expect(!third.timeline.all.contains(.notice("timer 1 rings")))
        #expect(try await third.stopped().sounds == reply)
    }
}
