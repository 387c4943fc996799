private import Glibc

/// The wall clock, which people and time servers set.
///
/// For showing and storing times; intervals are measured with `MonotonicClock`.
package enum WallClock {
    /// Nanoseconds since 1970-01-01 00:00 UTC.
    ///
    /// The corresponding C function is `clock_gettime`.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * nanosecondsPerSecond + Int64(time.tv_nsec)
    }

    /// A moment as the calendar and clock of the system's time zone show it.
    ///
    /// The corresponding C function is `localtime_r`.
    package static func localTime(at nanoseconds: Int64) -> CalendarTime {
        CalendarTime(at: nanoseconds) { localtime_r($0, $1) }
    }

    /// Picks up a change of the system's time zone or of its rules.
    ///
    /// A few system calls at most. The corresponding C function is `tzset`.
    package static func refreshZone() {
        tzset()
    }

    /// A moment as the calendar and clock of UTC show it.
    ///
    /// The corresponding C function is `gmtime_r`.
    package static func universalTime(at nanoseconds: Int64) -> CalendarTime {
        CalendarTime(at: nanoseconds) { gmtime_r($0, $1) }
    }
}

/// A date and time of day in some time zone.
package struct CalendarTime: Sendable, Equatable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    /// 0 to 23.
    package let hour: Int
    package let minute: Int
    /// 0 to 60; 60 in a leap second.
    package let second: Int
    package let millisecond: Int
    /// 0 is Sunday, 6 Saturday.
    package let weekday: Int
    /// Seconds east of UTC.
    package let offsetSeconds: Int

    fileprivate init(
        at nanoseconds: Int64,
        by convert: (UnsafePointer<time_t>, UnsafeMutablePointer<tm>) -> UnsafeMutablePointer<tm>?
    ) {
        // Rounds down before 1970 too, where plain division rounds up.
        let part = nanoseconds % nanosecondsPerSecond
        let fraction = part < 0 ? part + nanosecondsPerSecond : part
        // Written so that the earliest possible moment does not overflow.
        var seconds = time_t(nanoseconds / nanosecondsPerSecond - (part < 0 ? 1 : 0))
        var fields = tm()
        // Every moment that fits 64 bits of nanoseconds has a year that fits `tm`.
        _ = convert(&seconds, &fields)
        year = Int(fields.tm_year) + 1900
        month = Int(fields.tm_mon) + 1
        day = Int(fields.tm_mday)
        hour = Int(fields.tm_hour)
        minute = Int(fields.tm_min)
        second = Int(fields.tm_sec)
        millisecond = Int(fraction / 1_000_000)
        weekday = Int(fields.tm_wday)
        offsetSeconds = Int(fields.tm_gmtoff)
    }

    /// The ISO 8601 text with milliseconds: "2025-11-21T04:17:53.250+01:00", "Z" for UTC.
    package var iso8601: String {
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
        return "\(date)T\(time).\(padded(millisecond, 3))\(zone)"
    }

    private var zone: String {
        if offsetSeconds == 0 { return "Z" }
        let minutes = abs(offsetSeconds) / 60
        let sign = offsetSeconds < 0 ? "-" : "+"
        return "\(sign)\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

private let nanosecondsPerSecond: Int64 = 1_000_000_000
