internal import ModelTypes
internal import Tools

/// What a call wants, read out of its arguments.
struct TimerArguments {
    private let arguments: ToolArguments

    init(_ arguments: ToolArguments) { self.arguments = arguments }

    /// How long from now (seconds); nil when nothing is said of it.
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

    /// A time of day with what is said of the day; nil when nothing is said of it.
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
        // "Monday at seven", said on a Monday at eight, is the next.
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

/// Which items a call means.
enum TimerChoice {
    /// The one that is meant.
    static func one(_ arguments: ToolArguments, of book: TimerBook) throws -> TimedItem {
        let which = arguments.string("which") ?? ""
        let found = matches(which, book.list.items)
        guard let first = found.first else { throw TimerProblem.unknown(which) }
        guard found.count == 1 else {
            let titles = found.map { TimerWords.title($0.kind, $0.number, $0.name) }
            throw ToolFailure(
                "nothing was changed: \"\(which)\" may be \(titles.joined(separator: ", ")); ask "
                    + "which one is meant, and give its number")
        }
        return first
    }

    /// The one that is meant, or all of them, or of a kind.
    static func some(_ arguments: ToolArguments, of book: TimerBook) throws -> [TimedItem] {
        let which = (arguments.string("which") ?? "").lowercased()
        let items = book.list.items
        let chosen =
            if which == "all" {
                items
            } else if let kind = TimedItem.Kind.allCases.first(where: { "\($0.rawValue)s" == which }
            ) {
                items.filter { $0.kind == kind }
            } else {
                [try one(arguments, of: book)]
            }
        guard !chosen.isEmpty else { throw TimerProblem.unknown(which) }
        return chosen
    }

    /// By number, else by the whole name, else by a part of it, else by kind.
    private static func matches(_ which: String, _ items: [TimedItem]) -> [TimedItem] {
        let wanted = which.lowercased()
        let digits = wanted.split { !$0.isNumber }
        let words = wanted.split(separator: " ").map(String.init)
        let kinds = Set(TimedItem.Kind.allCases.map(\.rawValue))
        let isNumber =
            digits.count == 1
            && words.allSatisfy {
                kinds.contains($0) || $0.allSatisfy { $0.isNumber || $0 == "#" }
            }
        if isNumber, let number = Int(digits[0]) { return items.filter { $0.number == number } }
        func named(_ test: (String) -> Bool) -> [TimedItem] {
            items.filter { test(($0.name.isEmpty ? $0.text : $0.name).lowercased()) }
        }
        let rest = words.filter { !kinds.contains($0) }.joined(separator: " ")
        if rest.isEmpty { return items.filter { words.contains($0.kind.rawValue) } }
        let exact = named { $0 == wanted || $0 == rest }
        return exact.isEmpty ? named { !$0.isEmpty && $0.contains(rest) } : exact
    }
}
