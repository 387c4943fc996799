private import Glibc

// Files that are written piece by piece, and the pipes that stand for devices.
extension Files {
    /// Makes a file anew, open for writing.
    ///
    /// The corresponding C function is `open` with `O_CREAT` and `O_TRUNC`.
    package static func create(_ path: String, mode: UInt32) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            adopting: try SystemError.check("open", path) {
                open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
            })
    }

    /// Writes text in the place of what a file holds; one that is missing is not made.
    ///
    /// For the kernel's attributes, which take a value in one write and say by an error what they
    /// think of it. The corresponding C functions are `open` with `O_TRUNC`, and `write`.
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

    /// Makes a named pipe and opens it for both ends, so that nobody waits for the other.
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

/// Something that takes text, which may let its writer wait.
package protocol LineOutput: Sendable {
    /// Whether that number of bytes is taken at once.
    func isReady(forBytes count: Int) -> Bool
    /// Writes text; returns whether all of it was taken.
    @discardableResult func write(_ text: String) -> Bool
}

/// The program's own output.
package enum StandardStream: LineOutput {
    case output, error

    /// Whether somebody sits at our input.
    ///
    /// The corresponding C function is `isatty`.
    package static var isInputTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether a terminal shows our output.
    ///
    /// The corresponding C function is `isatty`.
    package static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether that number of bytes is taken at once: the reader of a pipe may be behind.
    ///
    /// What is closed takes them, too, and says so when they are written. The corresponding C
    /// function is `poll`.
    package func isReady(forBytes count: Int) -> Bool { Self.isReady(descriptor, forBytes: count) }

    static func isReady(_ descriptor: Int32, forBytes count: Int) -> Bool {
        // More than this a pipe takes in pieces, as it has room.
        guard count <= Int(PIPE_BUF) || !isPipe(descriptor) else { return false }
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&state, 1, 0) != 0
    }

    private static func isPipe(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    private var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// Writes text in one call; what a closed pipe or a full disk does not take is lost.
    ///
    /// Returns whether all of it was taken. By any thread but a real-time one. The corresponding C
    /// function is `write`.
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
    /// The folder that relative paths begin in.
    ///
    /// The corresponding C function is `getcwd`.
    package static func currentDirectory() -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&buffer, buffer.count) != nil else { return "." }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
