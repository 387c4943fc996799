internal import Synchronization

/// Answers whoever waits for work on the loop, also where a loop that has stopped drops the work.
final class LoopAnswer<Result: Sendable>: Sendable {
    private struct Stopped: Error {}

    private let waiting: Mutex<CheckedContinuation<Result, any Error>?>

    init(_ continuation: CheckedContinuation<Result, any Error>) {
        waiting = Mutex(continuation)
    }

    deinit { give(.failure(Stopped())) }

    func give(_ result: Swift.Result<Result, any Error>) {
        waiting.withLock { $0.take() }?.resume(with: result)
    }
}
