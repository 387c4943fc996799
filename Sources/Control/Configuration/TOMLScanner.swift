/// A cursor over the characters of a TOML document that knows line and column.
struct TOMLScanner {
    private let file: String
    private let characters: [Unicode.Scalar]
    private(set) var offset = 0
    private var line = 1
    private var lineStart = 0

    init(text: String, file: String) {
        self.file = file
        // Some editors begin a file with a mark that says that it is UTF-8.
        let hasMark = text.unicodeScalars.first == "\u{FEFF}"
        characters = Array(text.unicodeScalars.dropFirst(hasMark ? 1 : 0))
    }

    var position: Position { Position(file: file, line: line, column: offset - lineStart + 1) }

    var next: Unicode.Scalar? { offset < characters.count ? characters[offset] : nil }

    func peek(_ ahead: Int) -> Unicode.Scalar? {
        offset + ahead < characters.count ? characters[offset + ahead] : nil
    }

    var isAtEnd: Bool { offset >= characters.count }

    /// Whether a line ends here.
    var isAtLineEnd: Bool { isAtEnd || next == "\n" || (next == "\r" && peek(1) == "\n") }

    mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where offset < characters.count {
            let isLineFeed = characters[offset] == "\n"
            offset += 1
            if isLineFeed {
                line += 1
                lineStart = offset
            }
        }
    }

    mutating func take(_ text: String) -> Bool {
        for (index, scalar) in text.unicodeScalars.enumerated() where peek(index) != scalar {
            return false
        }
        advance(text.unicodeScalars.count)
        return true
    }

    mutating func skipBlanks() {
        while next == " " || next == "\t" { advance() }
    }

    /// Skips blanks and a comment, up to the line's end.
    mutating func skipToLineEnd() throws(Diagnostic) {
        skipBlanks()
        guard next == "#" else { return }
        while !isAtLineEnd {
            try checkControl()
            advance()
        }
    }

    /// Skips blanks, comments and line ends.
    mutating func skipAll() throws(Diagnostic) {
        while true {
            try skipToLineEnd()
            guard !isAtEnd, isAtLineEnd else { return }
            advance(next == "\r" ? 2 : 1)
        }
    }

    /// Gives up the rest of the line, after a mistake in it.
    mutating func skipLine() {
        while !isAtLineEnd { advance() }
        if !isAtEnd { advance(next == "\r" ? 2 : 1) }
    }

    func checkControl() throws(Diagnostic) {
        guard let next, (next.value < 0x20 && next != "\t") || next.value == 0x7F else { return }
        let digits = String(next.value, radix: 16, uppercase: true)
        throw Diagnostic(
            position,
            "a control character (U+\(String(repeating: "0", count: 4 - digits.count))"
                + "\(digits))")
    }
}
