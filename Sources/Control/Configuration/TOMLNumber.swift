/// Numbers and booleans as TOML writes them.
enum TOMLNumber {
    /// Whether a text is written as an integer, even one that is too large.
    static func isInteger(_ text: String) -> Bool {
        text.drop { $0 == "-" || $0 == "+" }.allSatisfy { $0.isASCIIDigit || $0 == "_" }
            || text.hasPrefix("0x")
    }

    static func value(of text: String) -> TOMLValue? {
        switch text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            guard let digits = digits(text.dropFirst(2), \.isHexDigit), !digits.hasPrefix("-"),
                !digits.hasPrefix("+")
            else { return nil }
            return Int64(digits, radix: radix).map { .integer($0) }
        }
        guard let digits = digits(Substring(text), \.isASCIIDigit) else { return nil }
        let unsigned = digits.drop { $0 == "-" || $0 == "+" }
        guard digits.count - unsigned.count <= 1, let first = unsigned.first, first.isASCIIDigit
        else { return nil }
        if unsigned.count > 1, first == "0", unsigned.dropFirst().first?.isASCIIDigit == true {
            return nil
        }
        if unsigned.allSatisfy(\.isASCIIDigit) { return Int64(digits).map { .integer($0) } }
        // A point has digits on both sides.
        if let point = unsigned.firstIndex(of: ".") {
            guard unsigned[unsigned.index(after: point)...].first?.isASCIIDigit == true else {
                return nil
            }
        }
        guard unsigned.allSatisfy({ $0.isASCIIDigit || ".eE+-".contains($0) }) else { return nil }
        return Double(digits).map { .float($0) }
    }

    /// Removes underscores, which are allowed between digits only.
    private static func digits(
        _ text: Substring, _ isDigit: (Character) -> Bool
    ) -> String? {
        guard text.contains("_") else { return text.isEmpty ? nil : String(text) }
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            guard let first = part.first, let last = part.last,
                index == 0 || isDigit(first), index == parts.count - 1 || isDigit(last)
            else { return nil }
        }
        return parts.joined()
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
