import Glibc
import Linux
import Synchronization
import Testing

@testable import AudioPath

/// What is true on every card, whatever its driver grants: said of what the card played.
@Suite(.timeLimit(.minutes(10)))
struct CardPropertyTests {
    static let grants: UInt64 = 10_000
    private static let threads: UInt64 = 2
    /// So many faults are told, and the rest is not looked for.
    private static let toldFaults = 10

    /// MARTLET_CARD_SEED repeats one run.
    private static var seeds: Range<UInt64> {
        if let text = getenv("MARTLET_CARD_SEED"), let seed = UInt64(String(cString: text)) {
            return seed..<seed + 1
        }
        let start = UInt64.random(in: 0...1 << 40)
        return start..<start + grants
    }

    /// What is wrong with the runs of these seeds.
    private static func faults(_ seeds: Range<UInt64>) throws -> [String] {
        let faults = Mutex<[String]>([])
        var threads: [OwnedThread] = []
        for first in 0..<Self.threads {
            threads.append(
                try OwnedThread(name: "cards", priority: .normal) {
                    let room = CardLog.Room()
                    for seed in seeds where seed % Self.threads == first {
                        guard faults.withLock({ $0.count < Self.toldFaults }) else { return }
                        var run = CardRun(seed: seed, room: room)
                        guard let fault = run.fault() else { continue }
                        faults.withLock { $0.append("seed \(seed): \(fault)") }
                    }
                })
        }
        for thread in threads { thread.join() }
        return faults.withLock { $0 }
    }

    @Test("on every card all is heard once, whole, without a hole of our own, until a stop")
    func playback() throws {
        for fault in try Self.faults(Self.seeds) { Issue.record("\(fault)") }
    }
}
