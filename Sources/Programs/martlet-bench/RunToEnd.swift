import Linux
import Synchronization

/// Runs async work from a synchronous command, waits for it, and throws its error.
func runToEnd(_ body: @escaping @Sendable () async throws -> Void) throws {
    let (done, failure) = (try EventFD(), Failure())
    Task.detached {
        do {
            try await body()
        } catch {
            failure.text.withLock { $0 = "\(error)" }
        }
        done.signal()
    }
    _ = done.wait(timeoutMilliseconds: -1)
    if let text = failure.text.withLock({ $0 }) { throw BenchError(text) }
}

/// The error of a task.
private final class Failure: Sendable {
    let text = Mutex<String?>(nil)
}
