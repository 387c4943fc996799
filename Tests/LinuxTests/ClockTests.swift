import Glibc
import Testing

@testable import Linux

@Suite("Clocks")
struct ClockTests {
    @Test("the monotonic clock goes forward, and a wait lasts until its time")
    func monotonic() {
        let until = MonotonicClock.now() + 1_000_000
        MonotonicClock.wait(until: until)
        #expect(MonotonicClock.now() >= until)
        MonotonicClock.wait(until: 0)
    }

    @Test("durations become nanoseconds, clamped to 64 bits")
    func nanoseconds() {
        #expect(Duration.milliseconds(1_500).nanoseconds == 1_500_000_000)
        #expect(Duration.milliseconds(-1_500).nanoseconds == -1_500_000_000)
        #expect(Duration.nanoseconds(7).nanoseconds == 7)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
    }

    @Test("a time too far away becomes the last representable one")
    func farAway() {
        #expect(MonotonicClock.now(plus: .seconds(Int64.max)) == .max)
        #expect(MonotonicClock.now(plus: .zero) <= MonotonicClock.now())
    }

    /// At the ends of the range, and where arithmetic goes wrong (nanoseconds).
    private static let moments: [Int64] = [
        Int64.min, Int64.min + 1, -9_007_199_254_740_992, -1_000_000_001, -1_000_000_000, -1, 0, 1,
        2_147_483_648, 9_007_199_254_740_992, Int64.max - 1, Int64.max,
    ]

    @Test("every time has a date, and setting a clock takes it", arguments: ClockTests.moments)
    func everyMomentHasADate(moment: Int64) throws {
        for time in [WallClock.universalTime(at: moment), WallClock.localTime(at: moment)] {
            #expect((1600...2400).contains(time.year))
            #expect((1...12).contains(time.month) && (1...31).contains(time.day))
            #expect((0...999).contains(time.millisecond))
            #expect(!time.iso8601.isEmpty)
        }
        for clock in [ClockAlarm.Clock.wall, .boot] {
            let alarm = try ClockAlarm(clock)
            _ = alarm.arm(at: moment)
            _ = alarm.drain()
        }
        let timer = try TimerFD()
        timer.arm(at: moment)
        if moment > MonotonicClock.now() { #expect(!timer.drain()) }
        #expect(MonotonicClock.milliseconds(until: moment) >= 0)
        if moment <= 0 {
            MonotonicClock.wait(until: moment)
            MonotonicClock.block(until: moment)
        }
    }

    @Test("the time left is rounded up, and never negative")
    func timeLeft() {
        #expect(MonotonicClock.milliseconds(until: 0) == 0)
        #expect(MonotonicClock.milliseconds(until: .min) == 0)
        #expect(MonotonicClock.milliseconds(until: .max) == .max)
        let soon = MonotonicClock.milliseconds(until: MonotonicClock.now() + 5_000_000_000)
        #expect((1...5_000).contains(soon))
    }

    @Test("a time is written in ISO 8601")
    func iso8601() {
        #expect(WallClock.universalTime(at: 0).iso8601 == "1970-01-01T00:00:00.000Z")
        let moment: Int64 = 1_763_698_673_250_999_999
        #expect(WallClock.universalTime(at: moment).iso8601 == "2025-11-21T04:17:53.250Z")
        #expect(WallClock.universalTime(at: -1).iso8601 == "1969-12-31T23:59:59.999Z")
    }

    @Test("the fields of a date are those of the calendar")
    func fields() {
        let leapDay = WallClock.universalTime(at: 1_709_164_800_000_000_000)
        #expect((leapDay.year, leapDay.month, leapDay.day) == (2024, 2, 29))
        #expect(leapDay.weekday == 4)
        #expect(leapDay.offsetSeconds == 0)
    }

    @Test("local time is the same moment, shifted by its offset")
    func localTime() {
        let now = WallClock.now()
        let local = WallClock.localTime(at: now)
        let shifted = now + Int64(local.offsetSeconds) * 1_000_000_000
        let expected = WallClock.universalTime(at: shifted)
        #expect(local.hour == expected.hour)
        #expect(local.day == expected.day)
        #expect(now > 1_700_000_000_000_000_000)
    }

    @Test("used CPU time and memory are reported")
    func resourceUsage() {
        let usage = ResourceUsage.current()
        #expect(usage.userSeconds + usage.systemSeconds > 0)
        #expect(usage.maximumResidentKiB > 1_000)
    }
}
