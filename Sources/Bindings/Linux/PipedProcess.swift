private import Glibc
internal import Synchronization

/// A program that exchanges data with us through its standard streams, until it ends or is ended.
///
/// It leads its own process group and has no other descriptor of ours. Its output is reported as it
/// arrives, and is not read faster than its owner takes it.
///
/// ## Concurrency
/// Every method may be called from every thread and none waits. Events are reported one after the
/// other on a thread for this program, named `server`.
package final class PipedProcess: Sendable {
    /// An event of a program.
    package enum Event: Sendable, Equatable {
        /// Some bytes of its standard output; the owner must call `take` once they are processed.
        case output([UInt8])
        /// Some bytes of its standard error.
        case error([UInt8])
        /// It could not be started; nothing follows.
        case failed(SystemError)
        /// It has ended and its whole group is gone; nothing follows.
        ///
        /// `.timedOut` if it was killed and still did not end.
        case ended(ProcessExit)
    }

    /// Bytes of output that may wait for the owner; beyond that the program waits.
    static let unreadLimit = 1 << 20

    struct State {
        var outgoing: [UInt8] = []
        var unread = 0
        var grace: Duration?
    }

    let state = Mutex(State())
    let wake: EventFD
    private let queueLimitBytes: Int

    /// Starts a program; the command's output limit is not used.
    ///
    /// No more than `queueLimitBytes` wait to be read by it.
    package init(
        _ command: Command, queueLimitBytes: Int, onEvent: @escaping @Sendable (Event) -> Void
    ) throws(SystemError) {
        self.queueLimitBytes = queueLimitBytes
        wake = try EventFD()
        _ = try OwnedThread(name: "server", priority: .normal) { [self] in
            do throws(SystemError) {
                let talk = try PipedTalk(command, process: self, onEvent: onEvent)
                onEvent(.ended(talk.run()))
            } catch {
                onEvent(.failed(error))
            }
        }
    }

    /// Queues bytes for its standard input; false, and queues none, if too many already wait.
    package func write(_ bytes: [UInt8]) -> Bool {
        let isTaken = state.withLock { state in
            guard state.outgoing.count + bytes.count <= queueLimitBytes else { return false }
            state.outgoing += bytes
            return true
        }
        wake.signal()
        return isTaken
    }

    /// Notes that this number of bytes of output was processed.
    package func take(_ count: Int) {
        let isFree = state.withLock { state in
            let wasFull = state.unread >= Self.unreadLimit
            state.unread -= count
            return wasFull && state.unread < Self.unreadLimit
        }
        if isFree { wake.signal() }
    }

    /// Ends the program: closes its standard input, then sends SIGTERM after `grace` and SIGKILL
    /// after `grace` again; `ended` follows.
    package func end(grace: Duration) {
        state.withLock { $0.grace = $0.grace ?? grace }
        wake.signal()
    }
}

/// The thread's side: the program, and the ends of its pipes.
///
/// A class, since Swift 6.0 cannot compile a noncopyable struct that creates others in a throwing
/// `init`.
private final class PipedTalk {
    // As much as a pipe holds.
    private static let chunkBytes = 64 * 1024
    // How long a killed program may take to end; one that is stuck in the kernel is given up.
    private static let killLimit = Duration.seconds(5)

    private let process: PipedProcess
    private let onEvent: @Sendable (PipedProcess.Event) -> Void
    private var child: ChildHandle
    private var input: FileDescriptor?
    private var output: FileDescriptor?
    private var errors: FileDescriptor?
    /// The bytes that are being written.
    private var pending: ArraySlice<UInt8> = []

    init(
        _ command: Command, process: PipedProcess,
        onEvent: @escaping @Sendable (PipedProcess.Event) -> Void
    ) throws(SystemError) {
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        child = try ChildHandle(
            command, input: input.reader, output: output.writer, error: errors.writer)
        let writer = input.intoWriter()
        // A full pipe must not hold up the program's output.
        _ = fcntl(writer.rawValue, F_SETFL, O_NONBLOCK)
        self.input = consume writer
        self.output = output.intoReader()
        self.errors = errors.intoReader()
        self.process = process
        self.onEvent = onEvent
    }

    /// Exchanges data until the program has ended; call it only once.
    func run() -> ProcessExit {
        // A program that stops reading must not kill us by SIGPIPE.
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, nil)
        var grace: Duration?
        while grace == nil {
            if talk(until: nil) { return finish() }
            grace = process.state.withLock { $0.grace }
            // A program that closes its output has finished.
            if output == nil, grace == nil { grace = .milliseconds(500) }
        }
        return end(grace: grace ?? .zero)
    }

    private func end(grace: Duration) -> ProcessExit {
        input = nil
        pending = []
        process.state.withLock { $0.unread = 0 }
        if talk(for: grace) { return finish() }
        child.signalGroup(.terminate)
        if talk(for: grace) { return finish() }
        child.signalGroup(.kill)
        if talk(for: Self.killLimit) { return finish() }
        child.abandon()
        return .timedOut
    }

    private func finish() -> ProcessExit {
        // Takes its last output, and no more than was in the pipe when it ended.
        for _ in 0..<2 where (output?.pendingBytes ?? 0) > 0 { takeOutput() }
        if (errors?.pendingBytes ?? 0) > 0 { takeErrors() }
        return child.reap()
    }

    /// Exchanges data for a time; true when the program has ended.
    private func talk(for time: Duration) -> Bool {
        let end = MonotonicClock.now(plus: time)
        while MonotonicClock.now() < end {
            if talk(until: end) { return true }
        }
        return false
    }

    /// Waits once, and moves the data that is ready; true when the program has ended.
    private func talk(until end: Int64?) -> Bool {
        if pending.isEmpty, input != nil {
            pending = process.state.withLock { state in
                defer { state.outgoing = [] }
                return state.outgoing[...]
            }
        }
        let isFull = process.state.withLock { $0.unread >= PipedProcess.unreadLimit }
        // poll(2) ignores negative descriptors.
        var entries = [
            pollfd(fd: child.descriptor.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: process.wake.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isFull ? -1 : output?.rawValue ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors?.rawValue ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(
                fd: pending.isEmpty ? -1 : input?.rawValue ?? -1, events: Int16(POLLOUT),
                revents: 0),
        ]
        let time = end.map { MonotonicClock.milliseconds(until: $0) } ?? -1
        poll(&entries, nfds_t(entries.count), time)
        let isReady = entries.map { $0.revents != 0 }
        if isReady[1] { process.wake.drain() }
        if isReady[2] { takeOutput() }
        if isReady[3] { takeErrors() }
        if isReady[4] { giveInput() }
        return isReady[0]
    }

    private func takeOutput() {
        guard let bytes = try? output?.read(limit: Self.chunkBytes), !bytes.isEmpty else {
            output = nil
            return
        }
        process.state.withLock { $0.unread += bytes.count }
        onEvent(.output(bytes))
    }

    private func takeErrors() {
        guard let bytes = try? errors?.read(limit: Self.chunkBytes), !bytes.isEmpty else {
            errors = nil
            return
        }
        onEvent(.error(bytes))
    }

    private func giveInput() {
        do {
            if let count = try input?.write(pending) { pending = pending.dropFirst(count) }
        } catch {
            // It has stopped reading; it will end, or its owner will end it.
            input = nil
            pending = []
        }
    }
}
