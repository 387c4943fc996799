/// Takes secrets out of what comes back from a place that was given them.
///
/// A server that repeats a request's headers in its answer would otherwise tell the model, the log
/// and the user what is in them. Found are the secrets themselves and their spellings in an
/// address and in JSON.
package struct HiddenSecrets: Sendable {
    /// Shorter ones (characters) would take half of an answer with them, and protect nothing.
    private static let shortest = 4
    private static let mark = "(hidden)"

    private let spellings: [String]

    /// What must not be seen.
    package init(_ secrets: some Sequence<Secret>) {
        var spellings: Set<String> = []
        for secret in secrets where secret.revealed.count >= Self.shortest {
            let text = secret.revealed
            spellings.insert(text)
            spellings.insert(PercentEncoding.encode(text))
            spellings.insert(PercentEncoding.encode(text, keeping: "/"))
            spellings.insert(String(JSONValue.string(text).serialized.dropFirst().dropLast()))
        }
        // A secret that is a part of another is hidden after it.
        self.spellings = spellings.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// A text without them.
    package func hide(in text: String) -> String {
        spellings.reduce(text) { text, secret in
            text.utf8.count < secret.utf8.count ? text : text.replacing(secret, with: Self.mark)
        }
    }

    /// A value without them, in names and texts.
    package func hide(in value: JSONValue) -> JSONValue {
        guard !spellings.isEmpty else { return value }
        switch value {
        case .null, .bool, .int, .double: return value
        case .string(let text): return .string(hide(in: text))
        case .array(let values): return .array(values.map { hide(in: $0) })
        case .object(let members):
            // Two names may be one now; the last counts.
            var hidden = JSONObject()
            for (name, value) in members { hidden[hide(in: name)] = hide(in: value) }
            return .object(hidden)
        }
    }
}

/// The spelling of any text within an address (RFC 3986, section 2.1).
package enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Everything but letters, digits, `-._~` and the characters of `kept` becomes `%XX`.
    package static func encode(_ text: String, keeping kept: String = "") -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) || kept.utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}
