private import Synchronization

/// A thread for what may block, on a disk or a driver; there while there is something to do.
///
/// Swift's pool has as many threads as the machine has processors, so that two writes to a slow
/// card would hold up every tool, and the loop that is asked for a sign of life. An actor that touches
/// files names one of these as its executor, a task prefers one; others hand work to `run`. Each has one of its own,
/// so that a bell does not wait for somebody else's audit log: one that has nothing to do costs
/// no thread and no memory worth a word.
///
/// ## Concurrency
/// From every thread, the loop's too: nothing waits but the caller of `run`. Work is done in the
/// order in which it came, one piece after the other. An executor may refuse no job, so that the
/// queue has no limit of its own; those that hand in work have one.
package final class DiskThread: SerialExecutor, TaskExecutor {
    private enum Work: Sendable {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct State: Sendable {
        var work: [Work] = []
        /// Somebody does it.
        var isBusy = false
    }

    private let name: String
    private let state = Mutex(State())

    /// A thread that begins with the first work; `name` is at most 15 bytes.
    package init(name: String) { self.name = name }

    // MARK: - The executor

    package func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    // MARK: - Work

    /// Does something on the thread, and returns what came of it.
    package func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
            perform { continuation.resume(returning: Swift.Result(catching: body)) }
        }
        return try result.get()
    }

    /// Has something done on the thread, and returns at once.
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

    /// What is to be done now; nil ends the thread.
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
