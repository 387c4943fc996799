internal import WireCodec

/// A key, PIN or token as people leave it in a file, a credential or a variable.
///
/// One reader for all three: it strips what surrounds a key, and refuses what no key contains
/// before it becomes a header. An error says what was found, never the key.
struct KeyText {
    /// A name before a key is no longer than this (bytes); longer text is part of the key.
    private static let nameLimit = 40

    /// What the user calls it: "key".
    let what: String
    /// Where it was found: "the key file '/etc/key'".
    let place: String

    /// The key alone, without the blanks, line ends and byte order mark around it.
    func read(_ bytes: [UInt8]) throws(CredentialError) -> Secret {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw refusal("is UTF-16 text; save it as plain text (UTF-8)")
        }
        guard let whole = String(validating: bytes, as: UTF8.self) else {
            throw refusal("is not UTF-8 text")
        }
        return try read(whole)
    }

    /// The same for the text of a variable.
    func read(_ whole: String) throws(CredentialError) -> Secret {
        let text = trimmed(whole)
        guard !text.isEmpty else { throw refusal("is empty") }
        if text.contains(where: \.isNewline) {
            throw refusal("has several lines")
        }
        if let name = name(before: text) {
            throw refusal("begins with '\(name)='; only what follows it is the \(what)")
        }
        if text.contains(where: { "\"'`“”‘’„«»".contains($0) }) {
            throw refusal("has quotes; leave them out")
        }
        for scalar in text.unicodeScalars where !(0x21...0x7E).contains(scalar.value) {
            if scalar.properties.isWhitespace { throw refusal("has a blank inside") }
            let number = String(scalar.value, radix: 16, uppercase: true)
            let kind = scalar.value < 0xA0 ? "the control character" : "the character"
            throw refusal("has \(kind) U+\(number), which no \(what) has")
        }
        return Secret(String(text))
    }

    private func refusal(_ found: String) -> CredentialError {
        CredentialError(
            description: "\(place) \(found): the \(what) alone belongs there, on one line")
    }

    private func trimmed(_ text: String) -> Substring {
        // A byte order mark, which editors put first, is not white space.
        func isAround(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || scalar == "\u{FEFF}"
        }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isAround($0) }),
            let last = scalars.lastIndex(where: { !isAround($0) })
        else { return "" }
        return text[first..<scalars.index(after: last)]
    }

    /// The name of `NAME=key`, as a file of variables has it.
    private func name(before text: Substring) -> Substring? {
        // A text whose only equals signs are at its end is padded, and has no name.
        guard let equals = text.firstIndex(of: "="), text[equals...].contains(where: { $0 != "=" })
        else { return nil }
        let name = text[..<equals]
        let words = name.split(separator: " ")
        guard name.utf8.count <= Self.nameLimit, let last = words.last,
            words.count == 1 || words.count == 2 && words[0] == "export",
            last.utf8.allSatisfy({
                (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
            }), last.contains("_") || last == "KEY" || last == "PIN"
        else { return nil }
        return last
    }
}
