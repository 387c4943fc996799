private import CCurl
internal import Linux
internal import Synchronization

/// The queue of orders from callers to the `http` thread.
///
/// ## Concurrency
/// The lock protects the whole state, including curl's multi handle for waking: the thread removes
/// it under the lock before it frees it.
final class TransferQueue: Sendable {
    /// More simultaneous transfers than an appliance needs.
    static let transfersLimit = 64

    /// A command to the thread.
    enum Command: Sendable {
        case start(UInt64, HTTPRequest, ResponseChannel)
        case cancel(UInt64)
        case resume(UInt64)
    }

    /// What the thread must do next.
    struct Orders {
        var commands: [Command]
        var isStopped: Bool
    }

    private struct State {
        var commands: [Command] = []
        var isStopped = false
        var isRunning = false
        var lastNumber: UInt64 = 0
        var transfers = 0
        var multi: MultiHandle?
    }

    private let state = Mutex(State())

    /// Queues a transfer, and starts the thread with the first; returns its number.
    func start(
        _ request: HTTPRequest, _ channel: ResponseChannel
    ) throws(HTTPError) -> UInt64 {
        let result: Result<UInt64, HTTPError> = state.withLock { state in
            guard state.transfers < Self.transfersLimit else {
                return .failure(.busy(limit: Self.transfersLimit))
            }
            if state.isStopped { return .failure(.unavailable("it could not start")) }
            if !state.isRunning {
                do {
                    try startThread()
                } catch {
                    return .failure(.unavailable("\(error)"))
                }
                state.isRunning = true
            }
            state.transfers += 1
            state.lastNumber += 1
            state.commands.append(.start(state.lastNumber, request, channel))
            state.multi?.wake()
            return .success(state.lastNumber)
        }
        return try result.get()
    }

    /// Queues a command for a transfer; it is ignored if the transfer has ended.
    func post(_ command: Command) {
        state.withLock { state in
            guard state.isRunning, !state.isStopped else { return }
            state.commands.append(command)
            state.multi?.wake()
        }
    }

    /// Ends the thread, which aborts all transfers under way.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.multi?.wake()
        }
    }

    // MARK: The http thread

    private func startThread() throws(SystemError) {
        // The thread retains the queue and not the client, whose release ends the thread.
        _ = try OwnedThread(name: "http", priority: .normal) { TransferLoop(queue: self).run() }
    }

    /// Allows callers to wake the thread, or no longer.
    func attach(_ multi: MultiHandle?) {
        state.withLock { $0.multi = multi }
    }

    /// Takes the orders queued since the last call.
    func takeOrders() -> Orders {
        state.withLock { state in
            defer { state.commands = [] }
            return Orders(commands: state.commands, isStopped: state.isStopped)
        }
    }

    /// Counts a transfer that has ended.
    func countEnded() {
        state.withLock { $0.transfers -= 1 }
    }
}

/// curl's handle of all transfers.
///
/// @unchecked: the pointer is used on the `http` thread; others only wake it, which curl allows
/// from every thread, under the lock that outlives the handle.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    /// Ends the thread's wait.
    ///
    /// The corresponding C function is `ccurl_multi_wakeup`.
    func wake() { _ = ccurl_multi_wakeup(pointer) }
}
