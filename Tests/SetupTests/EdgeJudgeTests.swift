import TestInputs
import Testing

@testable import Setup

/// Times are milliseconds here.
@Suite("The button's line, by its edges")
struct EdgeJudgeTests {
    private let resting = [3: true, 4: true, 17: true, 22: false]

    private func judge(_ edges: [(line: Int, level: Bool, at: Int64)]) -> EdgeJudge {
        var judge = EdgeJudge(resting: resting)
        for edge in edges {
            _ = judge.take(edge.line, level: edge.level, at: edge.at * 1_000_000)
        }
        return judge
    }

    @Test(
        "a press to ground is found once it is over, however long it was held",
        arguments: [Int64(40), 5000])
    func toGround(held: Int64) {
        let pressed = judge([(17, false, 1000)])
        #expect(pressed.verdict(at: (1000 + held) * 1_000_000) == .nothing)
        #expect(pressed.away == [17])
        let end = 1000 + held
        let over = judge([(17, false, 1000), (17, true, end)])
        // It may still bounce.
        #expect(over.verdict(at: (end + 100) * 1_000_000) == .nothing)
        #expect(
            over.verdict(at: (end + 400) * 1_000_000)
                == .found(EdgeJudge.Found(line: 17, activeLow: true)))
    }

    @Test("a line that a resistor of its own holds low is pressed by going high")
    func toSupply() {
        let judge = judge([(22, true, 10), (22, false, 200)])
        #expect(
            judge.verdict(at: 600_000_000) == .found(EdgeJudge.Found(line: 22, activeLow: false)))
    }

    @Test("a floating line that toggles without pause is refused, once, and hides no button")
    func noise() {
        // An antenna's mains hum, after the debouncing: a level in each half wave.
        var judge = EdgeJudge(resting: resting)
        var refusals = 0
        for step in 0..<200 {
            let time = Int64(step) * 10_000_000
            if judge.take(4, level: step % 2 == 1, at: time) { refusals += 1 }
        }
        #expect(refusals == 1)
        #expect(judge.noise == [4])
        #expect(judge.verdict(at: 4_000_000_000) == .nothing)
        _ = judge.take(17, level: false, at: 5_000_000_000)
        _ = judge.take(17, level: true, at: 5_100_000_000)
        #expect(
            judge.verdict(at: 6_000_000_000) == .found(EdgeJudge.Found(line: 17, activeLow: true)))
    }

    @Test("lines that move together are all named, and one that moves later is not the button")
    func together() {
        let both = judge([(3, false, 100), (4, false, 110), (3, true, 300), (4, true, 310)])
        #expect(both.verdict(at: 1_000_000_000) == .several([3, 4]))
        let later = judge([(17, false, 100), (17, true, 200), (3, false, 900), (3, true, 950)])
        #expect(
            later.verdict(at: 2_000_000_000) == .found(EdgeJudge.Found(line: 17, activeLow: true)))
    }

    @Test("a human who taps as fast as they can is no noise")
    func fastTaps() {
        // Six taps a second are a record; a second of them.
        var edges: [(line: Int, level: Bool, at: Int64)] = []
        for tap in 0..<6 {
            edges.append((17, false, Int64(tap) * 160))
            edges.append((17, true, Int64(tap) * 160 + 80))
        }
        let judge = judge(edges)
        #expect(judge.noise.isEmpty)
        #expect(
            judge.verdict(at: 2_000_000_000) == .found(EdgeJudge.Found(line: 17, activeLow: true)))
    }

    @Test("any edges leave a verdict that names only lines that are watched")
    func anything() {
        for seed in UInt64(0)..<500 {
            var random = SeededGenerator(seed: seed)
            var judge = EdgeJudge(resting: resting)
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                let time = random.next() >> 1
                _ = judge.take(
                    Int.random(in: 0...25, using: &random), level: Bool.random(using: &random),
                    at: Int64(time >> 4))
            }
            switch judge.verdict(at: .max >> 1) {
            case .nothing: break
            case .found(let found): #expect(resting[found.line] == found.activeLow, "\(seed)")
            case .several(let lines):
                #expect(lines.count > 1 && Set(lines).isSubset(of: resting.keys), "\(seed)")
            }
        }
    }
}
