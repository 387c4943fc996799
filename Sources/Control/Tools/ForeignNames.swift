internal import WireCodec

/// Makes function names from names that a third party chose.
///
/// A function of a source is named `SOURCE_tool`, so that two sources never collide: a source's own
/// name has no underscore. A character that the service does not accept becomes an underscore; a
/// name that is too long, taken, or equal to another of the same source ends in a hash of the
/// original, so that the same tools always get the same names, in any order.
package enum ForeignNames {
    /// Longer names are cut (characters); some models accept no more.
    package static let maximumLength = 64
    /// The limit of a source's own name, which leaves room for those of its tools (characters).
    package static let sourceLength = 24

    /// Whether this is a valid name of a source: a letter, then letters, digits and `-`.
    package static func isValid(source: String) -> Bool {
        guard let first = source.utf8.first, isLetter(first) else { return false }
        return source.utf8.count <= sourceLength
            && source.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2D }
    }

    /// The function names of a source's tools, in their order; nil for a tool that occurs twice,
    /// and for one whose name is taken even with its hash.
    package static func names(
        of tools: [String], source: String, taken: Set<String>
    ) -> [String?] {
        let plain = tools.map { "\(source)_\(spelled($0))" }
        let wanted = Dictionary(
            zip(plain, tools).map { ($0, Set([$1])) }, uniquingKeysWith: { $0.union($1) })
        var used = taken
        var seen: Set<String> = []
        // Unchanged names come first, so that no hash can take one of them.
        let keeps = zip(plain, tools).map { name, tool in
            name.utf8.count <= maximumLength && !taken.contains(name)
                && (wanted[name]?.count == 1 || name == "\(source)_\(tool)")
        }
        for (name, keeps) in zip(plain, keeps) where keeps { used.insert(name) }
        return tools.indices.map { index in
            guard seen.insert(tools[index]).inserted else { return nil }
            if keeps[index] { return plain[index] }
            let hashed =
                plain[index].prefix(maximumLength - 9) + "_\(hash(of: tools[index]))"
            return used.insert(String(hashed)).inserted ? String(hashed) : nil
        }
    }

    // MARK: - Names of arguments

    /// The model's names for the properties of one object, by their own names.
    ///
    /// A name that the service does not accept is transcribed; if the result is taken or empty, it
    /// ends in a hash of the original.
    static func properties(_ originals: [String]) -> [String: String] {
        var names: [String: String] = [:]
        for original in originals where isProperty(original) { names[original] = original }
        var used = Set(names.values)
        for original in originals where names[original] == nil {
            let plain = transcribed(original).prefix(maximumLength - 9)
            let wanted = plain.contains { $0 != "_" } ? String(plain) : "_"
            let isFree =
                wanted != "_" && !used.contains(wanted)
                && transcribed(original).utf8.count == plain.utf8.count
            let name = isFree ? wanted : "\(wanted)_\(hash(of: original))"
            if used.insert(name).inserted { names[original] = name }
        }
        return names
    }

    /// Letters, digits and the other characters that every service accepts in names.
    private static func isProperty(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= maximumLength
            && name.utf8.allSatisfy {
                isLetter($0) || isDigit($0) || [0x5F, 0x2E, 0x2D, 0x24].contains($0)
            }
    }

    /// A name in ASCII, with the usual transcriptions.
    private static func transcribed(_ name: String) -> String {
        let usual: [Character: String] = [
            "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss",
            "é": "e", "è": "e", "ê": "e", "à": "a", "â": "a", "á": "a", "ç": "c", "ñ": "n",
            "ó": "o", "ô": "o", "í": "i", "ú": "u", "å": "a", "ø": "o", "æ": "ae",
        ]
        return name.map { character in
            if let ascii = character.asciiValue, isLetter(ascii) || isDigit(ascii) {
                return String(character)
            }
            return usual[character] ?? "_"
        }.joined()
    }

    /// A value with the names that the author of its schema gave.
    static func restored(_ value: JSONValue, _ schema: Schema) -> JSONValue {
        switch (schema.kind, value) {
        case (.object(let members), .object(let values)):
            var restored: JSONObject = [:]
            for (name, value) in values {
                let property = members[name]
                restored[property?.original ?? name] =
                    property.map { Self.restored(value, $0.schema) } ?? value
            }
            return .object(restored)
        case (.array(let items?, _), .array(let values)):
            return .array(values.map { restored($0, items) })
        case (.anyOf(let forms), _):
            let form = forms.first { SchemaCheck($0).violations(of: value).isEmpty }
            return form.map { restored(value, $0) } ?? value
        default: return value
        }
    }

    private static func spelled(_ tool: String) -> String {
        String(
            decoding: tool.utf8.map { isLetter($0) || isDigit($0) || $0 == 0x2D ? $0 : 0x5F },
            as: UTF8.self)
    }

    /// FNV-1a, eight hexadecimal digits; it distinguishes names and hides nothing.
    private static func hash(of text: String) -> String {
        let hash = text.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
