/// Checks of forms that several settings share: what is wrong with a text, nil if nothing is.
enum Words {
    /// A GPIO line: its own name, or chip and offset.
    ///
    /// It does not check whether the line exists.
    static func line(_ text: String) -> String? {
        let right =
            "write the line's name, such as \"GPIO17\", or chip and offset, such as "
            + "\"gpiochip0:17\"; `martlet devices` lists them"
        if text.isEmpty { return "it names no line; \(right)" }
        if text.contains(where: \.isWhitespace) { return "a line's name has no blanks; \(right)" }
        if text.allSatisfy(\.isNumber) { return "a number alone names no line; \(right)" }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let offset = text[text.index(after: colon)...]
        return colon == text.startIndex || UInt32(offset) == nil
            ? "the chip is followed by the line's offset, a number; \(right)" : nil
    }

    /// The same, or an empty text.
    static func lineOrNothing(_ text: String) -> String? { text.isEmpty ? nil : line(text) }

    /// A host's name or address, without the port, which is a setting of its own; or an empty text.
    static func host(_ text: String) -> String? {
        if text.isEmpty { return nil }
        if let mark = text.firstRange(of: "://") {
            return "a name or an address is wanted, without \"\(text[..<mark.upperBound])\"; "
                + "port and TLS have settings of their own"
        }
        if text.contains(where: { $0.isWhitespace || "/@#?".contains($0) }) {
            return "a name or an address is wanted; port, user and TLS have settings of their own"
        }
        let colons = text.count { $0 == ":" }
        if text.hasPrefix("[") {
            let inner = text.dropFirst().prefix { $0 != "]" }
            let port = text.dropFirst(inner.count + 2).drop { $0 == ":" }
            return "brackets belong in URLs only: host = \"\(inner)\""
                + (port.isEmpty ? "" : ", port = \(port)")
        }
        // An address of version 6 has two colons or more.
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return nil }
        let port = text[text.index(after: colon)...]
        return "the port is a setting of its own: host = \"\(text[..<colon])\""
            + (port.isEmpty ? "" : ", port = \(port)")
    }

    /// The full address of a web server, with its path.
    static func webAddress(_ text: String) -> String? {
        let start = text.lowercased()
        return start.hasPrefix("http://") || start.hasPrefix("https://")
            ? nil : "it must begin with http:// or https:// and a host"
    }
}
