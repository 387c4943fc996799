import Assistant
import Linux
import TestInputs
import Testing
import VoiceSession

@testable import Daemon

@Suite("One line of the journal for each turn")
struct TurnReportTests {
    private struct Clock {
        var now: Int64 = 0
        mutating func entry(_ event: TimelineEvent, after milliseconds: Int64 = 0) -> TimelineEntry
        {
            now += milliseconds * 1_000_000
            return TimelineEntry(at: now, event: event)
        }
    }

    /// The lines that a device would write for these events, each after its milliseconds.
    private func lines(_ events: [(Int64, TimelineEvent)], tokens: Int64 = 0) -> [String] {
        var book = TurnBook()
        var clock = Clock()
        return events.compactMap { milliseconds, event in
            if case .firstSound = event, tokens > 0 {
                book.spent(TokenUse(total: tokens))
            }
            return book.take(clock.entry(event, after: milliseconds))?.line
        }
    }

    @Test("it says who opened the turn, what was done, and when the answer came")
    func usual() {
        let found = lines(
            [
                (0, .turnOpened(3, by: .button)), (0, .state(from: .idle, to: .listening)),
                (2100, .turnClosed(3, .sent)), (0, .state(from: .listening, to: .thinking)),
                (10, .toolCalled(id: "a", name: "lamp", arguments: "{}")),
                (90, .toolAnswered(id: "a", name: "lamp", response: "{}", milliseconds: 90)),
                (10, .toolFailed(id: "b", name: "door", reason: "locked", milliseconds: 8)),
                (500, .firstSound(milliseconds: 610, after: .release)),
                (0, .state(from: .thinking, to: .speaking)), (3000, .replyPlayed),
                (0, .state(from: .speaking, to: .idle)),
            ], tokens: 310)
        #expect(
            found == ["turn 3: button, 2.1 s, lamp, door failed, answer after 0.6 s, 310 tokens"])
    }

    @Test("programs find the same in the fields of its line")
    func fields() {
        var turn = TurnReport(number: 7, opener: .voice, openedAt: 0)
        turn.spoken = 2100.4
        turn.tokens = 310
        turn.add(.init(name: "lamp", took: 90, failed: false))
        turn.add(.init(name: "door", took: 8, failed: true))
        let before = [
            "TURN_ID=7", "TURN_OPENER=voice", "TURN_SPOKEN_MS=2100", "TURN_TOKENS=310",
        ]
        let tools = ["TURN_TOOL=lamp", "TURN_TOOL_FAILED=door"]
        #expect(turn.fields.map { "\($0.name)=\($0.value)" } == before + tools)
        turn.firstSound = 610.9
        let all = before + ["TURN_ANSWER_MS=610"] + tools
        #expect(turn.fields.map { "\($0.name)=\($0.value)" } == all)
        for odd in [Double.nan, .infinity, -.infinity, -1, 1e300] {
            turn.firstSound = odd
            turn.spoken = odd
            #expect(turn.fields.allSatisfy { !$0.value.isEmpty })
        }
    }

    @Test("a turn without result is reported so, an interrupted one with what interrupted it")
    func others() {
        #expect(
            lines([
                (0, .turnOpened(1, by: .voice)), (400, .turnClosed(1, .empty)),
                (0, .state(from: .listening, to: .idle)),
            ]) == ["turn 1: voice, nothing was said"])
        #expect(
            lines([
                (0, .turnOpened(2, by: .request)), (1000, .turnClosed(2, .abandoned)),
                (0, .state(from: .thinking, to: .offline)),
            ]) == ["turn 2: message, 1.0 s, given up"])
        #expect(
            lines([
                (0, .turnOpened(3, by: .button)), (1000, .turnClosed(3, .sent)),
                (300, .firstSound(milliseconds: 300, after: .release)),
                (500, .interrupted(by: .button)), (0, .turnOpened(4, by: .button)),
            ]) == ["turn 3: button, 1.0 s, answer after 0.3 s, interrupted by button"])
        #expect(
            lines([
                (0, .turnOpened(5, by: .voice)), (1000, .turnClosed(5, .sent)),
                (15_000, .state(from: .thinking, to: .idle)),
            ]) == ["turn 5: voice, 1.0 s, no answer"])
    }

    @Test("in any order of events each turn has one line, in order")
    func oneLineEach() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            var book = TurnBook()
            var opened = 0
            var reports: [TurnReport] = []
            for _ in 0..<200 {
                let events: [TimelineEvent] = [
                    .turnClosed(opened, .sent), .turnClosed(opened, .empty),
                    .state(from: .listening, to: .idle), .state(from: .idle, to: .listening),
                    .state(from: .speaking, to: .muted), .replyPlayed, .resumed,
                    .toolAnswered(id: "", name: "f", response: "", milliseconds: .infinity),
                    .firstSound(milliseconds: -1, after: .cut), .interrupted(by: .server),
                ]
                let at = Int64.random(in: .min ... .max, using: &generator)
                var event = events.randomElement(using: &generator) ?? .replyPlayed
                if Int.random(in: 0..<6, using: &generator) == 0 {
                    opened += 1
                    event = .turnOpened(opened, by: .voice)
                }
                book.spent(TokenUse(total: .random(in: .min ... .max, using: &generator)))
                if let report = book.take(TimelineEntry(at: at, event: event)) {
                    reports.append(report)
                    #expect(report.line.hasPrefix("turn \(report.number): voice, "))
                    #expect(report.line.count < 400)
                }
            }
            #expect(reports.map(\.number) == Array(1..<(reports.count + 1)))
            #expect((opened - 1...opened).contains(reports.count))
        }
    }
}
