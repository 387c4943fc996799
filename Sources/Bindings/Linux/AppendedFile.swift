private import Glibc

/// A file that only grows, for journals and logs.
///
/// ## Concurrency
/// From any thread; what several add at once is whole, in some order. Every call may block on the
/// disk.
package final class AppendedFile: Sendable {
    private let file: FileDescriptor
    private let path: String

    /// Opens a file for adding to its end, and makes it when it is missing; what root makes is its
    /// folder's owner's.
    ///
    /// The corresponding C function is `open` with `O_APPEND`.
    package init(_ path: String, mode: UInt32) throws(SystemError) {
        file = FileDescriptor(
            adopting: try SystemError.check("open", path) {
                open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode)
            })
        self.path = path
        if size == 0 { Files.adopt(file.rawValue, inFolderOf: path) }
    }

    /// Bytes in the file.
    package var size: Int64 {
        var status = stat()
        return fstat(file.rawValue, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Adds to the end.
    package func append(_ bytes: [UInt8]) throws(SystemError) {
        do throws(SystemError) {
            try file.writeAll(bytes)
        } catch {
            throw SystemError(call: "write \(path)", code: error.code)
        }
    }

    /// Returns when what was added outlasts a loss of power.
    ///
    /// The corresponding C function is `fdatasync`.
    package func synchronize() throws(SystemError) {
        try SystemError.check("fdatasync", path) { fdatasync(file.rawValue) }
    }
}

extension Files {
    /// Gives a file another name; one of that name is replaced.
    ///
    /// The corresponding C function is `rename`.
    package static func rename(_ path: String, to other: String) throws(SystemError) {
        try SystemError.check("rename", path) { Glibc.rename(path, other) }
    }
}
