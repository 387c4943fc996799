import Testing

@testable import Simulation

@Suite("The device's days: faults of every kind, in virtual time")
struct WorldTests {
    /// `make test` lives through many more, in an optimized build.
    private static let days: UInt64 = 30

    @Test("no promise is broken on any day")
    func days() async {
        for seed in 0..<Self.days {
            let (totals, failure) = WorldSearch.run(seeds: [seed])
            if let failure { Issue.record("\(failure)") }
            #expect(totals.turns > 0 || totals.seconds < 500)
            // Other tests wait for this thread.
            await Task.yield()
        }
    }

    @Test("a day is lived the same way every time")
    func repeatable() {
        for seed in [UInt64(3), 17, 40] {
            let first = World(day: Day(seed: seed)).run()
            let second = World(day: Day(seed: seed)).run()
            #expect(first.log == second.log)
            #expect(first.counts.turns > 0)
        }
    }
}
