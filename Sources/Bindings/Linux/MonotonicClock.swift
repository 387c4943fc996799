private import CLinux

/// The clock that nothing sets back or forward, in nanoseconds.
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
    package static func sleep(until nanoseconds: Int64) {
        martlet_sleep_until(nanoseconds)
    }
}
