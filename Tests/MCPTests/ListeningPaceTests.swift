import TestInputs
import Testing

@testable import MCP

@Suite("How often a stream is opened")
struct ListeningPaceTests {
    @Test(
        "with any requested wait a stream is opened once a second at most, later if it is empty",
        arguments: 1...50 as ClosedRange<UInt64>)
    func pace(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let wild = [nil, 0, 1, -1, 100, 1_000, 5_000, 70_000, Int.max, Int.min, Int.max / 2]
        var pace = ListeningPace()
        var before = 0
        for _ in 0..<200 {
            let hadEvents = Int.random(in: 0..<4, using: &numbers) == 0
            let asked = wild.randomElement(using: &numbers) ?? nil
            let wait = pace.wait(hadEvents: hadEvents, asked: asked)
            #expect(ListeningPace.range.contains(wait))
            if let asked, ListeningPace.range.contains(asked) { #expect(wait >= asked) }
            if hadEvents, (asked ?? 0) <= 0 { #expect(wait == ListeningPace.range.lowerBound) }
            if !hadEvents, (asked ?? 0) <= 0 {
                #expect(wait >= before, "it is opened sooner, though nothing came")
            }
            // The request applies to one wait only.
            before = (asked ?? 0) <= 0 ? wait : 0
        }
    }
}
