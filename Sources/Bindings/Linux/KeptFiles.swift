private import Glibc

// Files that a program keeps for its next run. A file that root writes into another user's folder
// is given to that user, whose program must read it.
extension Files {
    /// The whole file; nil if it does not exist; a file that cannot be read throws.
    ///
    /// More than `limitBytes` is the error EFBIG. The corresponding C functions are `open`, `read`.
    package static func readIfPresent(
        _ path: String, limitBytes: Int
    ) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try read(path, limitBytes: limitBytes)
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
    }

    /// Replaces a file in one step; when this returns, the new content survives a loss of power.
    ///
    /// A loss of power during the write leaves a file with ".new" added to its name, which the next
    /// write replaces: the path must have only one writer. `mode` are the permission bits. The
    /// corresponding C functions are `open`, `fsync`, `rename`.
    package static func replace(
        _ path: String, _ bytes: [UInt8], mode: UInt32
    ) throws(SystemError) {
        let temporary = path + ".new"
        do throws(SystemError) {
            let file = FileDescriptor(
                adopting: try SystemError.check("open") {
                    open(
                        temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
                })
            try file.writeAll(bytes)
            adopt(file.rawValue, inFolderOf: path)
            try SystemError.check("fchmod") { fchmod(file.rawValue, mode) }
            try SystemError.check("fsync") { fsync(file.rawValue) }
            try SystemError.check("rename") { Glibc.rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw SystemError(call: "\(error.call) \(path)", code: error.code)
        }
        try synchronize(folder: parent(of: path))
    }

    /// Creates a folder for a program's kept files, and its missing parents.
    ///
    /// An existing folder is left as it is. The corresponding C function is `mkdir`.
    package static func makeKeptDirectory(_ path: String) throws(SystemError) {
        guard !isDirectory(path) else { return }
        try makeDirectory(path, mode: 0o700)
        guard geteuid() == 0, let owner = owner(of: parent(of: path)) else { return }
        _ = chown(path, owner.user, owner.group)
    }

    /// Gives a file that root has opened to the owner of its folder; other users cannot, and need
    /// not.
    ///
    /// The corresponding C function is `fchown`.
    static func adopt(_ descriptor: Int32, inFolderOf path: String) {
        guard geteuid() == 0, let owner = owner(of: parent(of: path)) else { return }
        _ = fchown(descriptor, owner.user, owner.group)
    }

    private static func owner(of path: String) -> (user: uid_t, group: gid_t)? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid != 0 else { return nil }
        return (status.st_uid, status.st_gid)
    }
}

extension SystemError {
    /// Whether a file is longer than the limit that `Files.read` was given.
    package var isTooLarge: Bool { code == EFBIG }
}
