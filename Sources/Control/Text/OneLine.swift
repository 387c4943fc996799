extension StringProtocol {
    /// The text on one line, for a log or the model: control characters become blanks, and the text
    /// is cut at `limit` characters.
    package func oneLine(limit: Int) -> String {
        // A character may have many scalars; only a multiple of the limit is examined.
        let scalars = unicodeScalars.lazy.prefix(4 * limit).map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar
        }
        let line = String(String.UnicodeScalarView(scalars))
            .split(separator: " ").joined(separator: " ")
        return line.count > limit ? line.prefix(limit - 1) + "…" : line
    }
}
