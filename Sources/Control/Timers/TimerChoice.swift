internal import Tools

/// Finds the items that a call refers to.
enum TimerChoice {
    /// Words that do not identify an item.
    private static let fillers: Set<String> = [
        "the", "my", "a", "an", "for", "of", "called", "named", "at", "number",
    ]
    private static let kinds = Set(TimedItem.Kind.allCases.map(\.rawValue))
    private static let units: [String: Int64] = [
        "second": 1, "seconds": 1, "sec": 1, "s": 1, "minute": 60, "minutes": 60, "min": 60,
        "m": 60, "hour": 3600, "hours": 3600, "h": 3600, "day": 86_400, "days": 86_400,
    ]

    /// The item that is meant.
    static func one(_ arguments: ToolArguments, of book: TimerBook) throws -> TimedItem {
        let which = which(arguments)
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

    /// The item that is meant, or all of them, or all of a kind.
    static func some(_ arguments: ToolArguments, of book: TimerBook) throws -> [TimedItem] {
        let which = which(arguments)
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

    /// The call's description of an item, in lower case; a number counts as its digits.
    static func which(_ arguments: ToolArguments) -> String {
        if let number = arguments.integer("which") { return "\(number)" }
        return (arguments.string("which") ?? "").lowercased()
    }

    /// By number, otherwise by the whole name, by a part of it, by its time, or by kind.
    private static func matches(_ which: String, _ items: [TimedItem]) -> [TimedItem] {
        let spoken = which.split { $0 == " " || $0 == "-" }.map(String.init)
        let words = spoken.filter { !fillers.contains($0) }
        if let number = number(words) { return items.filter { $0.number == number } }
        let wanted = words.filter { !kinds.contains($0) }
        let ofKind = items.filter { words.contains($0.kind.rawValue) }
        if wanted.isEmpty { return ofKind }
        func named(_ test: (String) -> Bool) -> [TimedItem] {
            items.filter { test(($0.name.isEmpty ? $0.text : $0.name).lowercased()) }
        }
        // The whole phrase has priority over the phrase without fillers.
        let ways: [(String) -> Bool] = [
            { $0 == which || $0 == wanted.joined(separator: " ") },
            { !$0.isEmpty && ($0.contains(which) || $0.contains(wanted.joined(separator: " "))) },
            { name in wanted.allSatisfy { name.contains($0) } },
        ]
        for way in ways {
            let found = named(way)
            guard !found.isEmpty else { continue }
            // "the pizza timer" is not an alarm, unless only an alarm has that name.
            let fitting = found.filter { words.contains($0.kind.rawValue) }
            return fitting.isEmpty ? found : fitting
        }
        return timed(wanted, ofKind.isEmpty ? items : ofKind)
    }

    /// "3", "#3", "timer 3"; nil if there are more words.
    private static func number(_ words: [String]) -> Int? {
        let rest = words.filter { !kinds.contains($0) }
        guard rest.count == 1, let word = rest.first else { return nil }
        return Int(word.hasPrefix("#") ? String(word.dropFirst()) : word)
    }

    /// The items with such a length ("5 minutes") or at such a time ("7 am").
    private static func timed(_ words: [String], _ items: [TimedItem]) -> [TimedItem] {
        if let second = TimerWords.secondOfDay(words.joined()) {
            return items.filter { item in
                if case .at(let local, _) = item.plan { local.secondOfDay == second } else { false }
            }
        }
        guard let seconds = seconds(words) else { return [] }
        return items.filter { item in
            guard case .after(let countdown) = item.plan else { return false }
            return countdown.length == seconds.saturatingTimes(1_000_000_000)
        }
    }

    private static func seconds(_ words: [String]) -> Int64? {
        var sum: Int64 = 0
        var amount: Int64?
        for word in words where word != "and" {
            if let number = Int64(word), amount == nil {
                amount = number
            } else if let unit = units[word], let count = amount {
                sum = sum.saturatingPlus(count.saturatingTimes(unit))
                amount = nil
            } else {
                return nil
            }
        }
        return amount == nil && sum > 0 ? sum : nil
    }
}
