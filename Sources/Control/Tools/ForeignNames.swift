/// Makes function names of names that somebody else gave.
///
/// A function of a source is called `SOURCE_tool`, so that two sources never meet: a source's own
/// name has no underscore. What the service does not take becomes an underscore; a name that is
/// too long, taken, or another's of the same source ends in a hash of the original, so that the
/// same tools always get the same names, whatever their order.
package enum ForeignNames {
    /// Longer names are cut (characters); some models take no more.
    package static let maximumLength = 64
    /// A source's own name leaves room for those of its tools (characters).
    package static let sourceLength = 24

    /// Whether a source can be called so: a letter, then letters, digits and `-`.
    package static func isValid(source: String) -> Bool {
        guard let first = source.utf8.first, isLetter(first) else { return false }
        return source.utf8.count <= sourceLength
            && source.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2D }
    }

    /// The function names of a source's tools, in their order; nil for a tool that comes twice,
    /// and for one whose name cannot be had even so.
    package static func names(
        of tools: [String], source: String, taken: Set<String>
    ) -> [String?] {
        let plain = tools.map { "\(source)_\(spelled($0))" }
        let wanted = Dictionary(
            zip(plain, tools).map { ($0, Set([$1])) }, uniquingKeysWith: { $0.union($1) })
        var used = taken
        var seen: Set<String> = []
        // Those that keep their names come first, so that no hash can take one of them.
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

    private static func spelled(_ tool: String) -> String {
        String(
            decoding: tool.utf8.map { isLetter($0) || isDigit($0) || $0 == 0x2D ? $0 : 0x5F },
            as: UTF8.self)
    }

    /// FNV-1a, eight hexadecimal digits; it tells names apart and hides nothing.
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
