private import CLinux
private import Glibc

/// An open file descriptor, closed with its owner.
///
/// The methods may block if the descriptor does; on a non-blocking one they return nil instead.
/// They must not be used by a real-time thread.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The kernel's number, valid while the owner lives.
    package let rawValue: Int32

    /// Takes over an open descriptor, which nothing else may close from now on.
    package init(adopting rawValue: Int32) {
        precondition(rawValue >= 0, "a failed call's result was adopted as a descriptor")
        self.rawValue = rawValue
    }

    deinit {
        close(rawValue)
    }

    /// Gives the descriptor away without closing it.
    package consuming func release() -> Int32 {
        let rawValue = rawValue
        discard self
        return rawValue
    }

    /// Waits until something can be read, or until the end of the file.
    ///
    /// False after the time-out or if a signal interrupted; a negative time waits forever. The
    /// corresponding C function is `poll`.
    package func waitReadable(milliseconds: Int32) -> Bool {
        martlet_wait_readable(rawValue, milliseconds) > 0
    }

    /// How much can be read from a pipe or socket now (bytes).
    ///
    /// The corresponding C function is `ioctl` with `FIONREAD`.
    package var pendingBytes: Int { Int(martlet_pending_bytes(rawValue)) }

    /// A second descriptor for the same open file, not inherited by programs we start.
    ///
    /// The corresponding C function is `fcntl` with `F_DUPFD_CLOEXEC`.
    package func duplicate() throws(SystemError) -> FileDescriptor {
        try Self.duplicate(rawValue)
    }

    /// Reads what there is, at most `limit` bytes.
    ///
    /// Empty at the end of the file, nil when a non-blocking descriptor has nothing now. The
    /// corresponding C function is `read`.
    package func read(limit: Int) throws(SystemError) -> [UInt8]? {
        var failure: SystemError?
        var wouldBlock = false
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(SystemError) {
                let space = UnsafeMutableRawBufferPointer(buffer)
                if let taken = try read(into: space) { count = taken } else { wouldBlock = true }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return wouldBlock ? nil : bytes
    }

    /// Reads into the caller's memory; 0 at the end of the file, nil when there is nothing now.
    ///
    /// The corresponding C function is `read`.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        try SystemError.checkReady("read") {
            Glibc.read(rawValue, buffer.baseAddress, buffer.count)
        }
    }

    /// Writes as much as the descriptor takes; nil when a non-blocking one takes nothing now.
    ///
    /// The corresponding C function is `write`.
    package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int? {
        try SystemError.checkReady("write") {
            bytes.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
        }
    }

    /// Writes everything, waiting for room where it must.
    package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if let taken = try write(rest) {
                rest = rest.dropFirst(taken)
            } else {
                try waitWritable()
            }
        }
    }

    /// /dev/null, for reading and writing.
    static func null() throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            adopting: try SystemError.check("open", "/dev/null") {
                open("/dev/null", O_RDWR | O_CLOEXEC)
            })
    }

    /// A new file, or an old one emptied.
    static func created(_ path: String) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            adopting: try SystemError.check("open", path) {
                open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            })
    }

    /// A second descriptor for an open file that someone else owns.
    static func duplicate(_ rawValue: Int32) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            adopting: try SystemError.check("fcntl", "F_DUPFD_CLOEXEC") {
                // At least 3: lower numbers are for the standard streams.
                fcntl(rawValue, F_DUPFD_CLOEXEC, 3)
            })
    }

    private func waitWritable() throws(SystemError) {
        try SystemError.check("poll") {
            var entry = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
            return poll(&entry, 1, -1)
        }
    }
}
