/// A date and time of day as a wall clock shows it, without a place.
///
/// A value of plain arithmetic in the proleptic Gregorian calendar; a `Zone` converts it to a
/// moment.
package struct LocalTime: Sendable, Hashable, Comparable {
    /// The years 1 to 9999, which have four digits.
    private static let readings: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Seconds from 1970-01-01 00:00 to this reading, as if no clock were ever changed.
    package let reading: Int64

    /// The reading a number of seconds after 1970-01-01 00:00, clamped to the years 1 to 9999.
    package init(reading: Int64) {
        self.reading = min(max(reading, Self.readings.lowerBound), Self.readings.upperBound)
    }

    /// A date and time of day; nil if it does not exist.
    package init?(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
    ) {
        guard (1970...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.days(in: month, of: year), (0...23).contains(hour),
            (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        let days = Self.daysSinceEpoch(year, month, day)
        reading = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// Whole days since 1970-01-01.
    var dayNumber: Int64 { (reading - Int64(secondOfDay)) / 86_400 }

    /// 0 to 86399.
    var secondOfDay: Int { Int((reading % 86_400 + 86_400) % 86_400) }

    /// 0 is Sunday, 6 Saturday.
    package var weekday: Int { Int(((dayNumber + 4) % 7 + 7) % 7) }

    package var hour: Int { secondOfDay / 3600 }
    package var minute: Int { secondOfDay / 60 % 60 }
    package var second: Int { secondOfDay % 60 }

    /// Year, month (1 to 12) and day (1 to 31).
    package var date: (year: Int, month: Int, day: Int) {
        // Years begin in March here, so that the leap day is a year's last day; 400 years have
        // 146097 days.
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = Int(part < 10 ? part + 3 : part - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        return (year, month, Int(dayOfYear - (153 * part + 2) / 5) + 1)
    }

    /// The same time of day, a number of days later.
    package func adding(days: Int) -> LocalTime {
        LocalTime(reading: reading.saturatingPlus(Int64(days).saturatingTimes(86_400)))
    }

    /// The same day at another time, in seconds after midnight.
    package func at(secondOfDay: Int) -> LocalTime {
        let midnight = reading - Int64(self.secondOfDay)
        return LocalTime(reading: midnight.saturatingPlus(Int64(secondOfDay)))
    }

    package static func < (one: LocalTime, other: LocalTime) -> Bool {
        one.reading < other.reading
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}

extension LocalTime: CustomStringConvertible {
    /// "2025-11-21 07:30:00".
    package var description: String {
        "\(dateText) \(padded(hour)):\(padded(minute)):\(padded(second))"
    }

    /// "2025-11-21".
    package var dateText: String {
        let date = date
        return "\(date.year)-\(padded(date.month))-\(padded(date.day))"
    }

    /// "07:30", with seconds where there are any.
    package var timeText: String {
        let text = "\(padded(hour)):\(padded(minute))"
        return second == 0 ? text : "\(text):\(padded(second))"
    }

    private func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// What wall clocks show in a place, over time.
package struct Zone: Sendable {
    // Longer than the difference of any two places on Earth, shorter than the time between two
    // changes of a clock.
    private static let margin: Int64 = 86_400

    private let offset: @Sendable (Int64) -> Int

    /// A zone by its offset, in seconds east of UTC, at seconds since 1970-01-01 00:00 UTC.
    package init(offset: @escaping @Sendable (Int64) -> Int) { self.offset = offset }

    /// What the clocks show at a moment (nanoseconds since 1970, UTC).
    package func localTime(at nanoseconds: Int64) -> LocalTime {
        let part = nanoseconds % 1_000_000_000
        let seconds = nanoseconds / 1_000_000_000 - (part < 0 ? 1 : 0)
        return LocalTime(reading: seconds.saturatingPlus(Int64(offset(seconds))))
    }

    /// The moment at which the clocks show a time (nanoseconds since 1970, UTC), clamped to the
    /// range of 64 bits, from 1677 to 2262.
    ///
    /// A time that occurs twice, when clocks are set back, is the first of the two. One that never
    /// occurs, when they are set forward, lies as far after the change as it lies within the gap,
    /// as RFC 5545 (3.3.5) says.
    package func moment(of local: LocalTime) -> Int64 {
        let before = Int64(offset(local.reading - Self.margin))
        let after = Int64(offset(local.reading + Self.margin))
        let first = local.reading - before
        let second = local.reading - after
        let isFirst = Int64(offset(first)) == before
        let isSecond = Int64(offset(second)) == after
        let seconds = isSecond && (!isFirst || second < first) ? second : first
        return seconds.saturatingTimes(1_000_000_000)
    }
}
