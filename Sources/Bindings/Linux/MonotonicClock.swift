private import CLinux

/// The clock that is never set back or forward, in nanoseconds.
///
/// It is the kernel's CLOCK_MONOTONIC, which also stamps the edges of GPIO lines and the positions
/// of sound cards, so all three can be compared.
package enum MonotonicClock {
    /// Nanoseconds since some moment before the program started; safe on a real-time thread.
    ///
    /// The corresponding C function is `clock_gettime`.
    @_noAllocation @_noLocks
    package static func now() -> Int64 {
        martlet_monotonic_now()
    }

    /// Blocks the calling thread until `now()` reaches `nanoseconds`; returns at once if it has.
    ///
    /// For threads that replace a device's clock. The corresponding C function is
    /// `clock_nanosleep`.
    @_noAllocation @_noLocks
    package static func wait(until nanoseconds: Int64) {
        martlet_sleep_until(nanoseconds)
    }

    /// The time a duration from now; it saturates.
    package static func now(plus time: Duration) -> Int64 {
        let (sum, overflow) = now().addingReportingOverflow(time.nanoseconds)
        return overflow ? (time < .zero ? .min : .max) : sum
    }

    /// The time left until `nanoseconds` as poll(2) takes it: rounded up, 0 when it has passed.
    package static func milliseconds(until nanoseconds: Int64) -> Int32 {
        let now = now()
        if nanoseconds <= now { return 0 }
        let (left, overflow) = nanoseconds.subtractingReportingOverflow(now)
        if overflow || left >= Int64(Int32.max) * 1_000_000 { return .max }
        return Int32((left + 999_999) / 1_000_000)
    }
}

extension Duration {
    /// Whole nanoseconds, rounded towards zero, as far as 64 bits go (292 years).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }
}
