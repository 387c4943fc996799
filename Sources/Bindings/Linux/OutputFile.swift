private import Glibc

// Files that are written piece by piece, and pipes that stand in for devices.
extension Files {
    /// Creates a file, or empties it, and opens it for writing.
    ///
    /// The corresponding C function is `open` with `O_CREAT` and `O_TRUNC`.
    package static func create(_ path: String, mode: UInt32) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            adopting: try SystemError.check("open", path) {
                open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
            })
    }

    /// Replaces a file's content by text; a missing file is not created.
    ///
    /// For the kernel's attributes, which take a value in one write and reject a bad one by an
    /// error. The corresponding C functions are `open` with `O_TRUNC`, and `write`.
    package static func overwrite(_ path: String, _ text: String) throws(SystemError) {
        let file = FileDescriptor(
            adopting: try SystemError.check("open", path) {
                open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
            })
        do throws(SystemError) {
            try file.writeAll(Array(text.utf8))
        } catch {
            throw SystemError(call: "write \(path)", code: error.code)
        }
    }

    /// Creates a named pipe and opens it for reading and writing, so that neither end waits for the
    /// other.
    ///
    /// Not blocking. The corresponding C functions are `mkfifo` and `open`.
    package static func makePipe(_ path: String, mode: UInt32) throws(SystemError) -> FileDescriptor
    {
        try SystemError.check("mkfifo", path) { mkfifo(path, mode) }
        return FileDescriptor(
            adopting: try SystemError.check("open", path) {
                open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
            })
    }
}

/// An output for text, which may make its writer wait.
package protocol LineOutput: Sendable {
    /// Whether that number of bytes can be written without waiting.
    func isReady(forBytes count: Int) -> Bool
    /// Writes text; returns whether all of it was taken.
    @discardableResult func write(_ text: String) -> Bool
}

/// The program's own output.
package enum StandardStream: LineOutput {
    case output, error

    /// Whether our input is a terminal.
    ///
    /// The corresponding C function is `isatty`.
    package static var isInputTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether our output is a terminal.
    ///
    /// The corresponding C function is `isatty`.
    package static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether that number of bytes can be written without waiting: the reader of a pipe may be
    /// behind.
    ///
    /// A closed pipe counts as ready; writing to it fails. The corresponding C function is `poll`.
    package func isReady(forBytes count: Int) -> Bool { Self.isReady(descriptor, forBytes: count) }

    static func isReady(_ descriptor: Int32, forBytes count: Int) -> Bool {
        // A pipe takes more than this in pieces, as it has room.
        guard count <= Int(PIPE_BUF) || !isPipe(descriptor) else { return false }
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&state, 1, 0) != 0
    }

    private static func isPipe(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    private var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// Writes text; what a closed pipe or a full disk does not take is lost.
    ///
    /// Returns whether all of it was taken. Any thread but a real-time one may call it. The
    /// corresponding C function is `write`.
    @discardableResult
    package func write(_ text: String) -> Bool {
        var text = text
        let descriptor = descriptor
        return text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = Glibc.write(
                    descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                guard count > 0 else { return false }
                offset += count
            }
            return true
        }
    }
}

extension Files {
    /// The folder that relative paths refer to.
    ///
    /// The corresponding C function is `getcwd`.
    package static func currentDirectory() -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&buffer, buffer.count) != nil else { return "." }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
