internal import Linux

/// When a lost line is tried again: at once, then ever later, with jitter.
///
/// A value; time (nanoseconds) and randomness come in.
struct ReconnectPace {
    /// The wait after the second failure, which doubles from then on, and its limit.
    static let first: Int64 = 1_000_000_000
    static let longest: Int64 = 60_000_000_000
    /// A connection that stood for this time starts the count anew.
    static let stable: Int64 = 10_000_000_000
    /// The same where somebody else lays claim to the line: two clients of one name take it from
    /// each other, and neither can know that the other has gone.
    static let longestContested: Int64 = 300_000_000_000
    static let stableContested: Int64 = 900_000_000_000
    /// An attempt that somebody waits for comes no sooner than this after the last one.
    static let shortest: Int64 = 1_000_000_000

    private var backoff = Backoff(first: Self.first, longest: Self.longestContested, immediate: 1)
    private var lastAttempt: Int64?
    /// When the next attempt is due.
    private(set) var due: Int64 = .min

    mutating func attemptStarted(at now: Int64) {
        lastAttempt = now
        due = .max
    }

    /// The line broke, or was not made; `connectedAt` is when it was made, `random` in 0..<1.
    mutating func failed(
        at now: Int64, connectedAt: Int64?, isContested: Bool = false, random: Double
    ) {
        let (stable, longest) =
            isContested
            ? (Self.stableContested, Self.longestContested) : (Self.stable, Self.longest)
        if let connectedAt, now - connectedAt >= stable { backoff.reset() }
        // A first failure is the broker's restart as a rule, which many devices see at once.
        let spread = backoff.failures == 0 ? Int64(random * Double(Self.first)) : 0
        let plain = min(longest, backoff.next)
        _ = backoff.failed()
        due = now + spread + Backoff.spread(plain, random: random)
    }

    /// Somebody waits for the line.
    mutating func hurry(at now: Int64) {
        guard due != .max else { return }
        due = min(due, max(now, (lastAttempt ?? .min / 2) + Self.shortest))
    }
}
