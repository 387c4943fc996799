/// Tells the time and lets it pass, for deadlines, pulses, limits and credentials.
///
/// A test's clock stands still until the test advances it.
package protocol DeviceClock: Sendable {
    /// Nanoseconds since a fixed moment; it is never set, and counts during suspension.
    ///
    /// On a board without a battery the wall clock starts in the past and jumps; this clock does
    /// not.
    var now: Int64 { get }
    /// Nanoseconds since 1970 UTC, which people and time servers set.
    var wall: Int64 { get }
    /// Returns after the time; throws `CancellationError` at once when the task is cancelled.
    func wait(_ duration: Duration) async throws
}

/// The clocks of the machine.
package struct SystemClock: DeviceClock {
    /// There is only one.
    package init() {}

    package var now: Int64 { BootClock.now() }

    package var wall: Int64 { WallClock.now() }

    // On Linux this clock is CLOCK_BOOTTIME, as `now` is.
    package func wait(_ duration: Duration) async throws {
        try await ContinuousClock().sleep(for: duration)
    }
}
