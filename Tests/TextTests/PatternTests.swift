import TestInputs
import Testing
import Text

struct PatternTests {
    /// By the definition: a star takes none of the name, or its first character and more.
    private func reference(_ name: Substring, _ pattern: Substring) -> Bool {
        guard let head = pattern.first else { return name.isEmpty }
        if head == "*" {
            return reference(name, pattern.dropFirst())
                || !name.isEmpty && reference(name.dropFirst(), pattern)
        }
        return name.first == head && reference(name.dropFirst(), pattern.dropFirst())
    }

    @Test("a pattern matches as the definition says, for all short names of few letters")
    func definition() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let name = String(
                (0..<Int.random(in: 0...7, using: &generator)).map { _ in
                    "ab.".randomElement(using: &generator) ?? "a"
                })
            let pattern = String(
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                    "ab.**".randomElement(using: &generator) ?? "a"
                })
            #expect(
                Pattern.matches(name, pattern) == reference(name[...], pattern[...]),
                "\(name) \(pattern)")
        }
    }
}
