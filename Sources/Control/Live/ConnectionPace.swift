internal import Linux

/// When a connection is retried: first at once, then with a growing back-off, jitter and a budget.
///
/// A value; time and randomness come in.
struct ConnectionPace {
    /// What the wait depends on.
    enum Cause { case usual, overload, quota }

    /// The wait after the second failure, which doubles from then on, and its limit.
    static let first: Int64 = 500_000_000
    static let longest: Int64 = 30_000_000_000
    /// The wait after the first failure of an overloaded service; it doubles, too.
    static let overload: Int64 = 2_000_000_000
    /// A connection that held for this time resets the count.
    static let stable: Int64 = 10_000_000_000
    /// The limit of attempts per minute, whatever their reason.
    static let attemptsPerMinute = 12
    /// The wait after "quota exceeded": trying earlier prolongs it.
    static let quota: Int64 = 60_000_000_000
    /// The window in which attempts are counted.
    private static let minute: Int64 = 60_000_000_000

    private(set) var failures = 0
    private var attempts: [Int64] = []

    mutating func attemptStarted(at now: Int64) {
        attempts.removeAll { $0 <= now - Self.minute }
        attempts.append(now)
    }

    mutating func held(from start: Int64, until end: Int64) {
        if end - start >= Self.stable { failures = 0 }
    }

    /// A connection has carried a whole turn, so the next failure counts as the first.
    mutating func proved() { failures = 0 }

    /// When the minute's attempts allow another attempt; not before now.
    func other(at now: Int64) -> Int64 { max(now, budget) }

    /// Counts a failure and returns the time of the next attempt, not before the far end allows it;
    /// `random` is in 0..<1, `asked` in nanoseconds.
    mutating func failed(
        at now: Int64, pace: Cause = .usual, asked: Int64 = 0, random: Double
    ) -> Int64 {
        defer { failures += 1 }
        let plain =
            switch pace {
            case .usual: failures == 0 ? 0 : doubled(Self.first, failures - 1)
            case .overload: doubled(Self.overload, failures)
            case .quota: max(Self.quota, doubled(Self.first, failures))
            }
        let wait = Backoff.spread(plain, random: random)
        return max(now + max(wait, asked), budget)
    }

    private func doubled(_ wait: Int64, _ times: Int) -> Int64 {
        Backoff.doubled(wait, times, longest: Self.longest)
    }

    private var budget: Int64 {
        guard attempts.count >= Self.attemptsPerMinute else { return .min }
        return attempts[attempts.count - Self.attemptsPerMinute] + Self.minute
    }

    mutating func reset() { failures = 0 }
}
