internal import WireCodec

/// A piece of a template.
///
/// `{name}` is an argument if the name is a plain word, and `{{name}}` stands for `{name}` itself;
/// all other braces, of which JSON has many, stand for themselves.
package enum TemplatePiece: Sendable, Equatable {
    case text(String)
    case argument(String)
    /// The name of a secret; `parse` never returns one.
    case secret(String)

    /// Finds the arguments in a text.
    package static func parse(_ text: String) -> [TemplatePiece] {
        var pieces: [TemplatePiece] = []
        var plain = ""
        var rest = Substring(text)
        while let character = rest.first {
            if rest.hasPrefix("{{"), let word = word(in: rest.dropFirst(2), closedBy: "}}") {
                plain += "{\(word)}"
                rest.removeFirst(word.count + 4)
            } else if character == "{", let word = word(in: rest.dropFirst(), closedBy: "}") {
                if !plain.isEmpty { pieces.append(.text(plain)) }
                plain = ""
                pieces.append(.argument(String(word)))
                rest.removeFirst(word.count + 2)
            } else {
                plain.append(character)
                rest.removeFirst()
            }
        }
        return plain.isEmpty ? pieces : pieces + [.text(plain)]
    }

    /// The word at the start of a text that is followed by `end`.
    private static func word(in text: Substring, closedBy end: String) -> Substring? {
        let word = text.prefix { character in
            character.isASCII
                && (character.isLetter || character.isNumber || "_:.-".contains(character))
        }
        let isWord = word.first.map { $0.isLetter || $0 == "_" } ?? false
        return isWord && text[word.endIndex...].hasPrefix(end) ? word : nil
    }
}

extension [TemplatePiece] {
    /// For each piece of a JSON template, whether it is within a text, in quotes.
    ///
    /// Arguments there are parts of the text; all others are values.
    package var areInJSONTexts: [Bool] {
        var isQuoted = false
        return map { piece in
            defer {
                if case .text(let text) = piece {
                    var isEscaped = false
                    for byte in text.utf8 {
                        if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
                        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                    }
                }
            }
            return isQuoted
        }
    }
}

extension ToolArguments {
    /// The argument in the form it has within a JSON text, between its quotes.
    package func jsonText(_ name: String) -> String {
        String(JSONValue.string(text(name)).serialized.dropFirst().dropLast())
    }

    /// The argument as a JSON value.
    package func jsonValue(_ name: String) -> String { (self[name] ?? .null).serialized }
}
