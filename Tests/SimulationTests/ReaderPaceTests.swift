import Testing

@testable import Simulation

@Suite("The reader of a simulated microphone")
struct ReaderPaceTests {
    private static let period = 640
    private static let tick: Int64 = 5_000_000

    /// A reader of 20 ms periods, looked at every 5 ms.
    private struct Reader {
        var pace = ReaderPace(bytesPerMillisecond: 32, allowanceBytes: 2 * period)
        var now: Int64 = 0
        var taken = 0

        /// Lets so many milliseconds pass, in which it takes `bytes` in equal parts a period.
        mutating func go(_ milliseconds: Int, taking bytes: Int, waiting: Int = 0) {
            let periods = milliseconds / 20
            for index in 0..<periods * 4 {
                now += tick
                if index % 4 == 3 { taken += bytes / periods }
                pace.look(takenBytes: taken, waitingBytes: waiting, at: now)
            }
        }

        /// Lets so many milliseconds pass in which nobody looks.
        mutating func miss(_ milliseconds: Int64, taking bytes: Int = 0) {
            now += milliseconds * 1_000_000
            taken += bytes
            pace.look(takenBytes: taken, waitingBytes: 0, at: now)
        }
    }

    @Test("one that takes a period whenever it is due is in time after a fifth of a second")
    func steady() {
        var reader = Reader()
        reader.go(180, taking: 9 * Self.period)
        #expect(!reader.pace.isInTime)
        reader.go(40, taking: 2 * Self.period)
        #expect(reader.pace.isInTime)
    }

    @Test("one that takes nothing is not, nor is it while it takes what it missed")
    func heldUp() {
        var reader = Reader()
        reader.go(400, taking: 20 * Self.period)
        reader.go(300, taking: 0)
        #expect(!reader.pace.isInTime)
        // All along, also where a window happens to hold as much as was due in it.
        for _ in 0..<9 {
            reader.go(20, taking: 3 * Self.period)
            #expect(!reader.pace.isInTime)
        }
        reader.go(320, taking: 16 * Self.period)
        #expect(reader.pace.isInTime)
    }

    @Test("nor is one that was fed late, before it has all of it")
    func fedLate() {
        var reader = Reader()
        reader.go(400, taking: 20 * Self.period)
        reader.miss(300, taking: 2 * Self.period)
        #expect(!reader.pace.isInTime)
        reader.go(20, taking: 14 * Self.period)
        #expect(!reader.pace.isInTime)
        reader.go(320, taking: 16 * Self.period)
        #expect(reader.pace.isInTime)
    }

    @Test("nor is one for which more waits than it takes at once")
    func behind() {
        var reader = Reader()
        reader.go(400, taking: 20 * Self.period, waiting: 3 * Self.period)
        #expect(!reader.pace.isInTime)
    }
}
