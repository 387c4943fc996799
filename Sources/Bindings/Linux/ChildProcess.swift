private import Synchronization

/// Programs run to their end, for tools and tests.
package enum ChildProcess {
    // Each running program holds a thread and four descriptors, and those belong to the whole
    // process, so the limit does too. It is far more than the tools of one device start at once.
    private static let places = ChildPlaces(limit: 32)

    /// Runs a program and returns its output and how it ended.
    ///
    /// At the deadline, or when the calling task is cancelled, the program's process group is sent
    /// SIGTERM and, after `grace`, SIGKILL. The call ends when the program ends, even if other
    /// processes hold its output; children that it leaves in its group are then killed. The program
    /// reads /dev/null and has no other descriptor of ours.
    ///
    /// A program that cannot be started is an error, one that fails is a result. If too many run at
    /// once, the error is EAGAIN.
    package static func run(
        _ command: Command, deadline: Duration, grace: Duration
    ) async throws(SystemError) -> CommandResult {
        try await run(command, deadline: deadline, grace: grace, in: places)
    }

    /// Runs a program in one of the given places.
    static func run(
        _ command: Command, deadline: Duration, grace: Duration, in places: ChildPlaces
    ) async throws(SystemError) -> CommandResult {
        let cancellation = try EventFD()
        let supervise: @Sendable () -> Result<CommandResult, SystemError> = {
            do throws(SystemError) {
                var supervisor = try ChildSupervisor(command)
                return .success(
                    supervisor.run(deadline: deadline, grace: grace, cancellation: cancellation))
            } catch {
                return .failure(error)
            }
        }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                onThread(in: places, supervise) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            cancellation.signal()
        }.get()
    }

    /// Runs a blocking body on its own thread.
    private static func onThread(
        in places: ChildPlaces,
        _ body: @escaping @Sendable () -> Result<CommandResult, SystemError>,
        completion: @escaping @Sendable (Result<CommandResult, SystemError>) -> Void
    ) {
        guard places.take() else { return completion(.failure(.tooManyChildren)) }
        do throws(SystemError) {
            _ = try OwnedThread(name: "child", priority: .normal) {
                let result = body()
                places.giveBack()
                completion(result)
            }
        } catch {
            places.giveBack()
            completion(.failure(error))
        }
    }
}

/// How many programs may run at once.
final class ChildPlaces: Sendable {
    private let limit: Int
    private let taken = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a place; false when all are taken.
    func take() -> Bool {
        if taken.add(1, ordering: .relaxed).newValue <= limit { return true }
        giveBack()
        return false
    }

    func giveBack() {
        taken.subtract(1, ordering: .relaxed)
    }
}
