/// Times in spoken words; English, which every model translates to the user's language.
package enum TimerWords {
    /// The words for the user when the disk has lost items.
    static let allLost =
        "tell the user: all timers, alarms and reminders that were set before are lost, since the "
        + "device's storage was damaged; cancel_timer with \"missed\" forgets this note"
    static let unreadable =
        "tell the user: the timers, alarms and reminders that were set before cannot be read from "
        + "the device's storage, so they do not ring, and none can be set until that is repaired"
    static let someLost =
        "tell the user: the device's storage was damaged or cannot be read, and timers, alarms or "
        + "reminders that were set last may be missing; cancel_timer with \"missed\" forgets this "
        + "note"

    static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// "1 hour 5 minutes"; above an hour without seconds, at most two units.
    package static func length(_ nanoseconds: Int64) -> String {
        // Rounded up, so that the time left is never given as none.
        let seconds = max(0, nanoseconds).saturatingPlus(999_999_999) / 1_000_000_000
        let parts = [
            (seconds / 86_400, "day"), (seconds / 3600 % 24, "hour"),
            (seconds / 60 % 60, "minute"), (seconds < 3600 ? seconds % 60 : 0, "second"),
        ]
        let words = parts.filter { $0.0 > 0 }.prefix(2).map { count, unit in
            "\(count) \(unit)\(count == 1 ? "" : "s")"
        }
        return words.isEmpty ? "no time" : words.joined(separator: " ")
    }

    /// "today at 18:00", "tomorrow, Sunday 2025-11-23, at 07:30".
    package static func time(_ local: LocalTime, from now: LocalTime) -> String {
        let date = "\(weekdays[local.weekday]) \(local.dateText)"
        return switch local.dayNumber - now.dayNumber {
        case 0: "today at \(local.timeText)"
        case 1: "tomorrow, \(date), at \(local.timeText)"
        case -1: "yesterday, \(date), at \(local.timeText)"
        default: "\(date) at \(local.timeText)"
        }
    }

    /// "every day", "Monday to Friday", "Tuesday, Thursday".
    package static func days(_ days: Set<Int>) -> String {
        switch days {
        case Set(0...6): "every day"
        case Set(1...5): "Monday to Friday"
        // Weeks begin on Monday by default.
        default:
            (1...7).map { $0 % 7 }.filter(days.contains).map { weekdays[$0] }
                .joined(separator: ", ")
        }
    }

    /// `timer 2 "pasta"`.
    package static func title(_ kind: TimedItem.Kind, _ number: Int, _ name: String) -> String {
        "\(kind.rawValue) \(number)" + (name.isEmpty ? "" : " \"\(name)\"")
    }

    /// Seconds after midnight of "07:30", "7:30", "19:05:30", "7 pm"; nil for anything else.
    package static func secondOfDay(_ text: String) -> Int? {
        var digits = text.lowercased().filter { !$0.isWhitespace && $0 != "." }
        let isMorning = digits.hasSuffix("am")
        let isEvening = digits.hasSuffix("pm")
        if isMorning || isEvening { digits.removeLast(2) }
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.count <= 2 && part.allSatisfy(\.isNumber) ? Int(part) : nil
        }
        let hasHalf = isMorning || isEvening
        guard numbers.count == parts.count, numbers.count <= 3,
            numbers.count >= (hasHalf ? 1 : 2), numbers.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        var hour = numbers[0]
        if hasHalf {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isEvening ? 12 : 0)
        }
        guard hour < 24 else { return nil }
        let minute = numbers.count > 1 ? numbers[1] : 0
        return hour * 3600 + minute * 60 + (numbers.count > 2 ? numbers[2] : 0)
    }

    /// The date of "today", "tomorrow", a weekday's name (the next such day, today included), or
    /// "2025-11-23"; nil for anything else.
    package static func date(_ text: String, from now: LocalTime) -> LocalTime? {
        let word = text.lowercased()
        let midnight = now.at(secondOfDay: 0)
        if word == "today" { return midnight }
        if word == "tomorrow" { return midnight.adding(days: 1) }
        if let weekday = weekday(word) {
            return midnight.adding(days: (weekday - now.weekday + 7) % 7)
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard parts.count == 3, numbers.count == 3 else { return nil }
        return LocalTime(year: numbers[0], month: numbers[1], day: numbers[2])
    }

    /// 0 (Sunday) to 6 for a weekday's English name.
    package static func weekday(_ text: String) -> Int? {
        weekdays.firstIndex { $0.lowercased() == text.lowercased() }
    }
}
