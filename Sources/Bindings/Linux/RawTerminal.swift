private import CLinux
private import Glibc

/// A terminal that gives each key at once and does not show it, restored with its owner.
///
/// The interrupt key still sends SIGINT. A program that is killed leaves the terminal as it is;
/// `stty sane` repairs it.
package struct RawTerminal: ~Copyable, Sendable {
    // The most that one read takes; keys are few.
    private static let readLimitBytes = 64

    /// Readable when keys wait, for event loops; not owned.
    package let descriptor: Int32

    private let saved: termios

    /// Switches standard input; nil when it is not a terminal.
    package init?() {
        self.init(descriptor: STDIN_FILENO)
    }

    /// Switches a terminal that the caller owns; nil when it is not a terminal.
    ///
    /// The corresponding C function is `tcsetattr`.
    package init?(descriptor: Int32) {
        var saved = termios()
        guard martlet_terminal_raw(descriptor, &saved) == 0 else { return nil }
        self.descriptor = descriptor
        self.saved = saved
    }

    deinit {
        var saved = saved
        tcsetattr(descriptor, TCSANOW, &saved)
    }

    /// The keys pressed since the last call, as the bytes the terminal sends; never waits.
    package func readKeys() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.readLimitBytes) { buffer, count in
            count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
    }
}
