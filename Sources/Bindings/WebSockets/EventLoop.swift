import Linux

import CWebSockets
import Glibc
import Synchronization

/// The `network` thread: libwebsockets' loop, and the executor of every actor pinned to it.
///
/// libwebsockets is single-threaded, so its state is accessed on this thread only. Actors that name
/// the loop as their executor run here too; a call between them needs no hop, and the events of a
/// socket are handled in order.
///
/// ## Concurrency
/// `enqueue`, `perform`, `isCurrent` and `stop` may be called from every thread; everything else
/// only on the loop, which is checked. Jobs run between two turns of the loop, in the order of
/// arrival; a job that blocks stops the network.
package final class EventLoop: SerialExecutor, @unchecked Sendable {
    // @unchecked: `backlog` is a Mutex, `identity` an Atomic; all other mutable state is accessed
    // only on the loop's thread, which `checkIsolated` enforces at each entry.

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Backlog {
        var work: [Work] = []
        /// When the oldest work was added (nanoseconds of CLOCK_MONOTONIC).
        var since: Int64 = 0
        var isAwake = false
        var isStopping = false
        /// Whether the context was destroyed and must not be woken.
        var isOver = false
    }

    /// libwebsockets gives up on each step of a connection after this (seconds).
    ///
    /// More than `WebSocketRequest` can ask for, so that the request's own time-out applies;
    /// libwebsockets' default is 5.
    static let libraryTimeoutSeconds: UInt32 = 75

    /// The longest head of an answer that is read (bytes); libwebsockets' default is a quarter of
    /// this, and a longer head makes the answer invalid.
    static let headLimitBytes: UInt16 = 16_384

    /// Whether a context has initialized TLS, which is done once in a process.
    ///
    /// Each initialization makes libwebsockets store the data of TLS connections under a new index,
    /// and a handshake of another context then finds nothing under it.
    private static let tlsIsReady = Mutex(false)

    private let backlog = Mutex(Backlog())
    /// The loop thread's pthread_t, 0 until it runs.
    private let identity = Atomic<UInt>(0)
    private let thread = Mutex<OwnedThread?>(nil)
    /// Reused for each batch, so that batches allocate nothing.
    private var batch: [Work] = []

    let context: OpaquePointer
    /// The virtual host that watches belong to; set before the thread runs.
    var watchHost: OpaquePointer?
    /// Virtual hosts for clients; libwebsockets keeps trust and proxy per host.
    var clientHosts: [ClientHost: OpaquePointer] = [:]
    /// By authority file; nil is the system's store.
    var trusts: [String?: ClientTrust] = [:]
    let system: SystemAuthorities
    var hasFetched = false
    /// Retains clients that are neither open nor failed, since there may be no other reference.
    var opening: [ObjectIdentifier: WebSocketClient] = [:]
    let timers = TimerQueue()
    let timerDescriptor: FileDescriptor
    private var timerWatch: LoopWatch?
    /// Resolves names on other threads.
    let names: NameResolver
    /// How long the loop was kept busy, and by what.
    package let stays = LoopOccupancy()

    /// Starts the loop on its own thread; `name` is at most 15 bytes.
    ///
    /// `names` resolves the hosts of its connections. `authorities` are PEM files of authorities
    /// that will be trusted: they are read here, and not on the loop when they are first needed; a
    /// file that cannot be read is an error of the connections that use it. Connections that name
    /// none trust `system`.
    package init(
        name: String = "network", names: NameResolver = NameResolver(), authorities: [String] = [],
        system: SystemAuthorities = SystemAuthorities()
    ) throws {
        ServiceLog.install()
        self.names = names
        self.system = system
        timerDescriptor = FileDescriptor(
            adopting: try SystemError.checkNegative(
                "timerfd_create", or: { _ in WebSocketsError.noDescriptor("the loop's timer") }
            ) { cws_make_timer() })
        var info = lws_context_creation_info()
        info.port = cws_no_listen
        info.options = cws_explicit_vhosts
        // One TLS record, so that a record needs one call.
        info.pt_serv_buf_size = 16_384
        info.retry_and_idle_policy = LineLiveness.policy
        info.timeout_secs = Self.libraryTimeoutSeconds
        info.max_http_header_data = Self.headLimitBytes
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
        // Before the thread runs, since reading authorities may take a while, and nothing waits for
        // the loop yet.
        do {
            try makeOwnHosts(authorities)
            timerWatch = try adopt(timerDescriptor.rawValue) { [unowned self] in fireTimers() }
            let started = try OwnedThread(name: name, priority: .normal) { [unowned self] in run() }
            thread.withLock { $0 = started }
        } catch {
            timerWatch = nil
            lws_context_destroy(created)
            throw error
        }
    }

    deinit {
        // The thread refers to the loop without owning it, so it must end first.
        stop()
    }

    /// Ends the thread; open sockets are closed without a close frame.
    ///
    /// Jobs that come later never run. Must not be called on the loop itself.
    package func stop() {
        precondition(!isCurrent, "the event loop cannot stop itself")
        guard let thread = thread.withLock({ $0.take() }) else { return }
        // Under the lock, since the thread destroys the context once it has seen the request.
        backlog.withLock { backlog in
            backlog.isStopping = true
            if !backlog.isOver { lws_cancel_service(context) }
        }
        thread.join()
        // The number may be given to another thread.
        identity.store(0, ordering: .relaxed)
        // Waiting timers may own the loop's owner.
        timers.removeAll()
        for client in opening.values { client.loopEnded() }
        opening = [:]
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
        let now = MonotonicClock.now()
        backlog.withLock { backlog in
            // It would never run, and it may own the loop's owner.
            guard !backlog.isStopping else { return }
            if backlog.work.isEmpty { backlog.since = now }
            backlog.work.append(work)
            // On the loop itself `isAwake` is always set, so this costs no system call there.
            // Under the lock: `stop` may have the context destroyed at any moment.
            if !backlog.isAwake, !backlog.isOver { lws_cancel_service(context) }
            backlog.isAwake = true
        }
    }

    // MARK: The thread

    private func run() {
        identity.store(UInt(bitPattern: Int(pthread_self())), ordering: .relaxed)
        backlog.withLock { $0.isAwake = true }
        while true {
            switch runBatch() {
            case .stopping:
                backlog.withLock { $0.isOver = true }
                timerWatch = nil
                lws_context_destroy(context)
                return
            case .moreToDo:
                // A negative time-out polls the sockets without waiting.
                lws_service(context, -1)
            case .idle:
                lws_service(context, 0)
                backlog.withLock { $0.isAwake = true }
            }
        }
    }

    private enum Turn { case idle, moreToDo, stopping }

    private func runBatch() -> Turn {
        let (isStopping, since) = backlog.withLock { backlog in
            swap(&backlog.work, &batch)
            return (backlog.isStopping, backlog.since)
        }
        if !batch.isEmpty { stays.waited(since: since) }
        for work in batch {
            stays.measure(.job) {
                switch work {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .closure(let body): body()
                }
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
