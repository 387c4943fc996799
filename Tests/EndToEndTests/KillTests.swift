import Linux
import Simulation
import TestProcesses
import Testing
import WireCodec

/// The real program, killed by SIGKILL at the worst moments.
@Suite("A killed daemon keeps its promises", .serialized, .timeLimit(.minutes(5)))
struct KillTests {
    private static let reply = Noise.samples(2400, seed: 1)

    /// A first turn, so that there is a conversation to resume, and one that calls.
    private static func scenario(_ call: Scenario.Call) -> Scenario {
        var scenario = Scenario.saying(reply, reply)
        scenario.turns[1].calls = [call]
        scenario.goesOnAcrossSessions = true
        return scenario
    }

    /// Goes through the first turn, until its handle is on the disk; then asks for the call.
    private func askForCall(in house: Household) async throws -> String {
        try await house.start()
        await house.speak()
        try await house.service.wait { if case .turnCompleted = $0 { true } else { false } }
        try await until {
            ["a", "b"].contains {
                house.text("state/session.\($0)").contains("\"handle\":\"")
            }
        }
        await house.speak()
        return try await house.service.first { event in
            if case .called(_, let id) = event { id } else { nil }
        }
    }

    private func resumptions(_ house: Household) -> Int {
        house.service.all.count { if case .setUp(_, resumed: true) = $0 { true } else { false } }
    }

    // MARK: - Calls

    /// A program that records each run, and continues when the pipe has data.
    private func counting() async throws -> Household {
        try await Household(
            scenario: Self.scenario(Scenario.Call(name: "count", arguments: [:]))
        ) { folder in
            """
            [[tool.command]]
            name = "count"
            description = "Counts."
            argv = ["/bin/sh", "-c", "echo once >> runs; head -n 1 gate"]
            directory = "\(folder)/work"
            deadline_ms = 60000
            """
        }
    }

    @Test("killed in a call: its program ends too, and the same call is not run again")
    func killedInCall() async throws {
        let house = try await counting()
        defer { house.end() }
        try Files.makeDirectory("\(house.folder)/work", mode: 0o700)
        let gate = try Files.makePipe("\(house.folder)/work/gate", mode: 0o600)
        let id = try await askForCall(in: house)
        let work = "\(house.folder)/work"
        try await until { house.text("work/runs") == "once\n" && runs(in: work) }
        house.kill()
        try await until { !runs(in: work) }

        try await house.restart()
        #expect(resumptions(house) == 1)
        let answer = try await house.call("count", id: id)
        #expect(answer.contains("begun before the device restarted"))
        #expect(house.text("work/runs") == "once\n")
        // A different call is executed.
        _ = try gate.write(Array("done\n".utf8)[...])
        #expect(try await house.call("count", id: "another").contains("done"))
        #expect(house.text("work/runs") == "once\nonce\n")
    }

    @Test("killed after the answer: the same call has the same answer, and is not run again")
    func killedAfterAnswer() async throws {
        let house = try await counting()
        defer { house.end() }
        try Files.makeDirectory("\(house.folder)/work", mode: 0o700)
        let gate = try Files.makePipe("\(house.folder)/work/gate", mode: 0o600)
        let id = try await askForCall(in: house)
        _ = try gate.write(Array("the first\n".utf8)[...])
        try await house.service.wait { if case .answered = $0 { true } else { false } }
        house.kill()

        try await house.restart()
        _ = try gate.write(Array("the second\n".utf8)[...])
        #expect(try await house.call("count", id: id).contains("the first"))
        #expect(house.text("work/runs") == "once\n")
        let audit = house.text("state/tool-audit.jsonl").split(separator: "\n")
        #expect(audit.count { $0.contains("\"result\":\"done\"") } == 1)
    }

    // MARK: - Timers

    /// The event between the call of a timer and its answer after which the kill comes.
    enum Moment: CaseIterable, Sendable { case called, begun, stored, answered }

    @Test(
        "killed between the call and the answer: no promised timer is lost, none is doubled",
        arguments: Moment.allCases)
    func killedAroundTimer(moment: Moment) async throws {
        let house = try await Household(
            scenario: Self.scenario(
                Scenario.Call(name: "set_timer", arguments: ["seconds": 600, "name": "tea"])))
        defer { house.end() }
        let id = try await askForCall(in: house)
        switch moment {
        case .called: break
        case .begun: try await until { house.text("state/tool-calls.jsonl").contains(id) }
        case .stored: try await until { Files.exists("\(house.state)/timers.a") }
        case .answered:
            try await house.service.wait { if case .answered = $0 { true } else { false } }
        }
        house.kill()
        let wasAnswered = house.service.all.contains {
            if case .answered = $0 { true } else { false }
        }
        try await house.restart()
        // The model, which may not have got its answer, calls once more.
        _ = try await house.call("set_timer", #"{"seconds": 600, "name": "tea"}"#, id: id)
        let list = try JSONValue(
            parsing: Array(try await house.call("list_timers", id: "list").utf8))
        let count = list["output"]?["items"]?.array?.count ?? 0
        #expect(count <= 1)
        switch moment {
        // Nothing was begun, or that is unknown, and then it was not promised either.
        case .called, .begun: #expect(count == 1 || !wasAnswered)
        case .stored, .answered: #expect(count == 1)
        }
    }

    @Test("killed a second before a timer rings, and while it rings: dismissed once, it stays off")
    func killedBeforeRinging() async throws {
        let house = try await Household(
            scenario: Self.scenario(
                Scenario.Call(name: "set_timer", arguments: ["seconds": 4, "name": "tea"])))
        defer { house.end() }
        _ = try await askForCall(in: house)
        try await house.service.wait { if case .answered = $0 { true } else { false } }
        let due = MonotonicClock.now() + 4_000_000_000
        try await until { MonotonicClock.now() >= due - 1_000_000_000 }
        house.kill()
        #expect(!house.journal.all.contains { $0.contains("timer 1 rings") })

        try await house.restart()
        try await house.journal.wait { $0.contains("timer 1 rings") }
        // Its answer came a little after it was set.
        #expect(MonotonicClock.now() >= due - 500_000_000)
        house.kill()
        // It was not dismissed.
        try await house.restart()
        try await house.journal.wait(count: 2) { $0.contains("timer 1 rings") }
        #expect(try await house.call("stop_ringing", id: "stop").contains("tea"))
        house.kill()

        try await house.restart()
        #expect(try await house.call("list_timers", id: "list").contains(#""items":[]"#))
        #expect(house.journal.all.count { $0.contains("timer 1 rings") } == 2)
    }
}
