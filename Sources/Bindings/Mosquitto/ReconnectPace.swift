internal import Linux

/// When a reconnection is tried: at once, then with back-off and jitter.
///
/// A value; the caller provides time (nanoseconds) and randomness.
struct ReconnectPace {
    /// The wait after the second failure, which doubles from then on, and its limit.
    static let first: Int64 = 1_000_000_000
    static let longest: Int64 = 60_000_000_000
    /// A connection that lasted for this time resets the back-off.
    static let stable: Int64 = 10_000_000_000
    /// The same if another client competes for the connection: two clients with one id take over
    /// from each other, and neither can know that the other has gone.
    static let longestContested: Int64 = 300_000_000_000
    static let stableContested: Int64 = 900_000_000_000
    /// An attempt that a caller waits for is made no sooner than this after the last one.
    static let shortest: Int64 = 1_000_000_000

    private var backoff = Backoff(first: Self.first, longest: Self.longestContested, immediate: 1)
    private var lastAttempt: Int64?
    /// When the next attempt is due.
    private(set) var due: Int64 = .min

    mutating func attemptStarted(at now: Int64) {
        lastAttempt = now
        due = .max
    }

    /// Notes that the connection broke or failed; `connectedAt` is when it was made, `random` in
    /// 0..<1.
    mutating func failed(
        at now: Int64, connectedAt: Int64?, isContested: Bool = false, random: Double
    ) {
        let (stable, longest) =
            isContested
            ? (Self.stableContested, Self.longestContested) : (Self.stable, Self.longest)
        if let connectedAt, now - connectedAt >= stable { backoff.reset() }
        // A first failure is usually a restart of the broker, which many devices see at once.
        let spread = backoff.failures == 0 ? Int64(random * Double(Self.first)) : 0
        let plain = min(longest, backoff.next)
        _ = backoff.failed()
        due = now + spread + Backoff.spread(plain, random: random)
    }

    /// Moves the next attempt forward, because a caller waits for the connection.
    mutating func hurry(at now: Int64) {
        guard due != .max else { return }
        due = min(due, max(now, (lastAttempt ?? .min / 2) + Self.shortest))
    }
}
