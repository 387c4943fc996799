/// Searches for a day on which a promise is broken, and shortens it to what breaks it.
package struct WorldSearch: Sendable {
    /// A seed whose day breaks a promise, and the shortest day found that still breaks one.
    package struct Failure: Sendable, CustomStringConvertible {
        package let seed: UInt64
        package let day: Day
        package let report: World.Report

        package var description: String {
            """
            seed \(seed): \(report.violations.joined(separator: "; "))
            it is enough that the user does this:
            \(day.deeds.map { "  \($0.at / 1_000_000) ms: \($0.deed)" }.joined(separator: "\n"))
            and that this goes wrong:
            \(day.troubles.map { "  \($0.at / 1_000_000) ms: \($0.trouble)" }.joined(separator: "\n"))
            what happened:
            \(report.log.map { "  \($0.prefix(200))" }.joined(separator: "\n"))
            """
        }
    }

    /// Runs the days of some seeds; stops at the first that breaks a promise.
    ///
    /// A day of `open` is known to break one: `onOpen` gets it with the promises that it broke, if
    /// any, and the search goes on.
    package static func run(
        seeds: some Sequence<UInt64>, open: Set<UInt64> = [],
        onOpen: (UInt64, [String]) -> Void = { _, _ in },
        while goesOn: (WorldCounts) -> Bool = { _ in true }
    ) -> (totals: WorldCounts, failure: Failure?) {
        var totals = WorldCounts()
        for seed in seeds {
            guard goesOn(totals) else { break }
            let day = Day(seed: seed)
            let report = World(day: day).run()
            totals.addDay(report.counts)
            guard !open.contains(seed) else {
                onOpen(seed, report.violations)
                continue
            }
            if !report.violations.isEmpty { return (totals, shortened(day)) }
        }
        return (totals, nil)
    }

    /// Removes everything that the failure does not need.
    package static func shortened(_ day: Day) -> Failure {
        var day = day
        var report = World(day: day).run()
        func tryOut(_ shorter: Day) -> Bool {
            let attempt = World(day: shorter).run()
            guard !attempt.violations.isEmpty else { return false }
            day = shorter
            report = attempt
            return true
        }
        for index in day.troubles.indices.reversed() {
            var shorter = day
            shorter.troubles.remove(at: index)
            _ = tryOut(shorter)
        }
        for index in day.deeds.indices.reversed() where index < day.deeds.count {
            var shorter = day
            shorter.deeds.remove(at: index)
            _ = tryOut(shorter)
        }
        return Failure(seed: day.seed, day: day, report: report)
    }
}
