/// Lets time pass, for deadlines and pulses; a test's own stands still until it is told to go on.
package protocol ToolClock: Sendable {
    /// Returns after the time; throws `CancellationError` at once when the task is cancelled.
    func wait(_ duration: Duration) async throws
}

/// The clock of the machine, which also counts the time it is suspended.
package struct SystemToolClock: ToolClock {
    /// There is only one.
    package init() {}

    /// Returns after the time; throws `CancellationError` at once when the task is cancelled.
    package func wait(_ duration: Duration) async throws {
        try await ContinuousClock().sleep(for: duration)
    }
}
