/// What is wrong with a JSON text, and where (bytes from its start).
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was found or is missing.
    package let reason: String
    /// The offset at which it was noticed.
    package let offset: Int

    package var description: String { "\(reason) at byte \(offset)" }
}

extension JSONValue {
    /// The nesting limit of arrays and objects; a deeper text is an attack, not a message.
    package static let depthLimit = 64
    /// The longest text that is read (bytes).
    package static let sizeLimitBytes = 16 << 20

    /// Reads a whole JSON text (RFC 8259, UTF-8), strictly.
    ///
    /// If several members have the same name, the last counts, as in protobuf's reader.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }

    /// Reads a whole JSON text of a far end, which must not be lost because one part of it cannot
    /// be represented: that part becomes null, see `ForeignJSON`.
    package init(foreign bytes: [UInt8]) throws(JSONError) {
        self = try ForeignJSON(bytes).value
    }

    /// Reads a whole JSON text.
    package init(parsing text: String) throws(JSONError) {
        self = try JSONValue(parsing: Array(text.utf8))
    }
}

/// A recursive-descent reader over bytes.
struct JSONParser {
    private let bytes: [UInt8]
    private var offset = 0
    private var depth = 0
    /// Whether parts that cannot be represented become null and are listed in `faults`.
    var isForeign = false
    private(set) var faults: [ForeignJSON.Fault] = []
    /// The path to the value that is being read; kept for foreign texts only.
    private var place: [String] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSONValue {
        guard bytes.count <= JSONValue.sizeLimitBytes else {
            throw JSONError(
                reason: "text longer than \(JSONValue.sizeLimitBytes) bytes", offset: 0)
        }
        skipBlanks()
        let value = try value()
        skipBlanks()
        guard offset == bytes.count else { throw error("text after the value") }
        return value
    }

    private func error(_ reason: String) -> JSONError { JSONError(reason: reason, offset: offset) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            offset += 1
        }
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        guard let first = next else { throw error("the text ends where a value is expected") }
        switch first {
        case UInt8(ascii: "{"):
            return try nested { parser throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("an invalid value")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        depth += 1
        guard depth <= JSONValue.depthLimit else {
            guard isForeign else { throw error("nested too deep") }
            try skipPart()
            note("nested too deep")
            depth -= 1
            return .null
        }
        offset += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    /// A value at a place within the one that is being read.
    private mutating func value(
        at part: @autoclosure () -> String
    ) throws(JSONError) -> JSONValue {
        guard isForeign else { return try value() }
        place.append(part())
        let value = try value()
        place.removeLast()
        return value
    }

    private mutating func note(_ reason: String) {
        guard faults.count < ForeignJSON.faultLimit else { return }
        faults.append(ForeignJSON.Fault(place: place, reason: reason))
    }

    /// Skips an object or array by its brackets, however deep.
    private mutating func skipPart() throws(JSONError) {
        var open = 0
        repeat {
            switch next {
            case nil: throw error("the text ends within a value")
            case UInt8(ascii: "\"")?: _ = try string()
            case UInt8(ascii: "{")?, UInt8(ascii: "[")?:
                open += 1
                offset += 1
            case UInt8(ascii: "}")?, UInt8(ascii: "]")?:
                open -= 1
                offset += 1
            default: offset += 1
            }
        } while open > 0
    }

    private mutating func literal(
        _ text: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for byte in text.description.utf8 {
            guard next == byte else { throw error("an invalid value") }
            offset += 1
        }
        return value
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var object = JSONObject()
        skipBlanks()
        if next == UInt8(ascii: "}") {
            offset += 1
            return .object(object)
        }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw error("a member's name is expected") }
            let name = try string()
            skipBlanks()
            guard next == UInt8(ascii: ":") else { throw error("a ':' is expected") }
            offset += 1
            skipBlanks()
            object[name] = try value(at: name)
            skipBlanks()
            switch next {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "}"):
                offset += 1
                return .object(object)
            default: throw error("a ',' or '}' is expected")
            }
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipBlanks()
        if next == UInt8(ascii: "]") {
            offset += 1
            return .array([])
        }
        while true {
            skipBlanks()
            elements.append(try value(at: String(elements.count)))
            skipBlanks()
            switch next {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "]"):
                offset += 1
                return .array(elements)
            default: throw error("a ',' or ']' is expected")
            }
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        var isWhole = true
        if next == UInt8(ascii: "-") { offset += 1 }
        if next == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            offset += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, let number = Int64(text) { return .int(number) }
        if let number = Double(text), number.isFinite { return .double(number) }
        guard isForeign else { throw error("a number too large") }
        note("a number too large")
        return .null
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            offset += 1
        }
        guard offset > start else { throw error("a digit is expected") }
    }
}

extension JSONParser {
    fileprivate mutating func string() throws(JSONError) -> String {
        offset += 1
        let start = offset
        var isPlain = true
        // Most strings have no escapes and are copied unchanged.
        while let byte = next, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                offset += 1
            } else if byte < 0x20 {
                throw error("a control character in a string")
            }
            offset += 1
        }
        guard offset < bytes.count else { throw error("the text ends within a string") }
        let end = offset
        offset += 1
        let contents = isPlain ? Array(bytes[start..<end]) : try unescaped(from: start, to: end)
        guard let text = String(validating: contents, as: UTF8.self) else {
            throw JSONError(reason: "a string that is not UTF-8", offset: start)
        }
        return text
    }

    private func unescaped(from start: Int, to end: Int) throws(JSONError) -> [UInt8] {
        var contents: [UInt8] = []
        contents.reserveCapacity(end - start)
        var index = start
        while index < end {
            guard bytes[index] == UInt8(ascii: "\\") else {
                contents.append(bytes[index])
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): contents.append(escape)
            case UInt8(ascii: "b"): contents.append(0x08)
            case UInt8(ascii: "f"): contents.append(0x0C)
            case UInt8(ascii: "n"): contents.append(0x0A)
            case UInt8(ascii: "r"): contents.append(0x0D)
            case UInt8(ascii: "t"): contents.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try scalar(at: &index, before: end)
                contents.append(contentsOf: String(Character(scalar)).utf8)
            default: throw JSONError(reason: "an unknown escape", offset: index - 2)
            }
        }
        return contents
    }

    /// The scalar of one `\u` escape, or of the two escapes of a surrogate pair.
    private func scalar(at index: inout Int, before end: Int) throws(JSONError) -> Unicode.Scalar {
        let start = index - 2
        let high = try hexadecimal(at: &index, before: end)
        if let scalar = Unicode.Scalar(high) { return scalar }
        let behind = index
        if high < 0xDC00, index + 2 <= end, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            index += 2
            let low = try hexadecimal(at: &index, before: end)
            if (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            {
                return scalar
            }
        }
        guard isForeign else { throw JSONError(reason: "half a surrogate pair", offset: start) }
        index = behind
        return "\u{FFFD}"
    }

    private func hexadecimal(at index: inout Int, before end: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        guard index + 4 <= end else { throw JSONError(reason: "an incomplete \\u", offset: index) }
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else {
                throw JSONError(reason: "not a hexadecimal digit", offset: index)
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
