internal import ModelTypes
internal import Tools

/// An argument list with places for arguments: `["/usr/bin/brightness", "--level={level}"]`.
///
/// `{name}` stands for an argument anywhere except in the program's own place; `{{` and `}}` stand
/// for braces. The words stay separate whatever the values hold, as no shell reads them. A value
/// that would begin a word with `-` is refused, since a program would take it for an option, unless
/// a `--` precedes it in the template.
struct CommandTemplate: Sendable {
    private enum Piece: Equatable {
        case text(String)
        case argument(String)
    }

    /// Words longer than this (bytes) are refused; the kernel's own limit is 128 KiB.
    static let maximumWordBytes = 32 * 1024

    private let words: [[Piece]]
    /// Words after this one may begin with `-`.
    private let optionsEnd: Int

    /// Reads a template; every name must be a required property of a plain type.
    init(_ words: [String], schema: Schema) throws(TemplateError) {
        guard let program = words.first, !program.isEmpty else { throw TemplateError.noProgram }
        var parsed: [[Piece]] = []
        for word in words {
            guard !word.utf8.contains(0) else { throw TemplateError.zeroByte }
            parsed.append(try Self.parse(word))
        }
        for case .argument(let name) in parsed[0] { throw TemplateError.programArgument(name) }
        for case .argument(let name) in parsed.joined() {
            try schema.checkPlace(of: name)
        }
        self.words = parsed
        optionsEnd = words.firstIndex(of: "--") ?? words.count
    }

    /// The words for a call.
    func fill(_ arguments: ToolArguments) throws(ToolFailure) -> [String] {
        var filled: [String] = []
        for (index, word) in words.enumerated() {
            filled.append(try fill(word, mayBeOption: index > optionsEnd, arguments))
        }
        return filled
    }

    private func fill(
        _ word: [Piece], mayBeOption: Bool, _ arguments: ToolArguments
    ) throws(ToolFailure) -> String {
        var filled = ""
        for piece in word {
            switch piece {
            case .text(let text):
                filled += text
            case .argument(let name):
                let value = arguments.text(name)
                guard !value.utf8.contains(0) else {
                    throw ToolFailure("nothing was done: \(name) holds a zero character")
                }
                if filled.isEmpty, value.utf8.first == UInt8(ascii: "-"), !mayBeOption {
                    throw ToolFailure("nothing was done: \(name) must not begin with -")
                }
                filled += value
            }
        }
        guard filled.utf8.count <= Self.maximumWordBytes else {
            throw ToolFailure("nothing was done: the arguments are too long")
        }
        return filled
    }

    private static func parse(_ word: String) throws(TemplateError) -> [Piece] {
        var pieces: [Piece] = []
        var text = ""
        var rest = Substring(word)
        while let character = rest.popFirst() {
            switch character {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                text.append(character)
            case "{":
                guard let end = rest.firstIndex(of: "}") else { throw TemplateError.brace(word) }
                if !text.isEmpty { pieces.append(.text(text)) }
                text = ""
                pieces.append(.argument(String(rest[..<end])))
                rest = rest[rest.index(after: end)...]
            case "}":
                throw TemplateError.brace(word)
            default:
                text.append(character)
            }
        }
        return text.isEmpty ? pieces : pieces + [.text(text)]
    }
}
