import TestInputs
import Testing
import Text

struct SpellingTests {
    private func word(_ generator: inout SeededGenerator) -> String {
        String(
            (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                "abcä".randomElement(using: &generator) ?? "a"
            })
    }

    @Test("one slip of a finger is a distance of one, and the distance is the same both ways")
    func slips() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let word = word(&generator) + "x"
            var letters = Array(word)
            let place = Int.random(in: 0..<letters.count, using: &generator)
            switch Int.random(in: 0...3, using: &generator) {
            case 0: letters.insert("q", at: place)
            case 1: letters.remove(at: place)
            case 2: letters[place] = "q"
            default:
                guard place > 0, letters[place] != letters[place - 1] else { continue }
                letters.swapAt(place, place - 1)
            }
            let slipped = String(letters)
            #expect(Spelling.distance(word, slipped) == 1, "\(word) \(slipped)")
            #expect(Spelling.distance(slipped, word) == 1)
        }
    }

    @Test("it is 0 only for the same word, and at most the length of the longer one")
    func bounds() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<2_000 {
            let (one, other) = (word(&generator), word(&generator))
            let distance = Spelling.distance(one, other)
            #expect((distance == 0) == (one == other))
            #expect(distance <= max(one.count, other.count))
            #expect(distance >= abs(one.count - other.count))
        }
    }
}
