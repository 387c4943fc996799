/// How long is waited before a stream of the server's own messages is opened again.
///
/// The server may ask for a longer wait, and never for a shorter one than the least: a stream that
/// ends without anything new in it doubles the wait, whatever was asked for.
struct ListeningPace {
    /// The least wait, and the most (milliseconds).
    static let range = 1_000...60_000

    /// The wait that is due when the server says nothing.
    private var backoff = range.lowerBound

    /// The wait after a stream has ended (milliseconds, within `range`).
    ///
    /// `asked` is what the server wants, nil where it says nothing.
    mutating func wait(hadEvents: Bool, asked: Int?) -> Int {
        if hadEvents { backoff = Self.range.lowerBound }
        let wait = Self.clamped(max(asked ?? 0, backoff))
        backoff = Self.clamped(backoff * 2)
        return wait
    }

    private static func clamped(_ wait: Int) -> Int {
        min(max(wait, range.lowerBound), range.upperBound)
    }
}
