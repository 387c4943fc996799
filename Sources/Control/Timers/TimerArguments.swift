internal import ModelTypes
internal import Tools
internal import WireCodec

/// Reads a call's arguments.
struct TimerArguments {
    private let arguments: ToolArguments

    init(_ arguments: ToolArguments) { self.arguments = arguments }

    /// How long from now (seconds); nil when it is not given.
    var seconds: Int64? {
        get throws {
            let parts = [("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0)]
            let given = parts.compactMap { name, factor in
                arguments[name]?.double.map { $0 * factor }
            }
            guard !given.isEmpty else { return nil }
            let sum = given.reduce(0, +).rounded()
            guard sum >= 1, sum <= Double(TimerBook.longestSeconds) else {
                throw TimerProblem.badLength
            }
            return Int64(sum)
        }
    }

    /// A time of day with its day or days; nil when none is given.
    func time(_ now: Now) throws -> WantedTime? {
        guard let text = arguments.string("time") else {
            guard arguments["day"] == nil, arguments["weekdays"] == nil else {
                throw ToolFailure("nothing was set: a day needs a time as well, as \"07:30\"")
            }
            return nil
        }
        guard let secondOfDay = TimerWords.secondOfDay(text) else {
            throw ToolFailure(
                "nothing was set: \"\(text)\" is no time of day; write it as \"07:30\" or \"19:05\""
            )
        }
        let weekdays = arguments["weekdays"]?.array ?? []
        let days = Set(weekdays.compactMap { $0.string.flatMap(TimerWords.weekday) })
        guard let day = arguments.string("day") else {
            return .at(secondOfDay, date: nil, weekdays: days)
        }
        guard days.isEmpty else {
            throw ToolFailure("nothing was set: give a day, or weekdays to repeat it on, not both")
        }
        return .at(secondOfDay, date: try date(day, secondOfDay, now), weekdays: [])
    }

    private func date(_ day: String, _ secondOfDay: Int, _ now: Now) throws -> LocalTime {
        guard let date = TimerWords.date(day, from: now.local) else {
            throw ToolFailure(
                "nothing was set: \"\(day)\" is no day; use \"today\", \"tomorrow\", a weekday in "
                    + "English, or a date as \(now.local.dateText)")
        }
        let isWeekday = TimerWords.weekday(day) != nil
        // "Monday at seven", said on a Monday at eight, is the next Monday.
        if isWeekday, now.zone.moment(of: date.at(secondOfDay: secondOfDay)) <= now.wall {
            return date.adding(days: 7)
        }
        return date
    }

    /// A time of day or a length, whichever is given.
    func either(_ now: Now) throws -> WantedTime? {
        let time = try time(now)
        guard let seconds = try seconds else { return time }
        guard time == nil else {
            throw ToolFailure("nothing was set: give a time of day or how long from now, not both")
        }
        return .after(seconds)
    }
}
