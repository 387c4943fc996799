private import Glibc
private import Synchronization

/// A program that runs beside us until it ends or is ended.
///
/// It leads its own process group, reads /dev/null and has no other descriptor of ours. When the
/// object is released, the whole group is killed.
///
/// ## Concurrency
/// Every method may be called from every thread. `wait`, `terminate` and `readLine` block, so not
/// from the event loop.
package final class SpawnedProcess: Sendable {
    /// Where its output goes.
    package enum Output: Sendable, Equatable {
        /// To our own streams.
        case inherited
        case discarded
        /// Both streams into a file, emptied first.
        case file(String)
        /// To `readLine`, which must be called; its error stream goes to ours.
        case lines
    }

    private struct State: ~Copyable {
        var child: ChildHandle
        // Nil until reaped.
        var exit: ProcessExit?
    }

    /// The kernel's number, also of the process group.
    package let processID: Int32

    // The lock ensures that only one of several waiters reaps, and that no reaped number is
    // signalled.
    private let state: Mutex<State>
    // Readable once the program has ended.
    private let ended: FileDescriptor
    private let lines: LineReader?

    /// Starts a program; the command's output limit is not used.
    package init(_ command: Command, output: Output) throws(SystemError) {
        let child: ChildHandle
        let input = try FileDescriptor.null()
        switch output {
        case .lines:
            let pipe = try Pipe()
            let error = try FileDescriptor.duplicate(STDERR_FILENO)
            child = try ChildHandle(command, input: input, output: pipe.writer, error: error)
            lines = LineReader(pipe.intoReader())
        case .inherited:
            let output = try FileDescriptor.duplicate(STDOUT_FILENO)
            let error = try FileDescriptor.duplicate(STDERR_FILENO)
            child = try ChildHandle(command, input: input, output: output, error: error)
            lines = nil
        case .discarded:
            child = try ChildHandle(command, input: input, output: input, error: input)
            lines = nil
        case .file(let path):
            let file = try FileDescriptor.created(path)
            child = try ChildHandle(command, input: input, output: file, error: file)
            lines = nil
        }
        processID = child.processID
        ended = try FileDescriptor.duplicate(child.descriptor.rawValue)
        state = Mutex(State(child: child))
    }

    /// Signals the program and its group; does nothing once it was waited for.
    ///
    /// The corresponding C function is `kill`.
    package func send(_ signal: Signal) {
        state.withLock { $0.child.signalGroup(signal) }
    }

    /// Waits for the end; nil when the program still runs after `timeout`.
    ///
    /// At its end the rest of the process group is killed.
    package func wait(timeout: Duration) -> ProcessExit? {
        let end = MonotonicClock.now(plus: timeout)
        while !ended.waitReadable(milliseconds: MonotonicClock.milliseconds(until: end)) {
            if MonotonicClock.now() >= end { return nil }
        }
        return state.withLock { state in
            let exit = state.exit ?? state.child.reap()
            state.exit = exit
            return exit
        }
    }

    /// Ends the program: SIGTERM, and SIGKILL when it has not ended after `grace`.
    ///
    /// Returns how it ended; nil when even SIGKILL did not end it in time.
    @discardableResult
    package func terminate(grace: Duration) -> ProcessExit? {
        send(.terminate)
        if let exit = wait(timeout: grace) { return exit }
        send(.kill)
        return wait(timeout: .seconds(5))
    }

    /// The next line the program writes, without its end; nil at the end or after `timeout`.
    ///
    /// Only with the output `.lines`.
    package func readLine(timeout: Duration) -> String? {
        guard let lines else { preconditionFailure("readLine of a program with other output") }
        return lines.next(until: MonotonicClock.now(plus: timeout))
    }
}

/// Splits the bytes from a pipe into lines.
private final class LineReader: Sendable {
    // An endless line is returned in pieces of this length.
    private static let limitBytes = 64 * 1024

    private let source: FileDescriptor
    // Bytes of the line not complete yet; locked through a whole `next`, so lines stay whole.
    private let pending = Mutex<[UInt8]>([])

    init(_ source: consuming FileDescriptor) {
        self.source = source
    }

    func next(until end: Int64) -> String? {
        pending.withLock { pending in
            while true {
                if let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { pending.removeFirst(newline + 1) }
                    return String(decoding: pending[..<newline], as: UTF8.self)
                }
                let chunk = pending.count < Self.limitBytes ? read(until: end) : nil
                if let chunk, !chunk.isEmpty {
                    pending += chunk
                    continue
                }
                // After a time-out the line may still be completed; at the end of the pipe this is
                // the last.
                if chunk == nil && pending.count < Self.limitBytes || pending.isEmpty { return nil }
                defer { pending = [] }
                return String(decoding: pending, as: UTF8.self)
            }
        }
    }

    /// The next bytes; empty at the end, nil after the time-out.
    private func read(until end: Int64) -> [UInt8]? {
        while !source.waitReadable(milliseconds: MonotonicClock.milliseconds(until: end)) {
            if MonotonicClock.now() >= end { return nil }
        }
        return (try? source.read(limit: Self.limitBytes)) ?? []
    }
}
