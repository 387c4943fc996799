private import Glibc

/// An exclusive lock on a folder, held while this object lives.
///
/// The kernel releases it when the program ends, however it ends.
package final class FolderLock: Sendable {
    private let folder: FileDescriptor

    /// Locks a folder, or returns nil if it is already locked, in this program or in another.
    ///
    /// Does not wait. The corresponding C function is `flock`.
    package init?(_ path: String) throws(SystemError) {
        folder = FileDescriptor(
            adopting: try SystemError.check("open", path) {
                open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            })
        let number = folder.rawValue
        do throws(SystemError) {
            try SystemError.check("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
        } catch {
            guard error.code == EWOULDBLOCK else { throw error }
            return nil
        }
    }
}

/// This process.
package enum OwnProcess {
    /// Its number.
    ///
    /// The corresponding C function is `getpid`.
    package static var identifier: Int32 { getpid() }

    /// Its arguments, its own name first; empty if /proc is missing.
    package static var words: [String] {
        let bytes = (try? Files.read("/proc/self/cmdline", limitBytes: wordsLimitBytes)) ?? []
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Longer arguments are not read (bytes).
    private static let wordsLimitBytes = 64 << 10
}
