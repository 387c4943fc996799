/// Looks for a day on which a promise is broken, and cuts it down to what breaks it.
package struct WorldSearch: Sendable {
    /// What many days were like.
    package struct Totals: Sendable {
        package var days = 0
        package var seconds: Int64 = 0
        package var connections = 0
        package var turns = 0
        package var answers = 0
        package var calls = 0
        package var troubles = 0
        package var interruptions = 0
        package var resumptions = 0

        /// Nothing yet.
        package init() {}

        /// Adds a day, or other days.
        package mutating func add(_ report: World.Report) {
            days += 1
            seconds += report.seconds
            connections += report.connections
            turns += report.turns
            answers += report.answers
            calls += report.calls
            troubles += report.troubles
            interruptions += report.interruptions
            resumptions += report.resumptions
        }

        /// One line for people.
        package var text: String {
            "\(days) days, \(seconds / 3600) h simulated: \(turns) turns, \(answers) answers, "
                + "\(calls) calls, \(troubles) faults, \(connections) connections, "
                + "\(interruptions) interruptions of which \(resumptions) were false"
        }
    }

    /// A day that breaks a promise, and the shortest that was found to break one, too.
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

    /// Lives through the days of some seeds; stops at the first that breaks a promise.
    package static func run(
        seeds: some Sequence<UInt64>, while goesOn: (Totals) -> Bool = { _ in true }
    ) -> (totals: Totals, failure: Failure?) {
        var totals = Totals()
        for seed in seeds {
            guard goesOn(totals) else { break }
            let day = Day(seed: seed)
            let report = World(day: day).run()
            totals.add(report)
            if !report.violations.isEmpty { return (totals, shortened(day)) }
        }
        return (totals, nil)
    }

    /// Leaves out whatever the failure does not need.
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
