/// When to try again: the first time at once, then ever later, with jitter and a budget.
///
/// A value; time and randomness come in.
struct Backoff {
    /// The wait after the second failure, which doubles from then on, and its limit.
    static let first: Int64 = 500_000_000
    static let longest: Int64 = 30_000_000_000
    /// A connection that held so long starts the count anew.
    static let stable: Int64 = 10_000_000_000
    /// No more attempts than this within a minute, whatever happens.
    static let attemptsPerMinute = 12
    /// The wait after "quota exceeded": trying earlier prolongs it.
    static let quota: Int64 = 60_000_000_000

    private(set) var failures = 0
    private var attempts: [Int64] = []

    mutating func attemptStarted(at now: Int64) {
        attempts.removeAll { $0 <= now - 60_000_000_000 }
        attempts.append(now)
    }

    mutating func held(from start: Int64, until end: Int64) {
        if end - start >= Self.stable { failures = 0 }
    }

    /// A connection has carried a whole turn, so what comes is no failure of the first kind.
    mutating func proved() { failures = 0 }

    /// The moment of the next attempt when it is not the same that failed.
    func other(at now: Int64) -> Int64 { max(now, budget) }

    /// Counts a failure and gives the moment of the next attempt; `random` is in 0..<1.
    mutating func failed(at now: Int64, isQuota: Bool, random: Double) -> Int64 {
        defer { failures += 1 }
        // So many doublings reach the limit; more would overflow.
        let doublings = min(max(0, failures - 1), 10)
        let plain = failures == 0 ? 0 : min(Self.longest, Self.first << Int64(doublings))
        let wait = Int64(Double(isQuota ? max(plain, Self.quota) : plain) * (0.75 + random / 2))
        return max(now + wait, budget)
    }

    /// When the minute's attempts allow another one.
    private var budget: Int64 {
        guard attempts.count >= Self.attemptsPerMinute else { return .min }
        return attempts[attempts.count - Self.attemptsPerMinute] + 60_000_000_000
    }

    mutating func reset() { failures = 0 }
}
