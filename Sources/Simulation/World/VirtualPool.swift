internal import Linux
internal import Tools

/// Runs the tools of a world: on its single thread, in the order in which they were started.
final class VirtualPool: TaskExecutor, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let loop: VirtualLoop

    init(loop: VirtualLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.schedule(at: loop.now) { [unowned self] in
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// The tools' clock in virtual time.
struct VirtualToolClock: DeviceClock {
    let loop: VirtualLoop

    var now: Int64 { loop.now }
    /// The world began with the year 2026.
    var wall: Int64 { 1_767_225_600_000_000_000 + loop.now }

    func wait(_ duration: Duration) async throws {
        let wait = Wait()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait.begin(continuation)
                loop.after(
                    duration.components.seconds * 1_000_000_000
                        + duration.components.attoseconds / 1_000_000_000
                ) { wait.end() }
            }
        } onCancel: {
            wait.cancel()
        }
    }

    /// A waiting task, until the time or the cancellation comes.
    private final class Wait: @unchecked Sendable {
        // @unchecked: see `VirtualLoop`.

        private var continuation: CheckedContinuation<Void, any Error>?
        private var isCancelled = false

        func begin(_ continuation: CheckedContinuation<Void, any Error>) {
            guard !isCancelled else { return continuation.resume(throwing: CancellationError()) }
            self.continuation = continuation
        }

        func end() {
            continuation?.resume()
            continuation = nil
        }

        func cancel() {
            isCancelled = true
            continuation?.resume(throwing: CancellationError())
            continuation = nil
        }
    }
}
