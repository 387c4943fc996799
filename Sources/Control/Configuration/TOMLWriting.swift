// Values as TOML writes them.

extension String {
    /// Longer texts (characters) are written over several lines.
    private static let lineLength = 80

    /// The text as TOML writes it; a long one, or one of several lines, over several lines.
    package var toml: String {
        let scalars = unicodeScalars
        guard scalars.count > Self.lineLength || scalars.contains("\n") else { return inlineTOML }
        // The first line end after the marks is not part of the text.
        var text = "\"\"\"\n"
        var column = 0
        var previous: Unicode.Scalar?
        for scalar in scalars {
            let isBlank = scalar == " " || scalar == "\t" || scalar == "\n"
            if column >= Self.lineLength, previous == " ", !isBlank {
                // A backslash removes the line end, and blanks after it, if there were any.
                text += "\\\n"
                column = 0
            }
            text += scalar == "\n" ? "\n" : scalar.escaped
            column = scalar == "\n" ? 0 : column + 1
            previous = scalar
        }
        return text + "\"\"\""
    }

    /// The text on one line.
    package var inlineTOML: String { "\"" + unicodeScalars.map(\.escaped).joined() + "\"" }
}

extension Unicode.Scalar {
    fileprivate var escaped: String {
        switch self {
        case "\\": return "\\\\"
        case "\"": return "\\\""
        case "\t": return "\\t"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\u{0}"..<" ", "\u{7F}":
            let digits = String(value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: return String(self)
        }
    }
}

extension TOMLValue {
    /// Texts as an array on one line.
    package static func list(_ texts: [String]) -> String {
        "[\(texts.map(\.inlineTOML).joined(separator: ", "))]"
    }

    /// The value on one line.
    var inlineTOML: String {
        switch self {
        case .string(let text): text.inlineTOML
        case .integer(let number): "\(number)"
        case .float(let number): number.toml
        case .boolean(let bool): bool.toml
        case .array(let nodes): "[\(nodes.map(\.value.inlineTOML).joined(separator: ", "))]"
        case .table(let table): table.members.isEmpty ? "{}" : "{ \(table.inlineMembers) }"
        }
    }
}

extension TOMLTable {
    fileprivate var inlineMembers: String {
        members.map { member in
            let isBare = !member.key.isEmpty && member.key.unicodeScalars.allSatisfy(\.isBareKey)
            let key = isBare ? member.key : member.key.inlineTOML
            return "\(key) = \(member.node.value.inlineTOML)"
        }.joined(separator: ", ")
    }
}
