/// How bright a light is by day and by night.
package struct LightBrightness: Sendable, Equatable {
    private static let day = 24 * 3600

    private let percent: Int
    private let nightPercent: Int
    /// Seconds of the day at which the night begins and ends; if equal, there is no night.
    private let night: (from: Int, to: Int)

    /// Percentages, and the night's hours as "22:00"; both empty: there is no night.
    package init(
        percent: Int, nightPercent: Int, nightFrom: String, nightTo: String
    ) throws(PanelError) {
        self.percent = percent
        self.nightPercent = nightPercent
        night = (try Self.second(nightFrom), try Self.second(nightTo))
    }

    /// The same brightness at all hours.
    package init(percent: Int) {
        self.percent = percent
        nightPercent = percent
        night = (0, 0)
    }

    package static func == (one: Self, other: Self) -> Bool {
        one.percent == other.percent && one.nightPercent == other.nightPercent
            && one.night == other.night
    }

    /// Reads "22:30" as a second of the day; an empty text is midnight.
    package static func second(_ text: String) throws(PanelError) -> Int {
        if text.isEmpty { return 0 }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 2, (1...2).contains(parts[0].utf8.count),
            let hour = UInt(parts[0]), let minute = UInt(parts[1]), hour < 24, minute < 60
        else { throw .badClockTime }
        return Int(hour * 3600 + minute * 60)
    }

    /// The brightness at a second of the day (percent), and for how many seconds it stays like
    /// that; nil: for ever.
    func value(at second: Int) -> (percent: Int, lasts: Int?) {
        guard night.from != night.to, percent != nightPercent else { return (percent, nil) }
        func wait(until moment: Int) -> Int {
            let rest = (moment - second + Self.day) % Self.day
            return rest == 0 ? Self.day : rest
        }
        let length = (night.to - night.from + Self.day) % Self.day
        let isNight = (second - night.from + Self.day) % Self.day < length
        return isNight
            ? (nightPercent, wait(until: night.to)) : (percent, wait(until: night.from))
    }
}
