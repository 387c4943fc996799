private import CCurl
internal import Linux
internal import Synchronization

/// What callers hand to the `http` thread.
///
/// ## Concurrency
/// The lock protects all of it, including curl's multi handle as far as waking goes: the thread
/// takes it out under the lock before it releases it.
final class TransferQueue: Sendable {
    /// As many transfers at once as an appliance can want.
    static let transfersLimit = 64

    /// A word to the thread.
    enum Command: Sendable {
        case start(UInt64, HTTPRequest, ResponseChannel)
        case cancel(UInt64)
        case resume(UInt64)
    }

    /// What the thread is to do next.
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

    /// Queues a transfer, starting the thread with the first; its number.
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

    /// Queues a word about a transfer; one that has ended is not looked for.
    func post(_ command: Command) {
        state.withLock { state in
            guard state.isRunning, !state.isStopped else { return }
            state.commands.append(command)
            state.multi?.wake()
        }
    }

    /// Ends the thread, which aborts what is under way.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.multi?.wake()
        }
    }

    // MARK: The http thread

    private func startThread() throws(SystemError) {
        // The thread keeps the queue, not the client, whose release ends it.
        _ = try OwnedThread(name: "http", priority: .normal) { TransferLoop(queue: self).run() }
    }

    /// Lets callers wake the thread, or no longer.
    func attach(_ multi: MultiHandle?) {
        state.withLock { $0.multi = multi }
    }

    /// What was queued since the last time.
    func takeOrders() -> Orders {
        state.withLock { state in
            defer { state.commands = [] }
            return Orders(commands: state.commands, isStopped: state.isStopped)
        }
    }

    /// A transfer has ended.
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
