private import Synchronization

/// Programs run to their end, for tools and tests.
package enum ChildProcess {
    /// How many programs may run at once; each holds a thread and four descriptors.
    package static let limit = 32

    // Threads and descriptors belong to the process, so this count does too.
    private static let running = Atomic<Int>(0)

    /// Runs a program and gives what it said and how it ended.
    ///
    /// At the deadline, or when the calling task is cancelled, the program's process group is sent
    /// SIGTERM and, after `grace`, SIGKILL. The call ends when the program ends, whoever else holds
    /// its output; children it leaves behind in its group are killed then. The program reads
    /// /dev/null and has no other descriptor of ours.
    ///
    /// A program that cannot be started is an error, one that fails is a result. Too many at once
    /// are the error EAGAIN.
    package static func run(
        _ command: Command, deadline: Duration, grace: Duration
    ) async throws(SystemError) -> CommandResult {
        let cancellation = try EventFD()
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start(command, deadline: deadline, grace: grace, cancellation: cancellation) {
                    continuation.resume(returning: $0)
                }
            }
        } onCancel: {
            cancellation.signal()
        }.get()
    }

    /// Runs a program on a thread of its own, because waiting for it blocks.
    private static func start(
        _ command: Command, deadline: Duration, grace: Duration, cancellation: EventFD,
        completion: @escaping @Sendable (Result<CommandResult, SystemError>) -> Void
    ) {
        do throws(SystemError) {
            try reservePlace()
            do throws(SystemError) {
                _ = try OwnedThread(name: "child", priority: .normal) {
                    let result = supervise(
                        command, deadline: deadline, grace: grace, cancellation: cancellation)
                    running.subtract(1, ordering: .relaxed)
                    completion(result)
                }
            } catch {
                running.subtract(1, ordering: .relaxed)
                throw error
            }
        } catch {
            completion(.failure(error))
        }
    }

    private static func supervise(
        _ command: Command, deadline: Duration, grace: Duration, cancellation: EventFD
    ) -> Result<CommandResult, SystemError> {
        do throws(SystemError) {
            var supervisor = try ChildSupervisor(command)
            return .success(
                supervisor.run(deadline: deadline, grace: grace, cancellation: cancellation))
        } catch {
            return .failure(error)
        }
    }

    private static func reservePlace() throws(SystemError) {
        if running.add(1, ordering: .relaxed).newValue > limit {
            running.subtract(1, ordering: .relaxed)
            throw SystemError.tooManyChildren
        }
    }
}
