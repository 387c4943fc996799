import Testing

@testable import Timers

@Suite("timers, alarms and reminders")
struct TimerBookTests {
    @Test("a timer is moved neither by setting the clock nor by a suspension")
    func steady() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let number = try book.add(.after(600), clock)
        clock.set(by: 7200)
        #expect(book.look(clock) == [])
        clock.set(by: -86_400)
        clock.pass(599)
        #expect(book.look(clock) == [])
        clock.pass(1)
        #expect(book.look(clock) == [number])
    }

    @Test("a timer continues through a restart, by the wall clock as it was last set")
    func restart() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let number = try book.add(.after(600), clock)
        clock.set(by: 3600)
        #expect(book.look(clock) == [])
        clock.restart(off: 300)
        #expect(book.look(clock) == [])
        clock.pass(299)
        #expect(book.look(clock) == [])
        clock.pass(1)
        #expect(book.look(clock) == [number])
    }

    @Test("on a board without a battery-backed clock a timer is never longer than it was")
    func clockBehind() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let number = try book.add(.after(600), clock)
        clock.pass(60)
        clock.restart(off: 10, lag: 3600)
        #expect(book.look(clock) == [])
        clock.pass(600)
        #expect(book.look(clock) == [number])
    }

    @Test("the time server's step after such a start makes it ring")
    func stepAfterStart() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let number = try book.add(.after(600), clock)
        clock.restart(off: 700, lag: 3600)
        #expect(book.look(clock) == [])
        clock.set(by: 3600)
        #expect(book.look(clock) == [number])
    }

    @Test("an alarm follows the wall clock, forward and back")
    func wallClock() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let number = try book.add(showing(10, 0), clock)
        clock.set(by: -7200)
        clock.pass(3 * 3600 - 1)
        #expect(book.look(clock) == [])
        clock.pass(1)
        #expect(book.look(clock) == [number])
    }

    @Test("a clock set past an alarm makes it ring, set far past it is reported")
    func jumpedOver() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let near = try book.add(showing(9, 30), clock)
        clock.set(by: 3600)
        #expect(book.look(clock) == [near])
        _ = book.stopRinging(nil, at: clock.now)
        let far = try book.add(showing(10, 30), clock)
        clock.set(by: 86_400)
        #expect(book.look(clock) == [])
        #expect(book.list.missed.map(\.number) == [far])
        #expect(book.list.missed.map(\.reason) == [.off])
    }

    @Test("an alarm for every day keeps its hour when clocks change, and rings once a day")
    func changeOfClocks() throws {
        for (day, month) in [(28, 3), (24, 10)] {
            let clock = SetClock(time(12, 0, day: day, month: month))
            var book = TimerBook()
            _ = try book.add(showing(2, 30, Set(0...6)), clock)
            var rung: [LocalTime] = []
            for _ in 0..<(4 * 24 * 12) {
                clock.pass(300)
                if !book.look(clock).isEmpty {
                    rung.append(clock.now.local)
                    _ = book.stopRinging(nil, at: clock.now)
                }
            }
            // That hour does not exist on the first of the two days: it is an hour later then.
            let hour = month == 3 ? 3 : 2
            let first = time(hour, 30, day: day + 1, month: month)
            let second = time(2, 30, day: day + 1, month: month).adding(days: 1)
            #expect(rung == [first, second, second.adding(days: 1), second.adding(days: 2)])
        }
    }

    @Test("an alarm that has rung does not ring again when the clock is set back")
    func setBack() throws {
        let clock = SetClock(time(6, 59))
        var book = TimerBook()
        _ = try book.add(showing(7, 0, Set(0...6)), clock)
        _ = try book.add(showing(7, 0), clock)
        clock.pass(60)
        #expect(book.look(clock) == [1, 2])
        _ = book.stopRinging(nil, at: clock.now)
        clock.set(by: -3600)
        for _ in 0..<120 {
            clock.pass(60)
            #expect(book.look(clock) == [])
        }
        clock.pass(until: time(7, 0, day: 22))
        #expect(book.look(clock) == [1])
    }

    @Test("a repeating alarm returns when a clock that was far ahead is set back")
    func farAhead() throws {
        let clock = SetClock(time(6, 0))
        var book = TimerBook()
        let number = try book.add(showing(7, 0, Set(0...6)), clock)
        clock.set(by: 3600 * 86_400)
        #expect(book.look(clock) == [])
        #expect(book.list.missed.count == 1)
        clock.set(by: -3600 * 86_400)
        #expect(book.look(clock) == [])
        clock.pass(3600)
        #expect(book.look(clock) == [number])
    }

    @Test("without a day it is the next occurrence of that time, around midnight too")
    func nextTime() throws {
        let clock = SetClock(time(23, 59))
        var book = TimerBook()
        _ = try book.add(showing(23, 59), clock)
        _ = try book.add(showing(0, 0), clock)
        let locals = book.list.items.map { clock.now.zone.localTime(at: $0.due(at: clock.now)) }
        #expect(locals == [time(23, 59, day: 22), time(0, 0, day: 22)])
        clock.pass(60)
        #expect(book.look(clock) == [2])
    }

    @Test("an alarm for a leap day rings on that day")
    func leapDay() throws {
        let clock = SetClock(time(8, 0, day: 28, month: 2, year: 2028))
        var book = TimerBook()
        let number = try book.add(
            showing(8, 0, on: time(0, 0, day: 29, month: 2, year: 2028)), clock)
        clock.pass(86_399)
        #expect(book.look(clock) == [])
        clock.pass(1)
        #expect(book.look(clock) == [number])
    }

    @Test("an alarm rings on its weekdays")
    func weekdays() throws {
        // A Saturday.
        let clock = SetClock(time(8, 0))
        var book = TimerBook()
        _ = try book.add(showing(7, 0, [1, 3]), clock)
        var rung: [Int] = []
        for _ in 0..<(14 * 24) {
            clock.pass(3600)
            if !book.look(clock).isEmpty {
                rung.append(clock.now.local.weekday)
                _ = book.stopRinging(nil, at: clock.now)
            }
        }
        #expect(rung == [1, 3, 1, 3])
    }

    @Test("an alarm due while the device was off rings at the start, or is reported if it is old")
    func off() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let old = try book.add(.after(60), clock)
        let young = try book.add(.after(7000), clock)
        clock.restart(off: 7200)
        #expect(book.look(clock) == [young])
        #expect(book.list.missed.map(\.number) == [old])
    }

    @Test("several that are due at once ring together, and one word ends them")
    func atOnce() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        for _ in 0..<64 { _ = try book.add(.after(60), clock) }
        clock.pass(60)
        #expect(book.look(clock).count == 64)
        #expect(book.stopRinging(nil, at: clock.now).count == 64)
        #expect(book.list.items.isEmpty)
        #expect(book.look(clock) == [])
    }

    @Test("it stops by itself, is then reported as missed, and moves to its next day")
    func unanswered() throws {
        let clock = SetClock(time(6, 59))
        var book = TimerBook()
        let once = try book.add(showing(7, 0), clock)
        let daily = try book.add(showing(7, 0, Set(0...6)), clock)
        clock.pass(60)
        #expect(book.look(clock) == [once, daily])
        clock.pass(599)
        #expect(book.look(clock) == [once, daily])
        clock.pass(1)
        #expect(book.look(clock) == [])
        #expect(book.list.missed.map(\.number) == [once, daily])
        #expect(book.list.missed.allSatisfy { $0.reason == .unanswered })
        #expect(book.list.items.map(\.number) == [daily])
    }

    @Test("the ringing limit counts through a restart, whatever the clock shows")
    func ringingThroughRestart() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let number = try book.add(.after(60), clock)
        clock.pass(60)
        #expect(book.look(clock) == [number])
        clock.restart(off: 60)
        #expect(book.look(clock) == [number])
        clock.restart(off: 600)
        #expect(book.look(clock) == [])
        #expect(book.list.missed.map(\.number) == [number])
    }

    @Test("a snooze rings again, and a repeating alarm then has its next day")
    func snooze() throws {
        let clock = SetClock(time(6, 59))
        var book = TimerBook()
        let number = try book.add(showing(7, 0, Set(0...6)), clock)
        clock.pass(60)
        #expect(book.look(clock) == [number])
        #expect(book.snooze(nil, seconds: 300, at: clock.now).map(\.number) == [number])
        clock.set(by: 3600)
        clock.pass(299)
        #expect(book.look(clock) == [])
        clock.pass(1)
        #expect(book.look(clock) == [number])
        _ = book.stopRinging([number], at: clock.now)
        clock.pass(until: time(7, 0, day: 22))
        #expect(book.look(clock) == [number])
    }

    @Test("a past time, a too long one and too many alarms are refused with words")
    func refusals() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        func problem(_ when: WantedTime) -> String? {
            do {
                _ = try book.add(when, clock)
                return nil
            } catch {
                return "\(error)"
            }
        }
        let past = problem(showing(8, 0, on: time(0, 0)))
        #expect(past?.contains("2026-11-21 08:00 has passed") == true)
        #expect(past?.contains("Saturday 2026-11-21 09:00") == true)
        #expect(problem(.after(0))?.contains("1 second to 7 days") == true)
        #expect(problem(.after(8 * 86_400)) != nil)
        #expect(problem(showing(8, 0, on: time(0, 0, year: 2099))) != nil)
        for _ in 0..<64 { _ = try book.add(.after(60), clock) }
        #expect(problem(.after(60))?.contains("64") == true)
        #expect(book.list.items.count == 64)
    }

    @Test("alarms are refused while the clock was never set, timers are not")
    func neverSet() throws {
        let clock = SetClock(time(0, 1, day: 1, month: 1, year: 1970), zone: .utc)
        var book = TimerBook()
        #expect(throws: TimerProblem.clockNotSet) { try book.add(showing(7, 0), clock) }
        #expect(try book.add(.after(60), clock) == 1)
        // The time server answers.
        clock.set(by: 1_800_000_000)
        #expect(book.look(clock) == [])
        clock.pass(60)
        #expect(book.look(clock) == [1])
    }

    @Test("a change sets another time or name and keeps the rest")
    func change() throws {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let timer = try book.add(.after(600), clock, name: "tea")
        let alarm = try book.add(showing(7, 0, [1, 2]), clock)
        _ = try book.change(timer, name: nil, text: nil, when: .later(300), at: clock.now)
        clock.pass(899)
        #expect(book.look(clock) == [])
        clock.pass(1)
        #expect(book.look(clock) == [timer])
        let again = try book.change(timer, name: "egg", text: nil, when: .later(60), at: clock.now)
        #expect(again.name == "egg")
        #expect(book.look(clock) == [])
        let moved = try book.change(
            alarm, name: nil, text: nil, when: showing(8, 0), at: clock.now)
        #expect(moved.plan == .at(time(8, 0, day: 23), weekdays: [1, 2]))
        #expect(throws: TimerProblem.badLength) {
            try book.change(timer, name: nil, text: nil, when: .later(-600), at: clock.now)
        }
        #expect(throws: TimerProblem.unknown("9")) {
            try book.change(9, name: "x", text: nil, when: nil, at: clock.now)
        }
    }

    @Test("a clock that was never set neither moves an alarm on nor makes it missed")
    func aClockThatWasNever() throws {
        for weekdays: Set<Int> in [[], [0], Set(0...6)] {
            let clock = SetClock(time(9, 0))
            var book = TimerBook()
            let number = try book.add(showing(7, 0, weekdays), clock)
            let list = book.list
            // A board without a battery-backed clock starts in 1970, and is switched off again.
            let real = clock.now.wall
            for second in stride(from: Int64(0), to: 400_000, by: 3600) {
                var now = clock.now
                now.wall = second * 1_000_000_000
                now.boot = now.wall
                now.life = "another"
                book.advance(to: now)
                #expect(book.list == list, "after \(second) s")
            }
            #expect(clock.now.wall == real)
            clock.pass(until: book.list.items[0].plan.local ?? time(0, 0))
            #expect(book.look(clock) == [number])
            #expect(book.list.missed.isEmpty)
        }
    }

    @Test("a timer under a clock that was never set rings, not later than its length")
    func aTimerThatMeetsA()
        throws
    {
        let clock = SetClock(time(9, 0))
        var book = TimerBook()
        let number = try book.add(.after(600), clock)
        clock.pass(300)
        let off = clock.now.wall
        clock.restart(off: 60)
        clock.set(by: -off / 1_000_000_000)
        #expect(book.look(clock) == [])
        // The time server answers before it is due, or not at all.
        clock.pass(100)
        clock.set(by: off / 1_000_000_000)
        #expect(book.look(clock) == [])
        clock.pass(500)
        #expect(book.look(clock) == [number])
        #expect(book.list.missed.isEmpty)
    }

    @Test("an alarm that a wrong clock skipped is armed again when the clock is set back")
    func whatAClockThatWas() throws {
        for days in [1, 2, 30, 4000] as [Int64] {
            let clock = SetClock(time(9, 0))
            var book = TimerBook()
            let once = try book.add(showing(8, 0), clock, name: "once")
            let daily = try book.add(showing(8, 0, Set(0...6)), clock, name: "daily")
            let weekly = try book.add(showing(8, 0, [0]), clock, name: "weekly")
            let list = book.list
            clock.set(by: days * 86_400 + 7200)
            _ = book.look(clock)
            clock.set(by: -days * 86_400 - 7200)
            #expect(book.look(clock) == [])
            #expect(book.list.items == list.items, "\(days) days")
            #expect(book.list.missed.isEmpty)
            clock.pass(until: time(8, 0, day: 22))
            #expect(book.look(clock) == [once, daily, weekly])
        }
    }

    @Test("an alarm that an earlier version moved to 1970 returns without a message")
    func anAlarmThatAnEarlier() throws {
        let clock = SetClock(time(6, 0))
        let item = TimedItem(
            number: 1, kind: .alarm, name: "", text: "",
            plan: .at(time(7, 0, day: 1, month: 1, year: 1970), weekdays: Set(0...6)))
        var list = TimerList()
        list.items = [item]
        var book = TimerBook(list, settings: TimerBook.Settings())
        #expect(book.look(clock) == [])
        #expect(book.list.missed.isEmpty)
        clock.pass(3600)
        #expect(book.look(clock) == [1])
    }
}

extension TimedItem.Plan {
    /// The local time of the wall clock.
    fileprivate var local: LocalTime? {
        if case .at(let local, _) = self { local } else { nil }
    }
}
