import Linux

import CWebSockets
import Glibc
import Synchronization

/// The `network` thread: libwebsockets' loop, and the executor of every actor pinned to it.
///
/// libwebsockets is single-threaded, so what it owns is touched on this thread only. Actors that
/// name the loop as their executor run here too; a call between them needs no hop, and what one
/// socket delivers is handled in the order it came.
///
/// ## Concurrency
/// `enqueue`, `perform`, `isCurrent` and `stop` may be called from every thread; everything else
/// only on the loop, which is checked. Jobs run between two turns of the loop, in the order they
/// came; one that blocks stops the network.
package final class EventLoop: SerialExecutor, @unchecked Sendable {
    // @unchecked: `backlog` is a Mutex, `identity` an Atomic; all other mutable state is touched
    // on the loop's thread only, which `checkIsolated` holds at each door.

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Backlog {
        var work: [Work] = []
        var isAwake = false
        var isStopping = false
    }

    /// Whether a context has made TLS ready, which is done once in a process.
    ///
    /// Each time it is done, libwebsockets keeps what belongs to a TLS connection under a new
    /// index, and a handshake of another context then finds nothing under it.
    private static let tlsIsReady = Mutex(false)

    private let backlog = Mutex(Backlog())
    /// The loop thread's pthread_t, 0 until it runs.
    private let identity = Atomic<UInt>(0)
    private let thread = Mutex<OwnedThread?>(nil)
    /// Given back to the loop after each batch, so that batches allocate nothing.
    private var batch: [Work] = []

    let context: OpaquePointer
    /// Virtual hosts for clients; libwebsockets keeps trust and proxy per host.
    var clientHosts: [ClientHost: OpaquePointer] = [:]
    var timers = TimerQueue()
    var timerDescriptor: FileDescriptor?
    var timerWatch: LoopWatch?

    /// Starts the loop on a thread of its own; `name` is at most 15 bytes.
    package init(name: String = "network") throws {
        ServiceLog.install()
        var info = lws_context_creation_info()
        info.port = cws_no_listen
        info.options = cws_explicit_vhosts
        // One TLS record, so that a record needs one call.
        info.pt_serv_buf_size = 16_384
        info.retry_and_idle_policy = LineLiveness.policy
        let address = Self.tlsIsReady.withLock { isReady in
            if !isReady { info.options |= cws_init_tls }
            let address = UInt(bitPattern: lws_create_context(&info))
            isReady = isReady || address != 0
            return address
        }
        guard let created = OpaquePointer(bitPattern: address) else {
            throw WebSocketsError.noContext
        }
        context = created
        let started = try OwnedThread(name: name, priority: .normal) { [unowned self] in run() }
        thread.withLock { $0 = started }
    }

    deinit {
        // The thread refers to the loop without owning it, so it must be gone first.
        stop()
    }

    /// Ends the thread; sockets still open are closed without ceremony.
    ///
    /// Jobs that come later never run. Must not be called on the loop itself.
    package func stop() {
        precondition(!isCurrent, "the event loop cannot stop itself")
        guard let thread = thread.withLock({ $0.take() }) else { return }
        backlog.withLock { $0.isStopping = true }
        lws_cancel_service(context)
        thread.join()
        // The number may be given to another thread.
        identity.store(0, ordering: .relaxed)
        // What waits here may own whatever owns the loop.
        timers = TimerQueue()
        backlog.withLock { $0.work = [] }
        WebSocketListener.forget(all: self)
    }

    // MARK: The executor

    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isCurrent, "called off the event loop")
    }

    /// Whether the caller runs on the loop's thread.
    package var isCurrent: Bool {
        identity.load(ordering: .relaxed) == UInt(bitPattern: Int(pthread_self()))
    }

    /// Runs a closure on the loop; from every thread, in the order of the calls.
    package func perform(_ body: @escaping @Sendable () -> Void) {
        add(.closure(body))
    }

    private func add(_ work: Work) {
        let mustWake = backlog.withLock { backlog in
            // Nobody would ever run it, and it may own whatever owns the loop.
            guard !backlog.isStopping else { return false }
            backlog.work.append(work)
            defer { backlog.isAwake = true }
            return !backlog.isAwake
        }
        // On the loop itself `isAwake` is always set, so this costs no system call there.
        if mustWake { lws_cancel_service(context) }
    }

    // MARK: The thread

    private func run() {
        identity.store(UInt(bitPattern: Int(pthread_self())), ordering: .relaxed)
        backlog.withLock { $0.isAwake = true }
        while true {
            switch runBatch() {
            case .stopping:
                lws_context_destroy(context)
                return
            case .moreToDo:
                // A negative time-out looks at the sockets without waiting.
                lws_service(context, -1)
            case .idle:
                lws_service(context, 0)
                backlog.withLock { $0.isAwake = true }
            }
        }
    }

    private enum Turn { case idle, moreToDo, stopping }

    private func runBatch() -> Turn {
        let isStopping = backlog.withLock { backlog in
            swap(&backlog.work, &batch)
            return backlog.isStopping
        }
        for work in batch {
            switch work {
            case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
            case .closure(let body): body()
            }
        }
        batch.removeAll(keepingCapacity: true)
        if isStopping { return .stopping }
        return backlog.withLock { backlog in
            guard backlog.work.isEmpty, !backlog.isStopping else { return .moreToDo }
            backlog.isAwake = false
            return .idle
        }
    }
}
