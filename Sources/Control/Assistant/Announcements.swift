/// How something is to be said.
package enum AnnouncementManner: Sendable, Equatable {
    /// In one short sentence of the model's own.
    case briefly
    /// As it is written.
    case literally

    var words: String {
        switch self {
        case .briefly: "in one short sentence and in the language they use with you"
        case .literally: "word for word, as it is written and in its own language, and nothing else"
        }
    }
}

/// What the device wants said and nobody has asked for, until there is a moment for it.
///
/// A value: times come in, in nanoseconds.
struct Announcements {
    /// More at a time are refused: nobody who comes back wants a longer list read out.
    private static let limit = 8

    private var waiting: [(words: String, manner: AnnouncementManner, until: Int64)] = []

    /// When `expire` is to be called.
    var deadline: Int64? { waiting.map(\.until).min() }

    /// Adds words to be said before a time; returns false when there are too many.
    mutating func add(
        _ words: String, _ manner: AnnouncementManner, until time: Int64
    ) -> Bool {
        guard waiting.count < Self.limit else { return false }
        waiting.append((words, manner, time))
        return true
    }

    /// Takes the words that are to be said next.
    mutating func next() -> (words: String, manner: AnnouncementManner)? {
        guard !waiting.isEmpty else { return nil }
        let next = waiting.removeFirst()
        return (next.words, next.manner)
    }

    /// Drops what comes too late; returns how many that were.
    mutating func expire(at time: Int64) -> Int {
        let before = waiting.count
        waiting.removeAll { $0.until <= time }
        return before - waiting.count
    }
}
