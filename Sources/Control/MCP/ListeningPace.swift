internal import Linux

/// How long is waited before a stream of the server's own messages is opened again.
///
/// The server may ask for a longer wait, and never for a shorter one than the least: a stream that
/// ends without anything new in it doubles the wait, whatever was asked for.
struct ListeningPace {
    /// The least wait, and the most (milliseconds).
    static let range = 1_000...60_000

    /// The wait that is due when the server says nothing.
    private var backoff = Backoff(
        first: Self.nanoseconds(range.lowerBound), longest: Self.nanoseconds(range.upperBound))

    /// The wait after a stream has ended (milliseconds, within `range`).
    ///
    /// `asked` is what the server wants, nil where it says nothing.
    mutating func wait(hadEvents: Bool, asked: Int?) -> Int {
        if hadEvents { backoff.reset() }
        let own = Int(backoff.failed() / 1_000_000)
        return min(max(asked ?? 0, own), Self.range.upperBound)
    }

    private static func nanoseconds(_ milliseconds: Int) -> Int64 {
        Int64(milliseconds) * 1_000_000
    }
}
