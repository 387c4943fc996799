internal import Linux

/// How long to wait before a stream of the server's own messages is reopened.
///
/// The server may ask for a longer wait, but not for a shorter one than the minimum: a stream that
/// ends without anything new doubles the wait, whatever the server asked for.
struct ListeningPace {
    /// The shortest and the longest wait (milliseconds).
    static let range = 1_000...60_000

    /// The wait if the server asks for none.
    private var backoff = Backoff(
        first: Self.nanoseconds(range.lowerBound), longest: Self.nanoseconds(range.upperBound))

    /// The wait after a stream has ended (milliseconds, within `range`).
    ///
    /// `asked` is the wait that the server asks for, nil if it does not.
    mutating func wait(hadEvents: Bool, asked: Int?) -> Int {
        if hadEvents { backoff.reset() }
        let own = Int(backoff.failed() / 1_000_000)
        return min(max(asked ?? 0, own), Self.range.upperBound)
    }

    private static func nanoseconds(_ milliseconds: Int) -> Int64 {
        Int64(milliseconds) * 1_000_000
    }
}
