private import Glibc

/// A file that only grows, for journals and logs.
///
/// ## Concurrency
/// Any thread may call it; simultaneous appends stay whole, in some order. Every call may block on
/// the disk.
package final class AppendedFile: Sendable {
    private let file: FileDescriptor
    private let path: String

    /// Opens a file for appending, and creates it if it is missing; a file that root creates gets
    /// its folder's owner.
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

    /// Appends bytes.
    package func append(_ bytes: [UInt8]) throws(SystemError) {
        do throws(SystemError) {
            try file.writeAll(bytes)
        } catch {
            throw SystemError(call: "write \(path)", code: error.code)
        }
    }

    /// Returns once the appended bytes would survive a loss of power.
    ///
    /// The corresponding C function is `fdatasync`.
    package func synchronize() throws(SystemError) {
        try SystemError.check("fdatasync", path) { fdatasync(file.rawValue) }
    }
}

extension Files {
    /// Renames a file; an existing file with the new name is replaced.
    ///
    /// The corresponding C function is `rename`.
    package static func rename(_ path: String, to other: String) throws(SystemError) {
        try SystemError.check("rename", path) { Glibc.rename(path, other) }
    }
}
