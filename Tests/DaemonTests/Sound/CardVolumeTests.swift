import AudioPath
import Linux
import Synchronization
import Testing

@testable import Daemon

/// The volume, whose driver may be slow; here there is no card.
@Suite("The volume is set outside the loop", .timeLimit(.minutes(5)))
struct CardVolumeTests {
    private final class Gains: Sendable {
        private let state = Mutex<[Float]>([])
        var all: [Float] { state.withLock { $0 } }
        func add(_ gain: Float) { state.withLock { $0.append(gain) } }
    }

    private let gains = Gains()

    private func volume(_ percent: Double?) -> CardVolume {
        CardVolume(wish: .soft, percent: percent, setGain: { [gains] gain, _ in gains.add(gain) }) {
            Issue.record("\($0)")
        }
    }

    @Test("a new volume is reported at once, and the newest of many is set")
    func whatIsSet() async {
        let volume = volume(50)
        #expect(volume.percent == 50)
        for percent in 1...1000 {
            volume.set(Double(percent % 101))
            #expect(volume.percent == Double(percent % 101))
        }
        #expect(await volume.read() == Double(1000 % 101))
        volume.set(0)
        #expect(await volume.read() == 0)
        #expect(gains.all.last == 0)
        volume.set(1e300)
        #expect(await volume.read() == 100)
    }

    @Test("steps that follow each other quickly add up, between 0 and 100")
    func stepsThatFollow() async {
        let volume = volume(50)
        let seen = Mutex<[Double]>([])
        for _ in 0..<3 { volume.change(by: 10) { now in seen.withLock { $0.append(now) } } }
        volume.set(5)
        for _ in 0..<2 { volume.change(by: -10) { now in seen.withLock { $0.append(now) } } }
        #expect(await volume.read() == 0)
        #expect(seen.withLock { $0 } == [60, 70, 80, 0, 0])
        // A later value does not overtake a waiting step.
        volume.set(10)
        volume.change(by: 10) { _ in }
        volume.set(40)
        #expect(await volume.read() == 40)
    }

    @Test("an alarm has a minimum volume, and the old one returns unless it was changed meanwhile")
    func anAlarm() async {
        let volume = volume(10)
        volume.raise(to: 60)
        #expect(await volume.read() == 60)
        volume.lower()
        #expect(await volume.read() == 10)
        volume.raise(to: 60)
        volume.set(30)
        volume.lower()
        #expect(await volume.read() == 30)
        volume.raise(to: 20)
        volume.lower()
        #expect(await volume.read() == 30)
    }
}
