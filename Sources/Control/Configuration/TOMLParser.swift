/// Reads TOML 1.0 with the place of every key and value.
///
/// It is our own because a wrong setting must be reported with line and column, and the Swift
/// library for TOML gives places for syntax errors only. Dates are refused, since no setting has
/// one. After a mistake it continues with the next line, so that all are reported at once.
package struct TOMLParser {
    /// A longer file is refused (bytes).
    package static let sizeLimitBytes = 1 << 20
    /// Deeper nesting is refused.
    static let depthLimit = 16
    /// After this number of mistakes the rest would be noise.
    static let diagnosticLimit = 50

    private var scanner: TOMLScanner
    private var root = TOMLTable()
    private var diagnostics: [Diagnostic] = []
    private var depth = 0
    /// The brackets that are open, outermost first: `]` for an array, `}` for a table.
    private var open: [Unicode.Scalar] = []
    /// The whole name of the setting that is being read, for its mistakes; nil between two.
    private var setting: String?

    /// Reads a document; the table holds what could be read in spite of mistakes.
    package static func parse(
        _ text: String, file: String
    ) -> (table: TOMLTable, diagnostics: [Diagnostic]) {
        var parser = TOMLParser(scanner: TOMLScanner(text: text, file: file))
        parser.document()
        return (parser.root, parser.diagnostics)
    }

    private init(scanner: TOMLScanner) { self.scanner = scanner }

    private mutating func document() {
        var path: [String] = []
        // A wrong header takes its settings with it, or each would be another mistake.
        var isSkipping = false
        while diagnostics.count < Self.diagnosticLimit {
            setting = nil
            do throws(Diagnostic) {
                try scanner.skipAll()
                if scanner.isAtEnd { return }
                if scanner.next == "[" {
                    isSkipping = true
                    path = try header()
                    isSkipping = false
                } else if isSkipping {
                    scanner.skipLine()
                    continue
                } else {
                    try assignment(in: path)
                }
                try endOfLine()
            } catch {
                diagnostics.append(named(error))
                skipStatement()
            }
        }
    }

    /// The mistake with the setting's name, which may be many lines before it.
    private func named(_ mistake: Diagnostic) -> Diagnostic {
        guard let setting else { return mistake }
        return Diagnostic(mistake.position, "\(mistake.message) (\(setting))")
    }

    /// Gives up the rest of a setting after a mistake in it, over several lines if it has them.
    private mutating func skipStatement() {
        let closing = open.last
        open = []
        let isBraceAtEnd = closing == "}" && scanner.isAtLineEnd
        scanner.skipLine()
        guard closing == "]" || isBraceAtEnd else { return }
        var ahead = self
        while !ahead.scanner.isAtEnd {
            ahead.scanner.skipBlanks()
            if ahead.scanner.next == closing {
                scanner = ahead.scanner
                return scanner.skipLine()
            }
            if ahead.scanner.next == "[", ahead.scanner.position.column == 1 { break }
            // Within braces every line looks like the next setting.
            if closing == "]", ahead.isAssignment() { break }
            ahead.scanner.skipLine()
            if closing == "]" { scanner = ahead.scanner }
        }
    }

    private func isAssignment() -> Bool {
        var trial = self
        guard (try? trial.dottedKey()) != nil else { return false }
        return trial.scanner.next == "="
    }

    private mutating func endOfLine() throws(Diagnostic) {
        try scanner.skipToLineEnd()
        guard scanner.isAtLineEnd else {
            throw Diagnostic(
                scanner.position, "text after the end of the line's setting\(remedy)")
        }
    }

    /// What to write instead of the text after a value.
    private var remedy: String {
        switch scanner.next {
        case "%": "; write the number without %"
        case "," where scanner.peek(1)?.properties.numericType != nil:
            "; a decimal number has a point: 8.5"
        case ";": "; a comment begins with #"
        case "/" where scanner.peek(1) == "/": "; a comment begins with #"
        default: ""
        }
    }

    // MARK: - Headers and assignments

    private mutating func header() throws(Diagnostic) -> [String] {
        let start = scanner.position
        let isArray = scanner.take("[[")
        if !isArray { scanner.advance() }
        let keys = try dottedKey()
        guard scanner.take(isArray ? "]]" : "]") else {
            throw Diagnostic(scanner.position, "a '\(isArray ? "]]" : "]")' is missing")
        }
        try Self.define(keys, isArray: isArray, at: start, in: &root)
        return keys.map(\.name)
    }

    private mutating func assignment(in path: [String]) throws(Diagnostic) {
        let keys = try dottedKey()
        setting = (path + keys.map(\.name)).map(shortened).joined(separator: ".")
        guard scanner.take("=") else {
            throw Diagnostic(scanner.position, "a '=' is expected after the key")
        }
        scanner.skipBlanks()
        let node = try value()
        // A value with text after it is half of something else: `80%`, `8,5`.
        try endOfLine()
        try Self.descend(path, in: &root) { table throws(Diagnostic) in
            try Self.assign(keys, node, in: &table)
        }
    }

    typealias Key = (name: String, position: Position)

    private mutating func dottedKey() throws(Diagnostic) -> [Key] {
        var keys: [Key] = []
        repeat {
            scanner.skipBlanks()
            let position = scanner.position
            keys.append((try key(), position))
            scanner.skipBlanks()
        } while scanner.take(".")
        guard keys.count <= Self.depthLimit else {
            throw Diagnostic(scanner.position, "a key of more than \(Self.depthLimit) parts")
        }
        return keys
    }

    private mutating func key() throws(Diagnostic) -> String {
        let start = scanner.position
        if scanner.next == "\"" || scanner.next == "'" {
            guard scanner.peek(1) != scanner.next || scanner.peek(2) != scanner.next else {
                throw Diagnostic(start, "a key cannot be a string of several lines")
            }
            return try string()
        }
        var name = ""
        while let next = scanner.next, next.isBareKey {
            name.unicodeScalars.append(next)
            scanner.advance()
        }
        guard !name.isEmpty else {
            throw Diagnostic(start, "a key is expected: letters, digits, '_' and '-', or a string")
        }
        return name
    }

    // MARK: - Values

    private mutating func value() throws(Diagnostic) -> TOMLNode {
        let start = scanner.position
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw Diagnostic(start, "nested too deep") }
        switch scanner.next {
        case "\"", "'": return TOMLNode(value: .string(try string()), position: start)
        case "[": return TOMLNode(value: .array(try array()), position: start)
        case "{": return TOMLNode(value: .table(try inlineTable()), position: start)
        default: return TOMLNode(value: try plain(), position: start)
        }
    }

    private mutating func array() throws(Diagnostic) -> [TOMLNode] {
        scanner.advance()
        open.append("]")
        var nodes: [TOMLNode] = []
        try scanner.skipAll()
        while !scanner.take("]") {
            nodes.append(try value())
            try scanner.skipAll()
            guard scanner.take(",") || scanner.next == "]" else {
                throw Diagnostic(scanner.position, "a ',' or ']' is expected in the array")
            }
            try scanner.skipAll()
        }
        open.removeLast()
        return nodes
    }

    private mutating func inlineTable() throws(Diagnostic) -> TOMLTable {
        scanner.advance()
        open.append("}")
        var table = TOMLTable()
        var isFirst = true
        try skipBlanksInTable()
        while !scanner.take("}") {
            if !isFirst {
                guard scanner.take(",") else {
                    throw Diagnostic(scanner.position, "a ',' or '}' is expected in the table")
                }
                try skipBlanksInTable()
            }
            isFirst = false
            let keys = try dottedKey()
            guard scanner.take("=") else {
                throw Diagnostic(scanner.position, "a '=' is expected after the key")
            }
            scanner.skipBlanks()
            try Self.assign(keys, try value(), in: &table)
            try skipBlanksInTable()
        }
        open.removeLast()
        table.isClosed = true
        table.isDefined = true
        return table
    }

    private mutating func skipBlanksInTable() throws(Diagnostic) {
        scanner.skipBlanks()
        guard scanner.isAtLineEnd || scanner.next == "#" else { return }
        throw Diagnostic(
            scanner.position, "a table in braces must end on its line; a longer one has a [header]")
    }

    private mutating func string() throws(Diagnostic) -> String {
        var reader = TOMLStringReader(scanner: scanner)
        // The place of a mistake is where the reader has stopped.
        defer { scanner = reader.scanner }
        return try reader.string()
    }

    private mutating func plain() throws(Diagnostic) -> TOMLValue {
        let start = scanner.position
        var text = ""
        while let next = scanner.next, next.isBareKey || next == "+" || next == "." || next == ":" {
            text.unicodeScalars.append(next)
            scanner.advance()
        }
        if let value = TOMLNumber.value(of: text) { return value }
        let name = setting?.split(separator: ".").last.map(String.init) ?? ""
        throw Diagnostic(
            start,
            TOMLComplaint.text(
                about: text, before: scanner.next, isSecret: Diagnostic.isSecret(name: name)))
    }
}

extension Unicode.Scalar {
    var isBareKey: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
