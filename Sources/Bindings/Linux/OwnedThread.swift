private import CLinux
private import Glibc
private import Synchronization

/// How urgently a thread is scheduled.
package enum ThreadPriority: Sendable, Equatable {
    /// The ordinary time-sharing scheduler.
    case normal
    /// SCHED_FIFO at this priority, 1 to 99, if the system grants it.
    case realTime(Int32)

    /// Sets it for the calling thread; false if the system does not grant it, and the thread is
    /// scheduled as before.
    ///
    /// For a real-time thread that opens a device, reads a file or does other slow work: it has
    /// normal priority meanwhile. Threads and processes that are created from now on inherit
    /// nothing (SCHED_RESET_ON_FORK): sound plugins create some, and an unknown real-time thread
    /// may take the processor from all others. The corresponding C function is
    /// `sched_setscheduler`.
    @discardableResult
    package func take() -> Bool {
        let level: Int32 = if case .realTime(let level) = self { level } else { 0 }
        do throws(SystemError) {
            try SystemError.check("sched_setscheduler") { martlet_schedule_thread(level) }
            return true
        } catch {
            return false
        }
    }
}

/// A POSIX thread with a name and a priority.
///
/// A real-time priority that the system does not grant (no `LimitRTPRIO`, an ordinary user) is not
/// an error: the thread runs at normal priority, and `isRealTime` says so.
///
/// ## Concurrency
/// The body runs on the new thread. `join` may be called from every other thread; the object may be
/// released before the thread ends; the thread then finishes by itself.
package final class OwnedThread: Sendable {
    /// The stack of each thread: 1 MiB.
    ///
    /// glibc's default of 8 MiB has room for transparent huge pages, if the kernel has them set to
    /// "always" (Debian's does): since Linux 6.7 the first word on such a stack may take 2 MiB, in
    /// all 4 MiB of a daemon's 13 (Tests/VM/costs.sh). No thread of ours needs a tenth of 1 MiB.
    private static let stackBytes = 1 << 20

    /// Whether SCHED_FIFO was granted.
    package let isRealTime: Bool

    // The thread until it is joined; the lock ensures that only one of several joiners reaps it.
    private let running: Mutex<pthread_t?>

    /// Starts a thread.
    ///
    /// `name` is at most 15 bytes, as the kernel allows. The corresponding C function is
    /// `pthread_create`.
    package init(
        name: String, priority: ThreadPriority, body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        precondition(name.utf8.count <= 15, "the kernel cuts a thread name after 15 bytes: \(name)")
        let start = ThreadStart(name: name, body: body)
        if case .realTime(let level) = priority,
            let thread = try Self.create(start, fifoPriority: level)
        {
            isRealTime = true
            running = Mutex(thread)
        } else {
            isRealTime = false
            running = Mutex(try Self.create(start, fifoPriority: nil))
        }
    }

    deinit {
        running.withLock { thread in
            if let thread { _ = pthread_detach(thread) }
        }
    }

    /// Waits until the body has returned; returns at once if the thread was already joined.
    ///
    /// The corresponding C function is `pthread_join`.
    package func join() {
        let thread = running.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let thread else { return }
        precondition(pthread_equal(thread, pthread_self()) == 0, "a thread joins itself")
        pthread_join(thread, nil)
    }

    /// Makes the thread; nil when the real-time priority was refused.
    private static func create(
        _ start: ThreadStart, fifoPriority: Int32?
    ) throws(SystemError) -> pthread_t? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        if let fifoPriority {
            var parameters = sched_param()
            parameters.sched_priority = fifoPriority
            pthread_attr_setinheritsched(&attributes, Int32(PTHREAD_EXPLICIT_SCHED))
            pthread_attr_setschedpolicy(&attributes, SCHED_FIFO)
            pthread_attr_setschedparam(&attributes, &parameters)
        }
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(start)
        do throws(SystemError) {
            let call = fifoPriority == nil ? "pthread_create" : "pthread_create SCHED_FIFO"
            try SystemError.checkReturned(call, start.name) {
                pthread_create(&thread, &attributes, runThread, argument.toOpaque())
            }
            return thread
        } catch {
            argument.release()
            if fifoPriority != nil && error.code == EPERM { return nil }
            throw error
        }
    }
}

/// The argument of a new thread.
private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    martlet_name_thread(start.name)
    start.body()
    return nil
}
