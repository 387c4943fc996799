import AllToolKinds
import Testing

@testable import Configuration

/// Documents with random changes: no crash and no wrong place.
struct MutationTests {
    private static let marks = Array("[]{}\"'=.,#\\\n\r\t -+_019aé🐦\u{0}\u{7F}".unicodeScalars)

    /// A document with some of its characters changed, inserted, or removed.
    private static func mutated(
        _ original: [Unicode.Scalar], _ random: inout Xorshift
    ) -> String {
        var text = original
        for _ in 0..<(1 + random.below(8)) {
            let index = random.below(text.count)
            let mark = marks[random.below(marks.count)]
            switch random.below(5) {
            case 0: text[index] = mark
            case 1: text.insert(mark, at: index)
            case 2: text.remove(at: index)
            case 3: text.insert(contentsOf: text[index...].prefix(random.below(40)), at: index)
            default: text.removeSubrange(index..<min(text.count, index + random.below(40)))
            }
            if text.isEmpty { text = original }
        }
        return String(String.UnicodeScalarView(text))
    }

    /// Checks that every mistake names a place within the document, which may be just behind a
    /// line's end.
    private static func expectPlaces(
        _ diagnostics: [Diagnostic], in document: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let lines = document.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for mistake in diagnostics {
            guard let place = mistake.position else {
                Issue.record("\(mistake) has no place", sourceLocation: sourceLocation)
                continue
            }
            let isInside =
                place.file == "t" && lines.indices.contains(place.line - 1)
                && (1...(lines[place.line - 1].count + 1)).contains(place.column)
            #expect(isInside, "\(mistake) in \(document)", sourceLocation: sourceLocation)
        }
    }

    @Test("any change of a document leaves the parser with places inside it")
    func parser() {
        var random = Xorshift(state: 0x9E37_79B9)
        let shipped = Array(SettingsFile.template().unicodeScalars)
        var refused = 0
        for _ in 0..<500 {
            // A window, so that mutations hit much of a short document.
            let start = random.below(shipped.count - 400)
            let document = Self.mutated(Array(shipped[start..<(start + 400)]), &random)
            let diagnostics = TOMLParser.parse(document, file: "t").diagnostics
            refused += diagnostics.isEmpty ? 0 : 1
            Self.expectPlaces(diagnostics, in: document)
        }
        // Otherwise the mutations would prove nothing.
        #expect(refused > 100)
    }

    @Test("any change of the shipped file leaves settings, or mistakes with places inside it")
    func settings() {
        var random = Xorshift(state: 0x2545_F491)
        // Its tools are comments; as settings they have more to go wrong.
        let template = SettingsFile.template().replacing("# [[", with: "[[")
            .replacing("\n# name", with: "\nname").replacing("\n# argv", with: "\nargv")
            .replacing("\n# description", with: "\ndescription")
            .replacing("\n# parameters", with: "\nparameters").replacing("\n# line", with: "\nline")
        let shipped = Array(template.unicodeScalars)
        var refused = 0
        for _ in 0..<150 {
            let document = Self.mutated(shipped, &random)
            do throws(ConfigurationErrors) {
                let settings = try SettingsFile.settings(from: [("t", document)])
                #expect(settings.files == ["t"])
            } catch {
                refused += 1
                #expect(!error.diagnostics.isEmpty)
                Self.expectPlaces(error.diagnostics, in: document)
            }
        }
        #expect(refused > 50)
    }

    @Test("a document that ends anywhere leaves the parser with places inside it")
    func truncation() {
        let document = Array(
            """
            top = "\\u00e9" # é
            [a."b c"]
            x = ['one', \"\"\"two\\
               three\"\"\", '''four'''] # five
            y = { z = -1_0.5e+3, w.v = [0x1F, true,] }
            [[t]]\r
            d = inf
            """.unicodeScalars)
        #expect(TOMLReading(String(String.UnicodeScalarView(document))).mistakes.isEmpty)
        for end in document.indices {
            let text = String(String.UnicodeScalarView(document[..<end]))
            Self.expectPlaces(TOMLParser.parse(text, file: "t").diagnostics, in: text)
        }
    }
}

/// A small generator, so that a failure can be repeated.
struct Xorshift {
    var state: UInt64

    /// A number from 0 up to but not including `limit`, which is more than 0.
    mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }
}
