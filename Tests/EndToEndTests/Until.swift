import Linux

/// Polls until a condition holds that is not signalled; the test's own time limit is the limit.
func until(_ condition: () async throws -> Bool) async throws {
    let never = try EventFD()
    while try await !condition() {
        try Task.checkCancellation()
        // The condition is not signalled; constant polling would slow down the work that it waits
        // for.
        _ = never.wait(timeoutMilliseconds: 2)
    }
}
