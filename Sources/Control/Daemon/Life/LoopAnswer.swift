internal import Synchronization
internal import WebSockets

extension EventLoop {
    /// Does work on the loop's thread, in its turn, and waits for it; from any other thread.
    ///
    /// Throws what the work throws, and throws if the loop has stopped and drops the work.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let answer = LoopAnswer(continuation)
            perform { answer.give(Swift.Result { try body() }) }
        }
    }
}

/// Answers a caller that waits for work on the loop, even if a stopped loop drops the work.
private final class LoopAnswer<Result: Sendable>: Sendable {
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
