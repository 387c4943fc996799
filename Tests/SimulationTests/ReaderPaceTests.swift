import Testing

@testable import Simulation

@Suite("The reader of a simulated microphone")
struct ReaderPaceTests {
    private static let period = 640
    private static let millisecond: Int64 = 1_000_000

    /// A reader of 20 ms periods, checked every 5 ms.
    private struct Reader {
        var pace = ReaderPace(bytesPerMillisecond: 32, allowanceBytes: 4 * period)
        var now: Int64 = 0
        var taken = 0

        /// Lets some milliseconds pass, during which it takes some periods.
        mutating func go(_ milliseconds: Int, periods: Int) {
            let start = taken
            let ticks = milliseconds / 5
            for tick in 1...ticks {
                now += 5 * millisecond
                taken = start + periods * tick / ticks * period
                pace.look(takenBytes: taken, at: now)
            }
        }
    }

    @Test("a reader that takes a period whenever it is due is in time once it has shown it")
    func steady() {
        var reader = Reader()
        reader.go(500, periods: 0)
        reader.go(200, periods: 10)
        #expect(!reader.pace.isInTime)
        reader.go(200, periods: 10)
        #expect(reader.pace.isInTime)
        for _ in 0..<500 {
            reader.go(20, periods: 1)
            #expect(reader.pace.isInTime)
        }
    }

    @Test("a delayed reader is not in time before it has taken what was due")
    func heldUp() {
        var reader = Reader()
        reader.go(1000, periods: 50)
        reader.go(300, periods: 0)
        #expect(!reader.pace.isInTime)
        for _ in 0..<5 {
            reader.go(20, periods: 3)
            #expect(!reader.pace.isInTime)
        }
        reader.go(20, periods: 6)
        #expect(reader.pace.isInTime)
    }

    @Test("nor is it while it takes no more than arrives, however long that goes on")
    func behind() {
        var reader = Reader()
        reader.go(1000, periods: 50)
        reader.go(300, periods: 0)
        reader.go(1400, periods: 70)
        #expect(!reader.pace.isInTime)
    }

    @Test("a reader that stops and starts again is judged afresh")
    func again() {
        var reader = Reader()
        reader.go(1000, periods: 50)
        reader.go(1500, periods: 0)
        reader.go(400, periods: 20)
        #expect(reader.pace.isInTime)
    }
}
