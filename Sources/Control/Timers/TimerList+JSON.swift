internal import WireCodec

// The list's format on the disk. Unreadable parts are left out, and counted.

extension TimerList {
    /// Another format would be unreadable for other versions of the program.
    private static let format: Int64 = 1

    var json: JSONValue {
        [
            "format": .int(Self.format), "next": .int(Int64(nextNumber)),
            "items": .array(items.map(\.json)), "missed": .array(missed.map(\.json)),
            "loss": loss.map { .string($0) } ?? .null,
        ]
    }

    /// Reads a list; nil when it is not one.
    ///
    /// `unread` counts invalid entries.
    static func read(_ json: JSONValue) -> (list: TimerList, unread: Int)? {
        guard json["format"]?.int == format, let next = json["next"]?.int,
            let items = json["items"]?.array, let missed = json["missed"]?.array
        else { return nil }
        var list = TimerList()
        var numbers: Set<Int> = []
        list.items = items.compactMap(TimedItem.init).filter { numbers.insert($0.number).inserted }
        list.missed = missed.compactMap(MissedItem.init)
        list.loss = json["loss"]?.string
        let highest = list.items.map(\.number).max() ?? 0
        list.nextNumber = max(TimedItem.number(next) ?? 1, highest + 1)
        let read = list.items.count + list.missed.count
        return (list, items.count + missed.count - read)
    }
}

extension TimedItem {
    /// Numbers are assigned in sequence; a higher one is not ours.
    private static let highestNumber: Int64 = 1_000_000_000

    /// A number that an item may have.
    static func number(_ number: Int64) -> Int? {
        (1...highestNumber).contains(number) ? Int(number) : nil
    }

    var json: JSONValue {
        var json: JSONObject = [
            "number": .int(Int64(number)), "kind": .string(kind.rawValue), "name": .string(name),
            "text": .string(text),
        ]
        switch plan {
        case .after(let countdown): json["after"] = countdown.json
        case .at(let local, let weekdays):
            json["at"] = .int(local.reading)
            json["weekdays"] = .array(weekdays.sorted().map { .int(Int64($0)) })
        }
        switch phase {
        case .armed: break
        case .ringing(let countdown): json["ringing"] = countdown.json
        case .snoozed(let countdown): json["snoozed"] = countdown.json
        }
        return .object(json)
    }

    init?(_ json: JSONValue) {
        guard let number = json["number"]?.int.flatMap(Self.number),
            let kind = Kind(rawValue: json["kind"]?.string ?? ""),
            let name = json["name"]?.string, let text = json["text"]?.string
        else { return nil }
        self.number = number
        self.kind = kind
        self.name = name
        self.text = text
        if let after = json["after"] {
            guard let countdown = Countdown(after) else { return nil }
            plan = .after(countdown)
        } else {
            guard let reading = json["at"]?.int, let days = json["weekdays"]?.array else {
                return nil
            }
            let weekdays = days.compactMap(\.int).filter { (0...6).contains($0) }.map { Int($0) }
            plan = .at(LocalTime(reading: reading), weekdays: Set(weekdays))
        }
        if let countdown = json["ringing"].flatMap(Countdown.init) {
            phase = .ringing(countdown)
        } else if let countdown = json["snoozed"].flatMap(Countdown.init) {
            phase = .snoozed(countdown)
        }
    }
}

extension Countdown {
    fileprivate var json: JSONValue {
        [
            "length": .int(length), "life": .string(life), "boot": .int(dueBoot),
            "wall": .int(dueWall),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let length = json["length"]?.int, let life = json["life"]?.string,
            let boot = json["boot"]?.int, let wall = json["wall"]?.int
        else { return nil }
        // At most the longest that can be set, with its full length.
        let longest = TimerBook.longestSeconds * 1_000_000_000
        guard (0...longest).contains(length) else { return nil }
        self.init(length: length, life: life, dueBoot: boot, dueWall: wall)
    }
}

extension MissedItem {
    fileprivate var json: JSONValue {
        [
            "number": .int(Int64(number)), "kind": .string(kind.rawValue), "name": .string(name),
            "text": .string(text), "due": .int(due), "reason": .string(reason.rawValue),
            "by_clock": .bool(isByClock),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let number = json["number"]?.int.flatMap(TimedItem.number),
            let kind = TimedItem.Kind(rawValue: json["kind"]?.string ?? ""),
            let name = json["name"]?.string, let text = json["text"]?.string,
            let due = json["due"]?.int, let reason = Reason(rawValue: json["reason"]?.string ?? "")
        else { return nil }
        self.init(
            number: number, kind: kind, name: name, text: text, due: due, reason: reason,
            isByClock: json["by_clock"]?.bool ?? false)
    }
}
