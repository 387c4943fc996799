import ModelTypes
import TestInputs
import Testing
import WireCodec

@testable import Daemon

/// Texts that people put into files, credentials and variables in place of a key.
@Suite struct KeyTextTests {
    private static let letters = Array(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+=")
    /// Characters that editors, shells and web pages leave around a text.
    private static let surroundings = [
        " ", "\t", "\n", "\r\n", "\r", "\u{FEFF}", "\u{A0}", "\u{2028}", "\u{3000}", "\u{B}",
    ]
    /// Parts that no key has, and the word that the refusal must contain.
    private static let faults: [(text: String, word: String)] = [
        ("\n", "lines"), ("\r\n", "lines"), ("\u{2028}", "lines"), ("\nX-Evil: 1", "lines"),
        (" ", "blank"), ("\t", "blank"), ("\u{A0}", "blank"), ("\"", "quotes"), ("'", "quotes"),
        ("\u{201D}", "quotes"), ("\u{E9}", "U+E9"), ("\u{200B}", "U+200B"), ("\u{7F}", "U+7F"),
        ("\u{0}", "U+0"), ("\u{1B}[1m", "U+1B"), ("\u{1F511}", "U+1F511"), ("\u{FEFF}", "U+FEFF"),
        ("\u{202E}", "U+202E"),
    ]

    private let reader = KeyText(what: "key", place: "the key file '/k'")

    private static func key(_ random: inout SeededGenerator) -> String {
        // Not a name before an equals sign, which is another fault.
        "A"
            + String(
                (0..<Int.random(in: 4...60, using: &random)).map { _ in
                    letters.randomElement(using: &random) ?? "a"
                }
            ).replacingNames
    }

    private func refusal(_ text: String) -> String? {
        do {
            _ = try reader.read(Array(text.utf8))
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("whatever surrounds a key is removed, in a file as in a variable", arguments: 0..<200)
    func surrounded(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let key = Self.key(&random)
        func some() -> String {
            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                Self.surroundings.randomElement(using: &random) ?? ""
            }.joined()
        }
        let text = some() + key + some()
        #expect(try reader.read(Array(text.utf8)).revealed == key)
        #expect(try reader.read(text).revealed == key)
    }

    @Test(
        "characters that no key has are refused by name, and the key is not repeated",
        arguments: 0..<200)
    func refused(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (first, second) = (Self.key(&random), Self.key(&random))
        for fault in Self.faults {
            let text = try #require(refusal(first + fault.text + second))
            #expect(text.contains(fault.word), "\(text)")
            #expect(text.hasPrefix("the key file '/k' "))
            #expect(!text.contains(first.suffix(5)) && !text.contains(second.suffix(5)))
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F })
        }
    }

    @Test("a line of a file of variables is recognized as one, and names the variable")
    func variable() throws {
        for text in ["GEMINI_API_KEY=AIza-1", "export GOOGLE_API_KEY=AIza-1\n", "KEY=AIza-1"] {
            let found = try #require(refusal(text))
            #expect(found.contains("="))
            #expect(!found.contains("AIza"))
        }
        #expect(refusal("GEMINI_API_KEY=AIza-1")?.contains("'GEMINI_API_KEY='") == true)
    }

    @Test("an empty file and text in another encoding are reported as such")
    func encodings() {
        #expect(refusal("")?.contains("is empty") == true)
        #expect(refusal("\r\n \u{FEFF}")?.contains("is empty") == true)
        for (bytes, word) in [
            ([0xFF, 0xFE, 0x41, 0x00] as [UInt8], "UTF-16"), ([0xFE, 0xFF, 0x00, 0x41], "UTF-16"),
            ([0x41, 0xE9, 0x42], "UTF-8"),
        ] {
            do {
                _ = try reader.read(bytes)
                Issue.record("\(bytes) was accepted")
            } catch {
                #expect(error.description.contains(word))
            }
        }
    }
}

extension String {
    /// Without an equals sign except at the end, like keys and tokens.
    fileprivate var replacingNames: String { String(filter { $0 != "=" }) + "==" }
}
