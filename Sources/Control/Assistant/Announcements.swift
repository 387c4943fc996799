/// The wording of an announcement.
package enum AnnouncementManner: Sendable, Equatable {
    /// As one short sentence in the model's own words.
    case briefly
    /// Word for word.
    case literally

    var words: String {
        switch self {
        case .briefly: "in one short sentence and in the language they use with you"
        case .literally: "word for word, as it is written and in its own language, and nothing else"
        }
    }
}

/// Announcements of the device that wait for a moment to be said.
///
/// A value: times are passed in, in nanoseconds.
struct Announcements {
    /// Further ones are refused: no user who returns wants a longer list read out.
    private static let limit = 8

    private var waiting: [(words: String, manner: AnnouncementManner, until: Int64)] = []

    /// When `expire` must be called.
    var deadline: Int64? { waiting.map(\.until).min() }

    /// Adds words to be said before a time; returns false when there are too many.
    mutating func add(
        _ words: String, _ manner: AnnouncementManner, until time: Int64
    ) -> Bool {
        guard waiting.count < Self.limit else { return false }
        waiting.append((words, manner, time))
        return true
    }

    /// Takes the next words to say.
    mutating func next() -> (words: String, manner: AnnouncementManner)? {
        guard !waiting.isEmpty else { return nil }
        let next = waiting.removeFirst()
        return (next.words, next.manner)
    }

    /// Drops announcements that come too late; returns how many.
    mutating func expire(at time: Int64) -> Int {
        let before = waiting.count
        waiting.removeAll { $0.until <= time }
        return before - waiting.count
    }
}
