import Configuration
import Linux
import ModelTypes
import Store
import TestDisk
import Testing
import Tools
import WireCodec

@testable import Timers

/// Clocks that stand still at any time.
private struct StillClock {
    let now: Now

    init(wall: Int64, boot: Int64 = 5_000_000_000, life: String = "life 1") {
        now = Now(wall: wall, boot: boot, life: life, zone: .berlin)
    }
}

/// The path to a number within a JSON value.
private enum Step { case member(String), element(Int) }

extension JSONValue {
    /// The paths to all numbers.
    fileprivate var numberPlaces: [[Step]] {
        switch self {
        case .int, .double: [[]]
        case .array(let elements):
            elements.enumerated().flatMap { index, element in
                element.numberPlaces.map { [.element(index)] + $0 }
            }
        case .object(let members):
            members.flatMap { name, value in value.numberPlaces.map { [.member(name)] + $0 } }
        case .null, .bool, .string: []
        }
    }

    /// The same with another value at a path.
    fileprivate func replacing(_ place: ArraySlice<Step>, with value: JSONValue) -> JSONValue {
        switch (place.first, self) {
        case (.member(let name)?, .object(var members)):
            members[name] = members[name]?.replacing(place.dropFirst(), with: value)
            return .object(members)
        case (.element(let index)?, .array(var elements)):
            elements[index] = elements[index].replacing(place.dropFirst(), with: value)
            return .array(elements)
        default: return value
        }
    }
}

@Suite("No number from models, clocks or the disk ends the program", .timeLimit(.minutes(5)))
struct NumberFuzzTests {
    private static let numbers: [JSONValue] = {
        let whole: [Int64] = [
            0, 1, -1, 1 << 31, -(1 << 31), 1 << 53, -(1 << 53), .max, .max - 1, .min, .min + 1,
        ]
        let broken: [Double] = [.nan, .infinity, -.infinity, 1e300, -1e300, 0.5, -0.0, 0x1p63]
        return whole.map { .int($0) } + broken.map { .double($0) }
    }()
    private static let others: [JSONValue] = [
        .null, "", "9223372036854775808", "-1", [], [:], .bool(true),
    ]
    private static let walls: [Int64] = [
        0, 1, -1, 1_800_000_000_000_000_000, .max, .max - 1, .min, .min + 1,
    ]

    private func runner(_ keeper: TimerKeeper) throws -> ToolRunner {
        ToolRunner(
            registry: try ToolRegistry(TimerTools.all(keeper)), limits: ToolLimits(),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
    }

    private func keeper(_ disk: MemoryDisk, _ clock: StillClock) -> TimerKeeper {
        TimerKeeper(
            document: timers(on: disk), settings: TimerBook.Settings(), now: { clock.now },
            listener: Ear())
    }

    @Test("every argument of every function takes every number, and is answered")
    func everyArgumentOfEveryFunction() async throws {
        var count = 0
        for tool in try TimerTools.all(nil) {
            let members = tool.declaration.parameters["properties"]?.object ?? JSONObject()
            for (name, _) in members {
                for value in Self.numbers + Self.others {
                    let keeper = keeper(MemoryDisk(), StillClock(wall: 1_800_000_000_000_000_000))
                    _ = try await keeper.change { book, now in
                        try book.add(
                            .alarm, name: "x", text: "", when: showing(7, 0, [1]), at: now)
                    }
                    var arguments: JSONObject = ["which": "1", "time": "07:00", "text": "t"]
                    for known in arguments.names where members[known] == nil {
                        arguments[known] = nil
                    }
                    // A length and a time of day are refused together.
                    if ["hours", "minutes", "seconds", "add_seconds"].contains(name) {
                        arguments["time"] = nil
                    }
                    arguments[name] = value
                    let call = FunctionCall(
                        id: "", name: tool.declaration.name, arguments: .object(arguments))
                    let outcome = try await runner(keeper).run(call, conversation: 0)
                    guard case .answered(let answer) = outcome else {
                        Issue.record("\(tool.declaration.name) \(arguments) was not answered")
                        continue
                    }
                    #expect(answer.response["output"] != nil || answer.response["error"] != nil)
                    let (book, now) = await keeper.look()
                    _ = TimerAnswer.list(book.list, now)
                    count += 1
                }
            }
        }
        print("number fuzz: \(count) calls of the timers' functions")
        #expect(count > 300)
    }

    @Test(
        "a date far ahead is answered with the limit of ten years",
        arguments: [
            "2263-01-01", "2262-04-12", "2040-01-01", "9999-01-01", "9999-12-31", "5000-06-15",
        ])
    func aDateFarAheadHas(day: String) async throws {
        for wall in Self.walls where wall > 1_704_067_200_000_000_000 {
            let keeper = keeper(MemoryDisk(), StillClock(wall: 1_800_000_000_000_000_000))
            let call = FunctionCall(
                id: "", name: "set_alarm", arguments: ["time": "07:00", "day": .string(day)])
            guard case .answered(let answer) = try await runner(keeper).run(call, conversation: 0)
            else { throw TimerProblem.tooFar }
            #expect(answer.response["error"]?.string?.contains("ten years") == true)
            // A clock at the end of its range does not end it either.
            let late = self.keeper(MemoryDisk(), StillClock(wall: wall))
            _ = try await runner(late).run(call, conversation: 0)
        }
    }

    @Test("an impossible date is refused with words")
    func aDateThatNoCalendar()
        async throws
    {
        let days = [
            "0000-01-01", "0001-01-01", "-0001-01-01", "1969-12-31", "10000-01-01",
            "999999999999-01-01", "99999999999999999999-01-01", "\(Int.min)-01-01",
            "2027-\(Int.max)-01", "2027-01-\(Int.min)", "2027--1-01", "9999-12-32", "",
        ]
        for day in days {
            let keeper = keeper(MemoryDisk(), StillClock(wall: 1_800_000_000_000_000_000))
            let call = FunctionCall(
                id: "", name: "set_alarm",
                arguments: ["time": "07:00", "day": .string(String(day.prefix(16)))])
            guard case .answered(let answer) = try await runner(keeper).run(call, conversation: 0)
            else { throw TimerProblem.tooFar }
            #expect(answer.response["error"] != nil, "\(day)")
        }
    }

    @Test("any number in a stored list is accepted or refused, at any time")
    func everyNumberOfAStored()
        async throws
    {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        _ = try book.add(.after(600), clock, name: "one")
        _ = try book.add(.after(60), clock, name: "two")
        _ = try book.add(showing(7, 0, [1, 2]), clock)
        _ = try book.add(showing(9, 1), clock)
        _ = try book.add(.after(30), clock)
        clock.pass(60)
        _ = book.look(clock)
        _ = book.snooze([2], seconds: 600, at: clock.now)
        clock.pass(3600)
        _ = book.look(clock)
        clock.restart(off: 90_000)
        _ = book.look(clock)
        let whole = book.list.json
        #expect(whole.numberPlaces.count > 10)
        var count = 0
        for place in whole.numberPlaces {
            for value in Self.numbers {
                let disk = MemoryDisk()
                try timers(on: disk).write(whole.replacing(place[...], with: value))
                for wall in [clock.now.wall] + Self.walls {
                    for life in ["life 1", "another"] {
                        try await use(disk, StillClock(wall: wall, boot: .max - 1, life: life))
                        count += 1
                    }
                }
            }
        }
        print("number fuzz: \(count) stored lists of timers")
    }

    /// Every operation on a disk's contents.
    private func use(_ disk: MemoryDisk, _ clock: StillClock) async throws {
        let keeper = keeper(MemoryDisk(disk.files), clock)
        await keeper.begin()
        let (book, now) = await keeper.look()
        _ = TimerAnswer.list(book.list, now)
        _ = book.wake(at: now)
        _ = try? await keeper.change { book, now in
            for item in book.list.items {
                _ = try? book.change(
                    item.number, name: nil, text: nil, when: .later(604_800), at: now)
            }
            return try book.add(.timer, name: "", text: "", when: .after(1), at: now).number
        }
        await keeper.putOff(await keeper.silence(nil))
        _ = await keeper.snooze(seconds: .max)
    }

    @Test("readings and times stop at the ends of their range")
    func readingsAndMomentsStopAt()
        throws
    {
        let zones = [Zone.berlin, Zone.utc, try Now.reader()().zone]
        for zone in zones {
            for reading in [Int64.min, .min + 1, -1, 0, .max - 1, .max] {
                let local = LocalTime(reading: reading)
                _ = local.dateText + local.timeText
                _ = local.adding(days: .max).adding(days: .min).at(secondOfDay: .max)
                _ = zone.localTime(at: zone.moment(of: local)).description
                _ = zone.localTime(at: reading).description
                #expect((1...9999).contains(local.date.year))
                #expect((0...6).contains(local.weekday))
            }
        }
    }
}
