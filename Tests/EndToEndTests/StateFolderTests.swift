import Linux
import ModelTypes
import Simulation
import Testing

/// The real program on state folders in various conditions.
@Suite("The state folder of a running daemon", .serialized, .timeLimit(.minutes(5)))
struct StateFolderTests {
    private func household() async throws -> Household {
        try await Household(scenario: .saying(Noise.samples(2400, seed: 1)))
    }

    @Test("a second daemon may not use the folder, and reports who has it")
    func aSecondDaemonEndsAnd()
        async throws
    {
        let house = try await household()
        defer { house.end() }
        try await house.start()
        let words = "is in use by martlet run, process "
        let lines = try house.rival(saying: words)
        #expect(lines.contains { $0.contains(words) })
        #expect(lines.contains { $0.contains(house.state) })
        // The first goes on.
        await house.speak()
        try await house.service.wait { $0.isWordsBegan }
    }

    @Test("a date beyond any clock is refused, and does not end the program")
    func aDateThatNoClock()
        async throws
    {
        let house = try await household()
        defer { house.end() }
        try await house.restart()
        for (number, day) in ["9999-01-01", "2263-01-01", "9999-12-31"].enumerated() {
            let answer = try await house.call(
                "set_alarm", #"{"time": "07:00", "day": "\#(day)"}"#, id: "\(number)")
            #expect(answer.contains("ten years"))
        }
        let list = try await house.call("list_timers", id: "list")
        #expect(list.contains(#""items":[]"#))
    }

    @Test("two damaged lists are set aside, and the model is asked to report it")
    func twoDamagedListsAreKept() async throws {
        let house = try await household()
        defer { house.end() }
        let random: [UInt8] = (0..<300).map {
            UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 9)
        }
        for file in ["timers.a", "timers.b"] {
            try Files.replace("\(house.state)/\(file)", random, mode: 0o600)
        }
        try await house.restart()
        let list = try await house.call("list_timers", id: "list")
        #expect(list.contains("all timers, alarms and reminders that were set before are lost"))
        for file in ["timers.a", "timers.b"] {
            let kept = try Files.read("\(house.state)/\(file).damaged-1", limitBytes: 1 << 10)
            #expect(kept == random)
        }
        #expect(house.journal.all.contains { $0.contains("timers: the stored value is damaged") })
        // It goes on with the timers set from now on.
        _ = try await house.call("set_timer", #"{"minutes": 5, "name": "tea"}"#, id: "set")
        house.kill()
        try await house.restart()
        #expect(try await house.call("list_timers", id: "again").contains("tea"))
    }
}
