internal import Linux

/// Tells the time and lets it pass, for deadlines, pulses and rate limits; a test's own stands
/// still until it is moved on.
package protocol ToolClock: Sendable {
    /// Nanoseconds since some moment.
    var now: Int64 { get }
    /// Returns after the time; throws `CancellationError` at once when the task is cancelled.
    func wait(_ duration: Duration) async throws
}

/// The clock of the machine, which also counts the time it is suspended.
package struct SystemToolClock: ToolClock {
    /// There is only one.
    package init() {}

    package var now: Int64 { MonotonicClock.now() }

    /// Returns after the time; throws `CancellationError` at once when the task is cancelled.
    package func wait(_ duration: Duration) async throws {
        try await ContinuousClock().sleep(for: duration)
    }
}
