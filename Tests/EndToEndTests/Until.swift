import Linux

/// Waits until something is so of which nobody tells; the test's own time limit is the limit.
func until(_ condition: () async throws -> Bool) async throws {
    let never = try EventFD()
    while try await !condition() {
        try Task.checkCancellation()
        // Nobody signals it; asking all the time would slow down what is waited for.
        _ = never.wait(timeoutMilliseconds: 2)
    }
}
