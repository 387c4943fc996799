private import Glibc

/// One program from its start to its end, on a thread that may block.
struct ChildSupervisor: ~Copyable {
    // How long a killed program may take to end; one that is stuck in the kernel is given up.
    private static let killLimit = Duration.seconds(5)

    /// How waiting can end.
    private enum Event {
        case ended
        case cancelled
        case timedOut
    }

    private var child: ChildHandle
    private var output: OutputCollector
    private var errors: OutputCollector

    /// Starts the program.
    init(_ command: Command) throws(SystemError) {
        let input = try FileDescriptor.null()
        let output = try Pipe()
        let errors = try Pipe()
        child = try ChildHandle(
            command, input: input, output: output.writer, error: errors.writer)
        // The writing ends close here; only the program and its children hold them now.
        self.output = OutputCollector(output.intoReader(), limitBytes: command.outputLimitBytes)
        self.errors = OutputCollector(errors.intoReader(), limitBytes: command.outputLimitBytes)
    }

    /// Collects output until the program has ended, by itself or by force.
    ///
    /// Once only.
    mutating func run(
        deadline: Duration, grace: Duration, cancellation: EventFD
    ) -> CommandResult {
        let forced: ProcessExit
        switch collect(for: deadline, cancellation) {
        case .ended: return finish(forced: nil)
        case .cancelled: forced = .cancelled
        case .timedOut: forced = .timedOut
        }
        child.signalGroup(.terminate)
        if collect(for: grace, nil) == .ended { return finish(forced: forced) }
        child.signalGroup(.kill)
        if collect(for: Self.killLimit, nil) == .ended { return finish(forced: forced) }
        child.abandon()
        return result(forced)
    }

    /// Takes output until the program has ended, the time-out or the caller's cancellation.
    private mutating func collect(for time: Duration, _ cancellation: EventFD?) -> Event {
        let end = MonotonicClock.now(plus: time)
        while true {
            // poll(2) ignores negative descriptors, so unwatched ones can stay in the array.
            var entries = [
                child.descriptor.rawValue, cancellation?.descriptor ?? -1, output.descriptor,
                errors.descriptor,
            ].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&entries, nfds_t(entries.count), MonotonicClock.milliseconds(until: end))
            let isReady = entries.map { $0.revents != 0 }
            if isReady[0] { return .ended }
            if isReady[1] { return .cancelled }
            // Check the clock, since poll never times out under endless output.
            if MonotonicClock.now() >= end { return .timedOut }
            if isReady[2] { output.take() }
            if isReady[3] { errors.take() }
        }
    }

    /// Takes what the ended program left in its pipes, and its exit.
    private mutating func finish(forced: ProcessExit?) -> CommandResult {
        output.takeRest()
        errors.takeRest()
        let exit = child.reap()
        return result(forced ?? exit)
    }

    private func result(_ exit: ProcessExit) -> CommandResult {
        CommandResult(
            exit: exit, standardOutput: output.bytes, standardError: errors.bytes,
            outputTruncated: output.isTruncated || errors.isTruncated)
    }
}
