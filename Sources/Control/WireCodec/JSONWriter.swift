extension JSONValue {
    /// The value as JSON text, without blanks.
    package var serialized: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the value as JSON text, without blanks.
    package func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let bool): bytes.append(contentsOf: (bool ? "true" : "false").utf8)
        case .int(let number): bytes.append(contentsOf: String(number).utf8)
        case .double(let number): bytes.append(contentsOf: Self.text(of: number).utf8)
        case .string(let text): Self.append(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Appends a string with its quotation marks and escapes.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                let hexadecimal = String(byte, radix: 16)
                bytes.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(hexadecimal)".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// JSON has neither infinities nor "not a number"; they are written as null.
    private static func text(of number: Double) -> String {
        guard number.isFinite else { return "null" }
        guard let whole = Int64(exactly: number), abs(number) < 1e15 else { return "\(number)" }
        return String(whole)
    }
}

extension JSONValue {
    /// The value as indented text in the Live service's style: two blanks per level.
    package func prettyText(indent: String = "") -> String {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            let inner = elements.map { "\(indent)  \($0.prettyText(indent: indent + "  "))" }
            return "[\n\(inner.joined(separator: ",\n"))\n\(indent)]"
        case .object(let object) where !object.isEmpty:
            let inner = object.members.map { member in
                "\(indent)  \(JSONValue.string(member.key).serialized): "
                    + member.value.prettyText(indent: indent + "  ")
            }
            return "{\n\(inner.joined(separator: ",\n"))\n\(indent)}"
        case .null, .bool, .int, .double, .string, .array, .object: return serialized
        }
    }
}
