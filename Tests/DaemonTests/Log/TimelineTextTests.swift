import Assistant
import TestInputs
import Testing

@testable import Daemon

/// The text for a user who talks in a terminal.
@Suite struct TimelineTextTests {
    private func shown(_ events: [TimelineEvent]) -> [String] {
        var text = TimelineText()
        return events.flatMap { text.take(TimelineEntry(at: 0, event: $0)) }.map(\.text)
    }

    @Test("the fragments of one speaker are one line, before what follows them")
    func fragments() {
        let lines = shown([
            .heard("What"), .heard(" time?"), .said("It is"), .said(" noon."), .replyPlayed,
        ])
        #expect(lines == ["you: What time?", "martlet: It is noon.", "the reply has been played"])
    }

    @Test(
        "an answer that was not heard is shown when its turn ends",
        arguments: [ConversationState.idle, .offline, .muted])
    func written(rest: ConversationState) {
        let lines = shown([
            .heard("What time?"), .said("It is noon."), .notice("the answer had no sound"),
            .state(from: .thinking, to: rest),
        ])
        #expect(
            lines == [
                "you: What time?", "the answer had no sound", "martlet: It is noon.",
                "[thinking -> \(rest.rawValue)]",
            ])
    }

    @Test("no word is left out, whatever happens between words", arguments: UInt64(1)...40)
    func everyWord(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let others: [TimelineEvent] = [
            .turnOpened(1, by: .voice), .turnClosed(1, .sent), .turnClosed(1, .empty),
            .firstSound(milliseconds: 1, after: .speech), .interrupted(by: .voice), .resumed,
            .replyPlayed, .online(resumed: true), .offline("gone"), .notice("a notice"),
            .toolCalled(id: "a", name: "b", arguments: "{}"), .toolCancelled(id: "a"),
            .state(from: .thinking, to: .speaking), .state(from: .speaking, to: .listening),
        ]
        var events: [TimelineEvent] = []
        var heard = ""
        var said = ""
        for number in 0..<60 {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                events.append(.heard(" h\(number)"))
                heard += " h\(number)"
            case 1:
                events.append(.said(" s\(number)"))
                said += " s\(number)"
            default:
                if let other = others.randomElement(using: &random) { events.append(other) }
            }
        }
        let lines = shown(events + [.state(from: .speaking, to: .idle)])
        func words(of speaker: String) -> String {
            lines.filter { $0.hasPrefix(speaker) }.map { $0.dropFirst(speaker.count) }.joined()
        }
        #expect(words(of: "you:").split(separator: " ") == heard.split(separator: " "))
        #expect(words(of: "martlet:").split(separator: " ") == said.split(separator: " "))
    }
}
