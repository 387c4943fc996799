/// The message about a text that is in the place of a value.
enum TOMLComplaint {
    /// Longer text is not repeated: it may be a key without its quotes (characters).
    private static let shownLength = 24
    private static let typographic: Set<Unicode.Scalar> = ["“", "”", "„", "‟", "‘", "’", "«", "»"]

    /// The message; `next` is the character that ended `text`, which is not repeated if it may be a
    /// secret.
    static func text(
        about text: String, before next: Unicode.Scalar?, isSecret: Bool
    ) -> String {
        if let next, typographic.contains(next) {
            return "\(next) is a quote of word processors; a string stands between straight ones: "
                + "\"text\""
        }
        if text.isEmpty {
            return "a value is expected: a string in quotes, a number, true or false"
        }
        let isHidden = isSecret || text.count > shownLength
        let shown = isHidden ? "this" : "'\(text)'"
        if isTooLarge(text) {
            return isSecret
                ? "this is not a value: a string needs quotes"
                : "'\(shortened(text))' is not a number of 64 bits"
        }
        if looksLikeDate(text) {
            return "\(shown) looks like a date or time, which no setting takes; quote it"
        }
        let words = ["true", "false", "yes", "no", "on", "off"]
        if words.contains(text.lowercased()) {
            return "\(shown) is not a value: a boolean is true or false, in small letters, and a "
                + "string needs quotes"
        }
        if text.first?.isASCIIDigit ?? false, text.last?.isLetter ?? false, !text.contains(":"),
            text.drop(while: { $0.isASCIIDigit || $0 == "." }).allSatisfy(\.isLetter)
        {
            return "\(shown) is not a value: write the number without its unit, or a string in "
                + "quotes"
        }
        return "\(shown) is not a value: a string needs quotes, a boolean is true or false"
    }

    private static func isTooLarge(_ text: String) -> Bool {
        let first = text.drop { $0 == "-" || $0 == "+" }.first
        guard let first, first.isNumber, first != "0" || text.hasPrefix("0x") else { return false }
        return TOMLNumber.isInteger(text)
    }

    /// 1979-05-27, with or without a time and an offset; 07:32, with or without seconds.
    private static func looksLikeDate(_ text: String) -> Bool {
        func digits(_ text: Substring, _ count: Int) -> Bool {
            text.count == count && text.allSatisfy(\.isASCIIDigit)
        }
        let days = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
        if days.count == 3, digits(days[0], 4), digits(days[1], 2), digits(days[2], 2) {
            return true
        }
        let times = text.prefix(5).split(separator: ":", omittingEmptySubsequences: false)
        return times.count == 2 && digits(times[0], 2) && digits(times[1], 2)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
