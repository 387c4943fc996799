@testable import Mosquitto
import Testing

struct ReconnectPaceTests {
    private static let second: Int64 = 1_000_000_000

    /// The waits (seconds) after this many failures in a row, without jitter.
    private func waits(_ count: Int, random: Double = 0.5) -> [Double] {
        var pace = ReconnectPace()
        var now: Int64 = 0
        return (0..<count).map { _ in
            pace.attemptStarted(at: now)
            pace.failed(at: now, connectedAt: nil, random: random)
            defer { now = pace.due }
            return Double(pace.due - now) / Double(Self.second)
        }
    }

    @Test("the waits double up to their limit, and stay there")
    func doubling() {
        #expect(waits(10) == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60])
        #expect(waits(200).max() == 60)
    }

    @Test("devices that lose the same broker do not reconnect at the same moment")
    func jitter() {
        for index in 0..<10 {
            #expect(waits(10, random: 0)[index] < waits(10, random: 0.99)[index])
        }
        #expect(waits(100, random: 0.99).allSatisfy { $0 <= 75 })
    }

    @Test("a connection that lasted a while is retried at once, one that broke at once is not")
    func stability() {
        for (stood, isSoon) in [(ReconnectPace.stable, true), (ReconnectPace.stable - 1, false)] {
            var pace = ReconnectPace()
            for _ in 0..<8 { pace.failed(at: 0, connectedAt: nil, random: 0.5) }
            pace.failed(at: 100 + stood, connectedAt: 100, random: 0.5)
            #expect((pace.due - 100 - stood <= Self.second) == isSoon)
        }
    }

    @Test(
        "a connection that another client takes over is retaken ever later, however long it lasted")
    func contested() {
        var pace = ReconnectPace()
        var waits: [Double] = []
        for _ in 0..<12 {
            pace.failed(
                at: 60 * Self.second, connectedAt: 0, isContested: true, random: 0.5)
            waits.append(Double(pace.due - 60 * Self.second) / Double(Self.second))
        }
        #expect(waits == [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        let end = ReconnectPace.stableContested
        pace.failed(at: end, connectedAt: 0, isContested: true, random: 0.5)
        #expect(pace.due - end <= Self.second, "the other one had given up")
    }

    @Test("a waiting caller hastens the connection, but not more than once a second")
    func hurry() {
        var pace = ReconnectPace()
        #expect(pace.due <= 0)
        for _ in 0..<8 {
            pace.attemptStarted(at: 5 * Self.second)
            // Not during an attempt.
            pace.hurry(at: 5 * Self.second)
            #expect(pace.due == .max)
            pace.failed(at: 5 * Self.second, connectedAt: nil, random: 0.5)
        }
        pace.hurry(at: 5 * Self.second + 1)
        #expect(pace.due == 6 * Self.second)
        pace.hurry(at: 30 * Self.second)
        #expect(pace.due == 6 * Self.second)
    }
}
