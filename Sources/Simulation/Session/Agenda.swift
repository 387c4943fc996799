/// The things that a session will do later, the earliest first.
struct Agenda: Sendable {
    enum Item: Equatable, Sendable {
        case announceEnd
        case forceEnd
        case endStall
        case readAgain
        case answerPingsAgain
        case fault(index: Int)
    }

    private var entries: [(at: Int64, item: Item)] = []

    var next: Int64? { entries.first?.at }

    /// Schedules an item at a time, and replaces an earlier one of the same kind.
    mutating func set(_ item: Item, at time: Int64) {
        remove(item)
        let index = entries.firstIndex { $0.at > time } ?? entries.count
        entries.insert((time, item), at: index)
    }

    mutating func remove(_ item: Item) { entries.removeAll { $0.item == item } }

    mutating func removeAll() { entries = [] }

    func time(of item: Item) -> Int64? { entries.first { $0.item == item }?.at }

    mutating func popDue(at now: Int64) -> (at: Int64, item: Item)? {
        guard let first = entries.first, first.at <= now else { return nil }
        return entries.removeFirst()
    }
}
