private import CLinux
private import Glibc

/// Counts how often the program crashed by its own fault: a trap, bad memory, an abort.
///
/// Nothing is written until that happens; the count then outlasts the program. A kill by another
/// process or by the kernel's OOM killer, or a loss of power, does not count.
///
/// ## Concurrency
/// Any thread may use it. The process has one mark at a time, the latest.
package final class CrashMark: Sendable {
    private let file: FileDescriptor

    /// Counts in a file from now on, which is made when it is missing.
    ///
    /// The corresponding C functions are `open` with `O_APPEND`, and `sigaction`.
    package init(_ path: String) throws(SystemError) {
        file = FileDescriptor(
            adopting: try SystemError.check("open", path) {
                open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
            })
        Files.adopt(file.rawValue, inFolderOf: path)
        martlet_crash_mark(file.rawValue)
    }

    deinit { martlet_crash_unmark(file.rawValue) }

    /// How often it happened since `clear`.
    package var count: Int {
        var status = stat()
        return fstat(file.rawValue, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Resets the count; if the disk refuses, the count stays.
    ///
    /// The corresponding C function is `ftruncate`.
    package func clear() {
        guard count > 0 else { return }
        _ = ftruncate(file.rawValue, 0)
    }
}
