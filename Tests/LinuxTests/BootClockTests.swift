import Linux
import Testing

@Suite("The boot clock, and alarms by both clocks")
struct BootClockTests {
    @Test("it goes forward, and one boot of the machine has one name")
    func clock() throws {
        let first = BootClock.now()
        #expect(BootClock.now() >= first)
        #expect(first >= MonotonicClock.now() - 1_000_000_000)
        #expect(try BootClock.life() == BootClock.life())
        #expect(try BootClock.life().count == 36)
    }

    @Test("an alarm goes off at its time, and is silent once it is taken")
    func alarm() throws {
        for (clock, now) in [(ClockAlarm.Clock.boot, BootClock.now()), (.wall, WallClock.now())] {
            let alarm = try ClockAlarm(clock)
            #expect(alarm.arm(at: now + 3600 * 1_000_000_000))
            #expect(!alarm.drain())
            #expect(alarm.arm(at: now - 1))
            #expect(alarm.drain())
            #expect(!alarm.drain())
            // A negative time has passed.
            #expect(alarm.arm(at: -1))
            #expect(alarm.drain())
        }
    }
}
