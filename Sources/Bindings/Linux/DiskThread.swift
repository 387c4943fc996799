private import Synchronization

/// A thread for work that may block on a disk or a driver; it exists while there is work.
///
/// Swift's pool has as many threads as the machine has processors, so two writes to a slow card
/// would hold up every tool, and the loop that answers the watchdog. An actor that uses files names
/// a `DiskThread` as its executor, a task prefers one; others pass work to `run`. Each user has its
/// own, so that a bell does not wait for an audit log: without work it costs no thread and hardly
/// any memory.
///
/// ## Concurrency
/// Every thread may call it, also the loop's: only the caller of `run` waits. Work is done in the
/// order of arrival, one piece after the other. An executor must not refuse jobs, so the queue has
/// no limit; its users have limits.
package final class DiskThread: SerialExecutor, TaskExecutor {
    private enum Work: Sendable {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct State: Sendable {
        var work: [Work] = []
        /// Whether a thread works on the queue.
        var isBusy = false
    }

    private let name: String
    private let state = Mutex(State())

    /// Creates the executor; its thread starts with the first work; `name` is at most 15 bytes.
    package init(name: String) { self.name = name }

    // MARK: - The executor

    package func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    // MARK: - Work

    /// Runs a closure on the thread, and returns its result.
    package func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
            perform { continuation.resume(returning: Swift.Result(catching: body)) }
        }
        return try result.get()
    }

    /// Queues a closure for the thread, and returns at once.
    package func perform(_ body: @escaping @Sendable () -> Void) { add(.closure(body)) }

    private func add(_ work: Work) {
        let isFirst = state.withLock { state in
            state.work.append(work)
            defer { state.isBusy = true }
            return !state.isBusy
        }
        if isFirst { start() }
    }

    private func start() {
        do {
            _ = try OwnedThread(name: name, priority: .normal) { [self] in work() }
        } catch {
            // The kernel has no thread left: the pool then waits for the disk, which is better
            // than to lose what was to be stored.
            Task.detached { [self] in work() }
        }
    }

    private func work() {
        while let next = next() {
            switch next {
            case .job(let job):
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .closure(let body): body()
            }
        }
    }

    /// The next work; nil ends the thread.
    private func next() -> Work? {
        state.withLock { state in
            guard !state.work.isEmpty else {
                state.isBusy = false
                return nil
            }
            return state.work.removeFirst()
        }
    }
}
