import CAllocationCounter
import Linux

/// The figures of the components, one row each.
struct ComponentTable {
    /// The number of rounds, whose median counts, and the approximate length of a round.
    private static let rounds = 7
    private static let roundNanoseconds = 50_000_000.0
    /// Calls before the measurement, so that buffers have grown and tables are built.
    private static let warmUp = 200
    private static let frameNanoseconds = 20_000_000.0

    private var rows: [[String]] = [["component", "ns/frame", "x real time", "allocations/frame"]]

    /// Measures `body`, which handles one frame of 20 ms.
    mutating func measure(_ name: String, _ body: () -> Void) {
        for _ in 0..<Self.warmUp { body() }
        let count = max(100, Int(Self.roundNanoseconds / Self.perCall(100, body)))
        let before = martlet_allocations()
        let times = (0..<Self.rounds).map { _ in Self.perCall(count, body) }.sorted()
        // The measurement itself allocates only a handful of times in some ten thousand frames.
        let allocations =
            Double(martlet_allocations() - before) / Double(count * Self.rounds)
        let time = times[Self.rounds / 2]
        rows.append([
            name, Self.text(time), Self.text(Self.frameNanoseconds / time),
            allocations < 0.01 ? "0" : Self.text(allocations),
        ])
    }

    private static func perCall(_ count: Int, _ body: () -> Void) -> Double {
        let start = MonotonicClock.now()
        for _ in 0..<count { body() }
        return Double(MonotonicClock.now() - start) / Double(count)
    }

    private static func text(_ number: Double) -> String {
        number >= 100 ? "\(Int(number.rounded()))" : "\((number * 10).rounded() / 10)"
    }

    /// The table, with its first column aligned to the left and the others to the right.
    var text: String {
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + blanks : blanks + cell
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
