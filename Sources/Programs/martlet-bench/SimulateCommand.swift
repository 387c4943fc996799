import ArgumentParser
import Linux
import Simulation

extension Bench {
    struct Simulate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Simulate the device's days in virtual time, and look for broken promises.",
            discussion: "The real session and the real assistant against a simulated service, "
                + "network, card, tools and user. A failure is reduced and printed with its seed.")

        @Option(help: "Run for this time (seconds); or see --days.")
        var seconds: Int64 = 60

        @Option(help: "Simulate this many days, however long that takes.")
        var days: UInt64?

        @Option(help: "Only this day, again.")
        var seed: UInt64?

        @Option(help: "The first day.")
        var from: UInt64 = 0

        @Option(help: "A table of days whose broken promise is known and open (Markdown).")
        var open: String?

        /// The seeds in the first column of a table; its header and the surrounding text have none.
        private func openSeeds() throws -> Set<UInt64> {
            guard let open else { return [] }
            let text = String(decoding: try Files.read(open, limitBytes: 1 << 20), as: UTF8.self)
            return Set(
                text.split(separator: "\n").compactMap { line in
                    guard line.hasPrefix("| ") else { return nil }
                    return UInt64(line.dropFirst(2).prefix { $0.isNumber })
                })
        }

        private static func noteOpen(_ seed: UInt64, _ violations: [String]) {
            let what = violations.first ?? "no longer breaks a promise; remove it from the list"
            StandardStream.output.write("open: seed \(seed): \(what)\n")
        }

        func run() throws {
            if let seed {
                let report = World(day: Day(seed: seed)).run()
                for line in report.log { StandardStream.output.write(line + "\n") }
                guard report.violations.isEmpty else { throw ExitCode.failure }
                return
            }
            let end = MonotonicClock.now() + seconds * 1_000_000_000
            let memory = MemoryWatch()
            let known = try openSeeds()
            let (totals, failure) =
                if let days {
                    WorldSearch.run(
                        seeds: from..<(from + days), open: known, onOpen: Self.noteOpen
                    ) { memory.note($0) }
                } else {
                    WorldSearch.run(
                        seeds: from..., open: known, onOpen: Self.noteOpen
                    ) { totals in
                        memory.note(totals)
                        return MonotonicClock.now() < end
                    }
                }
            StandardStream.output.write(totals.text + "\n\(memory.text(at: totals))\n")
            if let failure {
                StandardStream.output.write("\(failure)\n")
                throw ExitCode.failure
            }
        }
    }
}

/// The resident memory at the start, after the first simulated hour and at the end.
private final class MemoryWatch {
    private let start = ResourceUsage.residentKiB()
    private var afterHour: Int?

    /// Called before each day; always returns true.
    @discardableResult
    func note(_ totals: WorldCounts) -> Bool {
        if afterHour == nil, totals.seconds >= 3600 { afterHour = ResourceUsage.residentKiB() }
        return true
    }

    func text(at end: WorldCounts) -> String {
        let hour = afterHour.map { "\($0) KiB after the first hour, " } ?? ""
        return "memory: \(start) KiB at the start, \(hour)"
            + "\(ResourceUsage.residentKiB()) KiB after \(end.seconds / 3600) h"
    }
}
