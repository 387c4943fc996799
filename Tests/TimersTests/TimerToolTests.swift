import Configuration
import Linux
import ModelTypes
import TestDisk
import Testing
import Tools
import WireCodec

@testable import Timers

@Suite("timer functions of the model", .timeLimit(.minutes(5)))
struct TimerToolTests {
    private let clock = SetClock(time(9, 0))
    private let ear = Ear()
    private let folder = MemoryDisk()
    private let keeper: TimerKeeper
    private let runner: ToolRunner

    init() throws {
        keeper = TimerKeeper(
            document: timers(on: folder), settings: TimerBook.Settings(),
            now: { [clock] in clock.now }, listener: ear)
        runner = ToolRunner(
            registry: try ToolRegistry(TimerTools.all(keeper)), limits: ToolLimits(),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
    }

    private func call(_ name: String, _ arguments: JSONValue) async -> JSONValue {
        let call = FunctionCall(id: "", name: name, arguments: arguments)
        guard case .answered(let answer) = await runner.run(call, conversation: 0) else {
            return .null
        }
        return answer.response
    }

    private func output(_ name: String, _ arguments: JSONValue) async -> JSONValue {
        await call(name, arguments)["output"] ?? .null
    }

    private func error(_ name: String, _ arguments: JSONValue) async -> String {
        await call(name, arguments)["error"]?.string ?? "no error"
    }

    @Test("setting a timer returns its time and the time left, and is on the disk by then")
    func set() async throws {
        let timer = await output("set_timer", ["minutes": 1.5, "name": "tea"])
        #expect(timer["left"] == "1 minute 30 seconds")
        #expect(timer["number"] == 1)
        #expect(folder.files.count == 1)
        let alarm = await output("set_alarm", ["time": "07:30"])
        #expect(alarm["rings"] == "tomorrow, Sunday 2026-11-22, at 07:30")
        #expect(alarm["left"] == "22 hours 30 minutes")
        let weekly = await output(
            "set_alarm", ["time": "6:15 am", "weekdays": ["monday", "friday"]])
        #expect(weekly["repeats"] == "Monday, Friday")
        let reminder = await output(
            "set_reminder", ["text": "take the bins out", "time": "20:00", "day": "Tuesday"])
        #expect(reminder["rings"] == "Tuesday 2026-11-24 at 20:00")
        let list = await output("list_timers", [:])
        #expect(list["now"] == "Saturday 2026-11-21 09:00")
        #expect(list["items"]?.array?.count == 4)
        #expect(list["items"]?.array?[3]["text"] == "take the bins out")
    }

    @Test("today's weekday means next week when its time has passed")
    func weekdayOfToday() async {
        let later = await output("set_alarm", ["time": "10:00", "day": "saturday"])
        #expect(later["rings"] == "today at 10:00")
        let next = await output("set_alarm", ["time": "08:00", "day": "saturday"])
        #expect(next["rings"] == "Saturday 2026-11-28 at 08:00")
    }

    @Test("an impossible request is refused with a remedy")
    func refusals() async {
        #expect(await error("set_timer", [:]).contains("how long"))
        #expect(await error("set_timer", ["minutes": 0]).contains("1 second to 7 days"))
        #expect(await error("set_alarm", ["time": "25:00"]).contains("no time of day"))
        #expect(await error("set_alarm", ["time": "08:00", "day": "today"]).contains("has passed"))
        #expect(await error("set_alarm", ["time": "08:00", "day": "later"]).contains("is no day"))
        #expect(await error("set_reminder", ["text": "x"]).contains("say when"))
        #expect(
            await error("set_reminder", ["text": "x", "time": "10:00", "minutes": 5])
                .contains("not both"))
        #expect(await error("cancel_timer", ["which": "soup"]).contains("\"soup\""))
        #expect(await error("stop_ringing", [:]).contains("nothing rings"))
        #expect(await output("list_timers", [:])["items"] == [])
    }

    @Test("a timer is found by number, name, part of a name or kind, and doubt is reported")
    func choice() async {
        _ = await output("set_timer", ["minutes": 5, "name": "green tea"])
        _ = await output("set_timer", ["minutes": 6, "name": "black tea"])
        _ = await output("set_alarm", ["time": "07:30"])
        let doubt = await error("change_timer", ["which": "tea", "name": "x"])
        #expect(doubt.contains("timer 1 \"green tea\", timer 2 \"black tea\""))
        let changed = await output("change_timer", ["which": "green", "add_seconds": 60])
        #expect(changed["left"] == "6 minutes")
        let moved = await output("change_timer", ["which": "alarm", "time": "08:00"])
        #expect(moved["rings"] == "tomorrow, Sunday 2026-11-22, at 08:00")
        #expect(await output("cancel_timer", ["which": "timer 2"])["remaining"] == 2)
        #expect(await output("cancel_timer", ["which": "alarms"])["remaining"] == 1)
        #expect(await output("cancel_timer", ["which": "all"])["remaining"] == 0)
    }

    @Test("a ringing timer is silenced by voice, which hears what it was for, or snoozed")
    func stop() async {
        _ = await output("set_reminder", ["text": "call home", "seconds": 60])
        clock.pass(60)
        await keeper.tick()
        #expect(ear.heard == [[1]])
        let snoozed = await output("stop_ringing", ["snooze_minutes": 5])
        #expect(snoozed["items"]?.array?[0]["rings_again"] == "today at 09:06")
        clock.pass(300)
        await keeper.tick()
        let stopped = await output("stop_ringing", [:])
        #expect(stopped["items"]?.array?[0]["text"] == "call home")
        #expect(stopped["remaining"] == 0)
        #expect(ear.heard == [[1], [], [1], []])
    }

    @Test("a snooze without a time has the configured length")
    func usualSnooze() async {
        _ = await output("set_timer", ["seconds": 60])
        clock.pass(60)
        await keeper.tick()
        let snoozed = await output("stop_ringing", ["snooze": true])
        #expect(snoozed["done"] == "snoozed")
        #expect(snoozed["items"]?.array?[0]["rings_again"] == "today at 09:10")
        clock.pass(539)
        await keeper.tick()
        #expect(ear.heard == [[1], []])
        clock.pass(1)
        await keeper.tick()
        #expect(ear.heard == [[1], [], [1]])
        #expect(await output("stop_ringing", ["snooze": false])["remaining"] == 0)
    }

    @Test("a dismissed timer can still be snoozed, and keeps its number unless it has another's")
    func putOff() async {
        _ = await output("set_reminder", ["text": "call home", "seconds": 60])
        _ = await output(
            "set_alarm", ["time": "09:01", "weekdays": ["saturday", "sunday"], "name": "up"])
        clock.pass(60)
        await keeper.tick()
        #expect(ear.heard == [[1, 2]])
        let dismissed = await keeper.silence(nil)
        // It rings again tomorrow, and before that only by the snooze.
        await keeper.putOff(dismissed)
        let items = await output("list_timers", [:])["items"]?.array ?? []
        #expect(items.map { $0["number"] } == [1, 2])
        #expect(items.allSatisfy { $0["state"] == "snoozed" && $0["rings"] == "today at 09:10" })
        clock.pass(540)
        await keeper.tick()
        #expect(ear.heard == [[1, 2], [], [1, 2]])
        let again = await keeper.silence(nil)
        _ = await output("cancel_timer", ["which": "all"])
        _ = await output("set_timer", ["minutes": 5])
        await keeper.putOff(again)
        let mixed = await output("list_timers", [:])["items"]?.array ?? []
        #expect(mixed.map { $0["kind"] } == ["timer", "reminder", "alarm"])
    }

    @Test("a missed timer is reported until it is to be forgotten")
    func missed() async {
        _ = await output("set_timer", ["minutes": 1, "name": "tea"])
        clock.restart(off: 7200)
        let missed = await output("list_timers", [:])["missed"]?.array ?? []
        #expect(missed.map { $0["because"] } == ["the device was off"])
        _ = await output("cancel_timer", ["which": "missed"])
        #expect(await output("list_timers", [:])["missed"] == nil)
    }

    @Test("without a state folder a warning says that a restart loses it")
    func notLasting() async throws {
        let keeper = TimerKeeper(
            document: nil, settings: TimerBook.Settings(), now: { clock.now }, listener: ear)
        let tool = try #require(try TimerTools.all(keeper).first)
        let answer = try await tool.call(ToolArguments(["minutes": 5]))
        #expect(answer["note"]?.string?.contains("lost") == true)
    }

    @Test("'which' may be a number")
    func aNumberIsAsGood() async {
        for number in 1...3 { _ = await output("set_timer", ["minutes": .int(Int64(number))]) }
        let changed = await output("change_timer", ["which": 3, "add_seconds": 60])
        #expect(changed["left"] == "4 minutes")
        #expect(await output("cancel_timer", ["which": 2])["remaining"] == 2)
        #expect(await output("cancel_timer", ["which": 1.0])["remaining"] == 1)
    }

    @Test("the only match is found by the words that people use for it")
    func theOnlyOneThatFits() async {
        _ = await output("set_timer", ["minutes": 12, "name": "pizza"])
        _ = await output("set_timer", ["minutes": 5])
        _ = await output("set_alarm", ["time": "07:00", "name": "green tea of the morning"])
        let words: [(String, JSONValue)] = [
            ("the pizza timer", 1), ("my timer for the pizza", 1), ("Pizza", 1),
            ("the timer called pizza", 1), ("5 minute timer", 2), ("the 5-minute timer", 2),
            ("5 minutes", 2), ("300 seconds", 2), ("the alarm", 3), ("morning tea", 3),
            ("7 am alarm", 3), ("the alarm at 07:00", 3), ("number 2", 2), ("#2", 2),
        ]
        for (which, number) in words {
            let item = await output("change_timer", ["which": .string(which), "name": "pizza"])
            #expect(item["number"] == number, "\(which)")
            // Unchanged.
            let name: JSONValue =
                number == 3 ? "green tea of the morning" : number == 1 ? "pizza" : ""
            _ = await output("change_timer", ["which": number, "name": name])
        }
        for which in ["the soup timer", "6 minute timer", "8 am alarm", "the", "timer 9"] {
            #expect(
                await error("change_timer", ["which": .string(which), "name": "x"]) != "no error")
        }
    }

    @Test("a change that would end a repetition is refused, with what can be done")
    func aChangeThatWouldEnd() async {
        _ = await output("set_alarm", ["time": "07:00", "weekdays": ["monday", "friday"]])
        let list = await keeper.look().book.list
        for change: JSONObject in [
            ["hours": 2], ["seconds": 1], ["time": "07:00", "day": "sunday"],
        ] {
            var arguments = change
            arguments["which"] = "1"
            #expect(await error("change_timer", .object(arguments)).contains("Monday, Friday"))
            #expect(await keeper.look().book.list == list)
        }
        let moved = await output("change_timer", ["which": "1", "time": "08:00"])
        #expect(moved["repeats"] == "Monday, Friday")
        let days = await output(
            "change_timer", ["which": "1", "time": "08:00", "weekdays": ["sunday"]])
        #expect(days["repeats"] == "Sunday")
        // While it rings, later means later today.
        clock.pass(until: time(8, 0, day: 22))
        await keeper.tick()
        let later = await output("change_timer", ["which": "1", "add_seconds": 600])
        #expect(later["state"] == "snoozed" && later["repeats"] == "Sunday")
    }
}
