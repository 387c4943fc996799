/// Reads the four kinds of TOML strings.
struct TOMLStringReader {
    var scanner: TOMLScanner

    mutating func string() throws(Diagnostic) -> String {
        let start = scanner.position
        if scanner.take("\"\"\"") { return try lines("\"", hasEscapes: true, start) }
        if scanner.take("'''") { return try lines("'", hasEscapes: false, start) }
        let isBasic = scanner.next == "\""
        let mark: Unicode.Scalar = isBasic ? "\"" : "'"
        scanner.advance()
        var text = ""
        while scanner.next != mark {
            guard !scanner.isAtLineEnd, let next = scanner.next else {
                throw Diagnostic(start, "the string's closing \(mark) is missing on its line")
            }
            try scanner.checkControl()
            if isBasic, next == "\\" {
                try escape(into: &text)
            } else {
                text.unicodeScalars.append(next)
                scanner.advance()
            }
        }
        scanner.advance()
        return text
    }

    /// A string of several lines, after its three opening marks.
    private mutating func lines(
        _ mark: Unicode.Scalar, hasEscapes: Bool, _ start: Position
    ) throws(Diagnostic) -> String {
        // After a mistake it continues, or the closing marks would be taken for opening ones.
        var mistake: Diagnostic?
        // A line end right after the marks does not count.
        if !scanner.isAtEnd, scanner.isAtLineEnd { scanner.advance(scanner.next == "\r" ? 2 : 1) }
        var text = ""
        while true {
            guard let next = scanner.next else {
                throw Diagnostic(start, "the string's closing \(mark)\(mark)\(mark) is missing")
            }
            if next == mark, scanner.peek(1) == mark, scanner.peek(2) == mark {
                // Up to two marks may come right before the closing ones.
                for _ in 0..<2 where scanner.peek(3) == mark {
                    text.unicodeScalars.append(mark)
                    scanner.advance()
                }
                scanner.advance(3)
                if let mistake { throw mistake }
                return text
            }
            do throws(Diagnostic) {
                try step(next, hasEscapes: hasEscapes, into: &text)
            } catch {
                mistake = mistake ?? error
                if scanner.next == next { scanner.advance() }
            }
        }
    }

    /// Takes one character of a string of several lines, or an escape for one.
    private mutating func step(
        _ next: Unicode.Scalar, hasEscapes: Bool, into text: inout String
    ) throws(Diagnostic) {
        if hasEscapes, next == "\\" {
            try escapeOrFold(into: &text)
        } else if scanner.isAtLineEnd {
            text.append("\n")
            scanner.advance(next == "\r" ? 2 : 1)
        } else {
            try scanner.checkControl()
            text.unicodeScalars.append(next)
            scanner.advance()
        }
    }

    /// A backslash before a line end removes all white space up to the next text.
    private mutating func escapeOrFold(into text: inout String) throws(Diagnostic) {
        var ahead = scanner
        ahead.advance()
        ahead.skipBlanks()
        guard ahead.isAtLineEnd, !ahead.isAtEnd else { return try escape(into: &text) }
        scanner = ahead
        while let next = scanner.next,
            next == " " || next == "\t" || scanner.isAtLineEnd
        {
            scanner.advance(next == "\r" ? 2 : 1)
        }
    }

    private mutating func escape(into text: inout String) throws(Diagnostic) {
        let start = scanner.position
        scanner.advance()
        let kind = scanner.next
        scanner.advance()
        switch kind {
        case "b": text.append("\u{8}")
        case "t": text.append("\t")
        case "n": text.append("\n")
        case "f": text.append("\u{c}")
        case "r": text.append("\r")
        case "\"": text.append("\"")
        case "\\": text.append("\\")
        case "u": text.unicodeScalars.append(try scalar(digits: 4, start))
        case "U": text.unicodeScalars.append(try scalar(digits: 8, start))
        default:
            throw Diagnostic(
                start, "an unknown escape; for a backslash write \\\\, or quote with '…'")
        }
    }

    private mutating func scalar(
        digits: Int, _ start: Position
    ) throws(Diagnostic) -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let next = scanner.next, next.isASCII,
                let digit = Character(next).hexDigitValue
            else {
                throw Diagnostic(start, "\\u needs four and \\U eight hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            scanner.advance()
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw Diagnostic(start, "an escape that is not a character")
        }
        return scalar
    }
}
