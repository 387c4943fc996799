/// A moment as the Date header of HTTP has it (RFC 9110, section 5.6.7).
struct HTTPDate: Sendable, Equatable {
    /// Seconds since 1970-01-01 00:00 UTC.
    let seconds: Int64

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads "Sun, 06 Nov 1994 08:49:37 GMT", the one form that servers write; nil for others.
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].count == 4, parts[0].last == ",", parts[5] == "GMT",
            let day = Self.number(parts[1], digits: 2, 1...31),
            let month = Self.months.firstIndex(of: String(parts[2])),
            let year = Self.number(parts[3], digits: 4, 1970...9999)
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = Self.number(clock[0], digits: 2, 0...23),
            let minute = Self.number(clock[1], digits: 2, 0...59),
            let second = Self.number(clock[2], digits: 2, 0...60)
        else { return nil }
        seconds =
            Self.days(year, Int64(month) + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func number(
        _ text: Substring, digits: Int, _ range: ClosedRange<Int64>
    ) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(text), range.contains(number)
        else { return nil }
        return number
    }

    /// The days from 1970-01-01 to a date of the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years that begin in March have their leap day last.
        let year = month > 2 ? year : year - 1
        let (era, ofEra) = (year / 400, year % 400)
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }
}
