private import CLinux
private import Glibc

/// Lines that somebody types at a terminal, shown or not.
///
/// A line that is not shown is read with the terminal's echo off, which is on again before
/// `readHidden` returns, on every way. The keys that stop a program or end it with a core are off meanwhile,
/// since they would leave the echo off; the interrupt key is a signal, which ends the reading.
///
/// ## Concurrency
/// One caller at a time, on a thread that may wait.
package final class LineTerminal {
    /// What came.
    package enum Event: Sendable, Equatable {
        /// A line without its end.
        case line(String)
        /// The time is over.
        case nothing
        /// Nothing more can come: the end of the input was typed, or the terminal is gone.
        case ended
        /// A signal waits, which is left for its owner.
        case signal
    }

    /// What a terminal gives in one line at most (N_TTY's buffer, bytes).
    private static let lineLimitBytes = 4096

    private let descriptor: Int32
    private let signals: Int32

    /// A terminal, and a descriptor that is readable while a signal waits; both are the caller's.
    ///
    /// Nil when it is no terminal.
    package init?(descriptor: Int32, signals: Int32) {
        guard isatty(descriptor) == 1 else { return nil }
        self.descriptor = descriptor
        self.signals = signals
    }

    /// The same at the standard input.
    package convenience init?(signals: Int32) {
        self.init(descriptor: STDIN_FILENO, signals: signals)
    }

    /// Waits for a line that is not shown; `asking` is called once nothing is shown any more.
    ///
    /// The corresponding C function is `tcsetattr`.
    package func readHidden(asking: () -> Void) -> Event {
        var saved = termios()
        guard martlet_terminal_hide(descriptor, &saved) == 0 else { return .ended }
        asking()
        let event = read(milliseconds: -1)
        // A part of a secret must not be left for the program that reads next, such as a shell.
        let when = if case .line = event { TCSANOW } else { TCSAFLUSH }
        tcsetattr(descriptor, when, &saved)
        return event
    }

    /// Waits for a line; a negative time waits for ever.
    ///
    /// The corresponding C functions are `poll` and `read`.
    package func read(milliseconds: Int32) -> Event {
        let ready = martlet_wait_either(descriptor, signals, milliseconds)
        if ready & 2 != 0 { return .signal }
        guard ready & 1 != 0 else { return .nothing }
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.lineLimitBytes) { buffer, count in
            count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
        guard !bytes.isEmpty else { return .ended }
        return .line(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
