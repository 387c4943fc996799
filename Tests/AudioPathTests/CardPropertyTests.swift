import Glibc
import Linux
import Synchronization
import Testing

@testable import AudioPath

// Swift 6.3 compiles the cards to invalid code with the thread sanitizer and -O; each is on one
// thread.
#if !MARTLET_TSAN

/// Properties of what a card played, which hold on every card, whatever its driver grants.
@Suite(.timeLimit(.minutes(10)))
struct CardPropertyTests {
    static let grants: UInt64 = 10_000
    private static let threads: UInt64 = 2
    /// Reports this many faults, and does not look for more.
    private static let toldFaults = 10

    /// MARTLET_CARD_SEED repeats one run, and MARTLET_CARD_FROM starts from other cards than usual.
    private static var seeds: Range<UInt64> {
        if let seed = number("MARTLET_CARD_SEED") { return seed..<seed + 1 }
        let start = min(number("MARTLET_CARD_FROM") ?? 0, 1 << 60)
        return start..<start + grants
    }

    private static func number(_ variable: String) -> UInt64? {
        getenv(variable).flatMap { UInt64(String(cString: $0)) }
    }

    /// The faults of the runs with these seeds.
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

    @Test("on every card all is heard once, whole and without a gap of ours, until a stop")
    func playback() throws {
        for fault in try Self.faults(Self.seeds) { Issue.record("\(fault)") }
    }

    /// Runs that once failed, each with a card that is seldom drawn.
    ///
    /// 593942872158: speech that arrived while the loop waited for room for silence was padded with
    /// silence, and the rest waited until that had ended.
    @Test("runs that once failed pass", arguments: [593_942_872_158 as UInt64])
    func mended(seed: UInt64) throws {
        for fault in try Self.faults(seed..<seed + 1) { Issue.record("\(fault)") }
    }
}

#endif
