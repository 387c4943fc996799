extension StringProtocol {
    /// The text on one line, for a log or the model: blanks stand for control characters, and what
    /// is longer than `limit` characters is cut.
    package func oneLine(limit: Int) -> String {
        // A character may be many scalars; what is far longer is not looked at.
        let scalars = unicodeScalars.lazy.prefix(4 * limit).map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar
        }
        let line = String(String.UnicodeScalarView(scalars))
            .split(separator: " ").joined(separator: " ")
        return line.count > limit ? line.prefix(limit - 1) + "…" : line
    }
}
