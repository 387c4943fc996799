import Testing

@testable import AudioPath

/// When a lost device is tried again.
struct ReopeningTests {
    private static let waits: [Int32] = [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]

    @Test("the first retry is immediate, the next ones ever later, up to five seconds")
    func growing() {
        var reopening = Reopening()
        for wait in Self.waits { #expect(reopening.next() == wait) }
    }

    @Test("a device that worked well is retried at once when it is lost")
    func proven() {
        var reopening = Reopening()
        for _ in 0..<4 { _ = reopening.next() }
        reopening.ended(-19, afterMilliseconds: 3_600_000)
        #expect(reopening.next() == 0)
    }

    @Test("a device that was closed because it was not in use is opened at once when it is")
    func closed() {
        var reopening = Reopening()
        for _ in 0..<4 {
            #expect(reopening.next() == 0)
            reopening.ended(0, afterMilliseconds: 300)
        }
    }

    @Test("a device that comes and goes all the time is still retried ever later")
    func flapping() {
        var reopening = Reopening()
        for wait in Self.waits {
            #expect(reopening.next() == wait)
            reopening.ended(-19, afterMilliseconds: 300)
        }
    }
}
