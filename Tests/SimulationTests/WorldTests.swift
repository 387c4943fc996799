import Testing

@testable import Simulation

@Suite("Days of the device: faults of every kind, in virtual time")
struct WorldTests {
    /// `make test` runs many more, in an optimized build.
    private static let days: UInt64 = 30

    @Test("no promise is broken on any day, and the days have everything that a device meets")
    func days() async {
        var lived = WorldCounts()
        for seed in 0..<Self.days {
            let (totals, failure) = WorldSearch.run(seeds: [seed])
            if let failure { Issue.record("\(failure)") }
            lived.addDay(totals)
            // Other tests wait for this thread.
            await Task.yield()
        }
        // Days without them would prove nothing.
        #expect(lived.turns > 100 && lived.answers > 50 && lived.calls > 10)
        #expect(lived.restarts > 0 && lived.questions > 0 && lived.confirmations > 0)
        #expect(lived.announcements > 0 && lived.rings > 0 && lived.troubles > 10)
    }

    @Test("the days have every model that converses and calls functions, and every mode")
    func models() {
        let days = (UInt64(0)..<60).map { Day(seed: $0) }
        let conversing = ModelProfile.known.filter { profile in
            profile.backends.contains(.developer) && profile.modalities.contains("AUDIO")
                && !profile.behaviors.isEmpty
        }
        #expect(Set(days.map(\.model)) == Set(conversing.map(\.name)))
        #expect(Set(days.map(\.mode)).count == 3)
    }

    @Test("a day runs the same way every time")
    func repeatable() {
        for seed in [UInt64(3), 17, 40] {
            let first = World(day: Day(seed: seed)).run()
            let second = World(day: Day(seed: seed)).run()
            #expect(first.log == second.log)
            #expect(first.counts.turns > 0)
        }
    }
}
