import TestInputs
import Testing
import Text

struct OneLineTests {
    @Test("any input becomes one line that is no longer than the limit")
    func bounded() {
        var generator = SeededGenerator(seed: 1)
        let pieces = ["a", " ", "\n", "\r\n", "\u{1B}[2J", "\u{7F}", "é", "👩‍👩‍👧", "\u{0}", "字"]
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            let limit = Int.random(in: 1...40, using: &generator)
            let line = text.oneLine(limit: limit)
            #expect(line.count <= limit)
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
            #expect(!line.contains("  "))
        }
    }

    @Test("a text that fits stays as it is")
    func whole() {
        #expect("It is 21 °C.".oneLine(limit: 12) == "It is 21 °C.")
        #expect("It is 21 °C.".oneLine(limit: 11) == "It is 21 °…")
    }
}
