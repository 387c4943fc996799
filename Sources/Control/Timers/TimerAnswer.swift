internal import WireCodec

/// The answer to the model, in words that can be spoken.
enum TimerAnswer {
    static let notLasting =
        "this device has no place to store it, so it is lost when the device restarts"

    /// One item: its kind and name, when it rings and the time left; with what was done to it.
    static func item(_ item: TimedItem, _ now: Now, done: String? = nil) -> JSONObject {
        var answer: JSONObject = [
            "number": .int(Int64(item.number)), "kind": .string(item.kind.rawValue),
        ]
        if !item.name.isEmpty { answer["name"] = .string(item.name) }
        if !item.text.isEmpty { answer["text"] = .string(item.text) }
        let due = item.due(at: now)
        switch item.phase {
        case .ringing:
            answer["state"] = "ringing now"
        case .armed, .snoozed:
            if item.phase != .armed { answer["state"] = "snoozed" }
            answer["rings"] = .string(
                TimerWords.time(now.zone.localTime(at: due), from: now.local))
            answer["left"] = .string(TimerWords.length(due.saturatingMinus(now.wall)))
        }
        if case .at(_, let weekdays) = item.plan, !weekdays.isEmpty {
            answer["repeats"] = .string(TimerWords.days(weekdays))
        }
        answer["done"] = done.map { .string($0) }
        return answer
    }

    /// What was done to items, and how many exist now.
    static func done(
        _ what: String, _ items: [TimedItem], _ list: TimerList, _ now: Now
    ) -> JSONValue {
        var described: [JSONValue] = []
        for item in items {
            var about: JSONObject = [
                "title": .string(TimerWords.title(item.kind, item.number, item.name))
            ]
            if !item.text.isEmpty { about["text"] = .string(item.text) }
            if let next = list.items.first(where: { $0.number == item.number }) {
                let due = next.due(at: now)
                about["rings_again"] = .string(
                    TimerWords.time(now.zone.localTime(at: due), from: now.local))
            }
            described.append(.object(about))
        }
        return [
            "done": .string(what), "items": .array(described),
            "remaining": .int(Int64(list.items.count)),
        ]
    }

    /// All items, and what was missed.
    static func list(_ list: TimerList, _ now: Now) -> JSONValue {
        let local = now.local
        var answer: JSONObject = [
            "now": .string(
                "\(TimerWords.weekdays[local.weekday]) \(local.dateText) \(local.timeText)"),
            "items": .array(list.items.map { .object(item($0, now)) }),
        ]
        if let loss = list.loss { answer["note"] = .string(loss) }
        if !list.missed.isEmpty {
            answer["missed"] = .array(list.missed.map { missed($0, now) })
        }
        return .object(answer)
    }

    private static func missed(_ item: MissedItem, _ now: Now) -> JSONValue {
        var answer: JSONObject = [
            "title": .string(TimerWords.title(item.kind, item.number, item.name)),
            "was_due": .string(
                TimerWords.time(now.zone.localTime(at: item.due), from: now.local)),
            "because": item.reason == .off ? "the device was off" : "nobody answered",
        ]
        if !item.text.isEmpty { answer["text"] = .string(item.text) }
        return .object(answer)
    }
}
