/// Removes secrets from a text or a value before others see it.
///
/// A server that repeats a request's headers in its answer would otherwise pass them to the model,
/// the log and the user. It finds the secrets themselves, byte by byte, and their spellings in an
/// address, in a form and in JSON.
package struct HiddenSecrets: Sendable {
    /// Shorter secrets (characters) would remove half of an answer, and hiding them protects
    /// nothing.
    package static let shortest = 4
    private static let mark = "(hidden)"

    private let patterns: [BytePattern]

    /// Hides these secrets.
    package init(_ secrets: some Sequence<Secret>) {
        var spellings: Set<String> = []
        for secret in secrets where secret.revealed.count >= Self.shortest {
            let text = secret.revealed
            let inJSON = String(JSONValue.string(text).serialized.dropFirst().dropLast())
            let inAddress = [
                PercentEncoding.encode(text), PercentEncoding.encode(text, keeping: "/"),
            ]
            spellings.formUnion([text, inJSON, inJSON.replacing("/", with: "\\/"), inJSON.inASCII])
            spellings.formUnion(inAddress)
            spellings.formUnion(inAddress.map { $0.replacing("%20", with: "+") })
            spellings.formUnion(inAddress.map(\.withSmallPercents))
        }
        patterns = spellings.sorted().map { BytePattern(Array($0.utf8)) }
    }

    /// A text without the secrets.
    package func hide(in text: String) -> String {
        guard !patterns.isEmpty else { return text }
        let bytes = Array(text.utf8)
        let found = patterns.flatMap { $0.ranges(in: bytes) }.sorted {
            $0.lowerBound < $1.lowerBound
        }
        guard !found.isEmpty else { return text }
        var hidden: [UInt8] = []
        var end = 0
        for range in found {
            // Overlapping matches are hidden as one.
            if range.lowerBound >= end {
                hidden += bytes[end..<range.lowerBound]
                hidden += Array(Self.mark.utf8)
            }
            end = max(end, range.upperBound)
        }
        hidden += bytes[end...]
        return String(decoding: hidden, as: UTF8.self)
    }

    /// A value without the secrets, in names, texts and numbers.
    package func hide(in value: JSONValue) -> JSONValue {
        guard !patterns.isEmpty else { return value }
        switch value {
        case .null, .bool: return value
        case .int, .double:
            let text = value.serialized
            let hidden = hide(in: text)
            return hidden == text ? value : .string(hidden)
        case .string(let text): return .string(hide(in: text))
        case .array(let values): return .array(values.map { hide(in: $0) })
        case .object(let members):
            // Two names may be equal now; the last counts.
            var hidden = JSONObject()
            for (name, value) in members { hidden[hide(in: name)] = hide(in: value) }
            return .object(hidden)
        }
    }
}

extension String {
    /// A JSON text in the spelling of writers that escape everything outside ASCII.
    fileprivate var inASCII: String {
        utf16.map { unit in
            guard unit >= 0x80 else { return String(Unicode.Scalar(UInt8(unit))) }
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    /// An address whose `%XX` are written `%xx`.
    fileprivate var withSmallPercents: String {
        var left = 0
        return String(
            map { character in
                if character == "%" { left = 3 }
                defer { left -= 1 }
                return left > 0 ? Character(character.lowercased()) : character
            })
    }
}
