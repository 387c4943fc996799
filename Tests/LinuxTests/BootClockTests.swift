import Linux
import Testing

@Suite("the clock that nothing sets, and alarms by both clocks")
struct BootClockTests {
    @Test("it goes on, and one start of the machine has one name")
    func clock() throws {
        let first = BootClock.now()
        #expect(BootClock.now() >= first)
        #expect(first >= MonotonicClock.now() - 1_000_000_000)
        #expect(try BootClock.life() == BootClock.life())
        #expect(try BootClock.life().count == 36)
    }

    @Test("an alarm goes off when its time has come, and is silent once it is taken")
    func alarm() throws {
        for (clock, now) in [(ClockAlarm.Clock.boot, BootClock.now()), (.wall, WallClock.now())] {
            let alarm = try ClockAlarm(clock)
            #expect(alarm.arm(at: now + 3600 * 1_000_000_000))
            #expect(!alarm.drain())
            #expect(alarm.arm(at: now - 1))
            #expect(alarm.drain())
            #expect(!alarm.drain())
            // A time before all times is one that has passed.
            #expect(alarm.arm(at: -1))
            #expect(alarm.drain())
        }
    }
}
