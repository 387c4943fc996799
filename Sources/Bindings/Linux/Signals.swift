private import CLinux
private import Glibc

/// The signals that this program uses.
package enum Signal: Int32, Sendable {
    /// SIGHUP: read the configuration again.
    case hangUp = 1
    /// SIGINT: the interrupt key of a terminal.
    case interrupt = 2
    /// SIGKILL: ends a process that does not end by itself.
    case kill = 9
    /// SIGUSR1
    case user1 = 10
    /// SIGUSR2
    case user2 = 12
    /// SIGTERM: end in order.
    case terminate = 15
}

/// Unix signals as a descriptor that becomes readable, in place of handlers.
///
/// Create it on the main thread before any other thread exists, because threads inherit the mask;
/// the signals stay blocked after the object is released. Also switches SIGPIPE off, so that a lost
/// connection is an error of `write` and not the end of the program.
package struct Signals: ~Copyable, Sendable {
    private let source: FileDescriptor

    /// Blocks the signals for this thread and all it starts from now on.
    ///
    /// The corresponding C functions are `pthread_sigmask` and `signalfd`.
    package init(blocking signals: [Signal]) throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        let numbers = signals.map(\.rawValue)
        source = FileDescriptor(
            adopting: try SystemError.check("signalfd") {
                martlet_signalfd(numbers, Int32(numbers.count))
            })
    }

    /// Readable while a signal waits; closed with this object.
    package var descriptor: Int32 { source.rawValue }

    /// Takes the next signal; nil when none waits.
    package func next() -> Signal? {
        Signal(rawValue: martlet_signalfd_next(source.rawValue))
    }

    /// Waits for a signal, or until `over` ends the wait.
    ///
    /// The corresponding C function is `poll`.
    package func wait(orUntil over: EventFD) {
        _ = martlet_wait_either(descriptor, over.descriptor, -1)
    }
}
