internal import Configuration
internal import Tools
internal import WireCodec

extension TemplatePiece {
    /// Finds the arguments in the texts of a request.
    static func parse(_ pieces: [SecretText.Piece]) -> [TemplatePiece] {
        pieces.flatMap { piece -> [TemplatePiece] in
            switch piece {
            case .secret(let name): [.secret(name)]
            case .text(let text): parse(text)
            }
        }
    }
}

/// How a value is escaped in its place.
enum Escape: Sendable, Equatable {
    /// The host of an address; only a host's name is allowed.
    case host
    /// A part of a path; it cannot become several, nor lead upwards.
    case path
    /// The query of an address, and a form.
    case query
    /// A header's value.
    case header
    /// Within a text of JSON.
    case jsonText
    /// As a value of JSON.
    case jsonValue
    /// Within XML or HTML.
    case markup
    case plain

    /// An argument in this place.
    func write(_ name: String, _ arguments: ToolArguments) throws(ToolFailure) -> String {
        let text = arguments.text(name)
        switch self {
        case .host:
            guard WebAddress.place(text[...]).map({ $0.port == nil }) ?? false else {
                throw ToolFailure("nothing was done: \(name) is no host's name")
            }
            return text
        case .path:
            let parts = text.split(omittingEmptySubsequences: false) { "/\\".contains($0) }
            guard !parts.contains(".."), !parts.contains("."), !text.isEmpty else {
                throw ToolFailure(
                    "nothing was done: \(name) must neither be empty nor have a part that is . or .."
                )
            }
        case .header:
            guard text.unicodeScalars.allSatisfy({ $0 >= " " && $0 != "\u{7F}" }) else {
                throw ToolFailure(
                    "nothing was done: \(name) must not hold line ends or control characters")
            }
        case .jsonValue: return arguments.jsonValue(name)
        case .query, .jsonText, .markup, .plain: break
        }
        return write(text)
    }

    /// A secret in this place; it is the owner's, and may be several parts of a path.
    func write(_ secret: Secret) -> String {
        switch self {
        case .path: PercentEncoding.encode(secret.revealed, keeping: "/")
        case .jsonValue: JSONValue.string(secret.revealed).serialized
        case .host, .query, .header, .jsonText, .markup, .plain: write(secret.revealed)
        }
    }

    private func write(_ text: String) -> String {
        switch self {
        case .host, .header, .plain: text
        case .path, .query: PercentEncoding.encode(text)
        case .jsonText: String(JSONValue.string(text).serialized.dropFirst().dropLast())
        case .jsonValue: JSONValue.string(text).serialized
        case .markup: Self.markup(text)
        }
    }

    private static func markup(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
    }
}
