internal import Linux

/// The time as credentials need it; a test's own stands still until it is moved on.
package protocol AccountClock: Sendable {
    /// Nanoseconds since 1970 UTC; people and time servers set it.
    var wallNanoseconds: Int64 { get }
    /// Nanoseconds since some moment, never set, running on while the machine is suspended.
    ///
    /// A board without a battery starts in the past and jumps; no token gets old by that.
    var elapsedNanoseconds: Int64 { get }
    /// Returns after the time; throws `CancellationError` at once when the task is cancelled.
    func wait(_ duration: Duration) async throws
}

/// The clocks of the machine.
package struct SystemAccountClock: AccountClock {
    private let start = ContinuousClock().now

    /// Counts elapsed time from now.
    package init() {}

    package var wallNanoseconds: Int64 { WallClock.now() }

    package var elapsedNanoseconds: Int64 { (ContinuousClock().now - start).nanoseconds }

    package func wait(_ duration: Duration) async throws {
        try await ContinuousClock().sleep(for: duration)
    }
}
