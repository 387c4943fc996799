import TestInputs
import Testing
import VoiceSession

@testable import Live

/// Marks in any order: a confused or malicious service ends nothing here.
@Suite("attribution of answers, whatever the service sends and the user says")
struct AnswersFuzzTests {
    private func step(_ answers: inout Answers, _ generator: inout SeededGenerator) {
        let now = Int64.random(in: 0...1_000_000, using: &generator)
        switch Int.random(in: 0..<14, using: &generator) {
        case 0: answers.wordsBegan()
        case 1, 2:
            let number = answers.give()
            answers.wordsEnded(
                number, isDoubtful: .random(using: &generator),
                isWithinWords: .random(using: &generator))
        case 3, 4: _ = answers.contentCame(isCall: .random(using: &generator), at: now)
        case 5: _ = answers.note(samples: .max, isAudible: .random(using: &generator))
        case 6: answers.called()
        case 7: _ = answers.repetitionCame(at: now, isAwaited: .random(using: &generator))
        case 8: _ = answers.generated()
        case 9: _ = answers.interrupted()
        case 10: _ = answers.completed()
        case 11: _ = answers.completedWithoutMark()
        case 12: _ = answers.expire()
        default:
            if Int.random(in: 0..<4, using: &generator) == 0 {
                _ = answers.giveUp()
            } else if Int.random(in: 0..<4, using: &generator) == 0 {
                answers.connectionLost()
            }
        }
    }

    @Test("numbers only grow, unanswered words stay within the limit, and every wait ends")
    func anyOrder() {
        for seed in 0..<400 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var answers = Answers(isAutomatic: seed % 2 == 0)
            var last = AnswerNumber.none
            for _ in 0..<500 {
                step(&answers, &generator)
                #expect(answers.last >= last, "seed \(seed)")
                last = answers.last
                #expect(answers.current <= answers.last, "seed \(seed)")
                #expect(answers.awaited.count <= Answers.awaitedLimit, "seed \(seed)")
                #expect(answers.awaited.allSatisfy { $0.number <= answers.last }, "seed \(seed)")
            }
            // One more mark for each waiting turn, and one for an answer that was coming or owed.
            for _ in 0..<(2 * Answers.awaitedLimit + 4) where !answers.awaited.isEmpty {
                _ = answers.completed()
                _ = answers.expire()
            }
            #expect(answers.awaited.isEmpty, "seed \(seed)")
        }
    }
}
