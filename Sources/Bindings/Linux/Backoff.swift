/// The waits before retries: each twice the last, up to a limit.
///
/// A value; the caller provides randomness. All retries take their waits from here.
package struct Backoff: Sendable, Equatable {
    /// The shortest wait, and the longest (nanoseconds).
    package let first: Int64
    package let longest: Int64
    /// How many failures are retried at once, before the waits begin.
    package let immediate: Int
    /// Attempts that have failed since the last reset.
    package private(set) var failures = 0

    /// Waits from `first` to `longest` (nanoseconds).
    package init(first: Int64, longest: Int64, immediate: Int = 0) {
        self.first = max(0, first)
        self.longest = max(first, longest)
        self.immediate = immediate
    }

    /// Counts a failure, and returns the wait before the next attempt (nanoseconds).
    ///
    /// `random`, in 0..<1, makes the wait up to a quarter shorter or longer, so that devices that
    /// failed together do not reconnect together; 0.5 leaves it unchanged.
    package mutating func failed(random: Double = 0.5) -> Int64 {
        defer { failures += 1 }
        return Self.spread(next, random: random)
    }

    /// The wait after the next failure, before it is spread (nanoseconds).
    package var next: Int64 {
        failures < immediate
            ? 0 : Self.doubled(first, failures - immediate, longest: longest)
    }

    /// The attempt succeeded: the next failure counts as the first.
    package mutating func reset() { failures = 0 }

    /// A wait, doubled a number of times and capped at the longest.
    package static func doubled(_ wait: Int64, _ times: Int, longest: Int64) -> Int64 {
        // Shifting the limit down avoids the overflow of shifting the wait up.
        guard times > 0 else { return min(wait, longest) }
        return times < 63 && wait <= longest >> Int64(times) ? wait << Int64(times) : longest
    }

    /// A wait that is up to a quarter shorter or longer; `random` in 0..<1.
    package static func spread(_ wait: Int64, random: Double) -> Int64 {
        Int64(Double(wait) * (0.75 + random / 2))
    }
}
