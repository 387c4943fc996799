/// Tells which of the watched lines the button is on, by the edges that a press makes.
///
/// Pure: levels and edges go in with their times (nanoseconds). A line that moves without pause has
/// nothing connected to it, or a signal of another kind, and is refused; one that moves by a press
/// moves a few times and then rests.
struct EdgeJudge {
    /// A line of a button moves no more often than this within `noiseNanoseconds`, bouncing left
    /// out: nobody taps as fast.
    static let noiseEdges = 12
    static let noiseNanoseconds: Int64 = 2_000_000_000
    /// A press is over when the line is back where it was and has rested there for this time.
    static let restNanoseconds: Int64 = 300_000_000
    /// Lines that move together with it within this are moved by it, as through long wires.
    static let togetherNanoseconds: Int64 = 200_000_000

    /// A line that was found.
    struct Found: Equatable {
        let line: Int
        /// Whether a press pulls it to ground.
        let activeLow: Bool
    }

    /// What is known by now.
    enum Verdict: Equatable {
        case nothing
        case found(Found)
        /// Several lines moved at once.
        case several([Int])
    }

    private struct Line {
        /// The level at which it rests, while nobody presses.
        let rest: Bool
        var level: Bool
        /// The newest edges.
        var edges: [Int64] = []
        var isNoise = false
    }

    private var lines: [Int: Line]

    /// Lines by their numbers, with the level of each while nobody presses.
    init(resting levels: [Int: Bool]) {
        lines = levels.mapValues { Line(rest: $0, level: $0) }
    }

    /// The lines that were refused, since they move without pause.
    var noise: [Int] { lines.filter(\.value.isNoise).keys.sorted() }

    /// A line has moved; returns whether it is refused by this edge.
    mutating func take(_ number: Int, level: Bool, at time: Int64) -> Bool {
        guard var line = lines[number], !line.isNoise else { return false }
        line.level = level
        line.edges.append(time)
        line.edges.removeAll { time - $0 > Self.noiseNanoseconds }
        line.isNoise = line.edges.count > Self.noiseEdges
        lines[number] = line
        return line.isNoise
    }

    /// The lines that have moved and are not back where they were.
    var away: [Int] {
        lines.filter { !$0.value.isNoise && $0.value.level != $0.value.rest }.keys.sorted()
    }

    /// What the edges mean by this time; a press counts once it is over.
    func verdict(at now: Int64) -> Verdict {
        let moved = lines.filter { !$0.value.isNoise && !$0.value.edges.isEmpty }
        guard !moved.isEmpty, away.isEmpty,
            moved.values.allSatisfy({ now - ($0.edges.last ?? now) >= Self.restNanoseconds })
        else { return .nothing }
        let first = moved.compactMap(\.value.edges.first).min() ?? 0
        let together = moved.filter {
            ($0.value.edges.first ?? 0) - first <= Self.togetherNanoseconds
        }
        guard together.count == 1, let (number, line) = together.first else {
            return .several(together.keys.sorted())
        }
        return .found(Found(line: number, activeLow: line.rest))
    }
}
