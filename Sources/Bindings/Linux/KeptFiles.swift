private import Glibc

// Files that a program keeps for its next life. What root writes into a folder of somebody else's
// is given to that owner, whose program is to read it.
extension Files {
    /// The whole file; nil where there is none, which is not the same as one that cannot be read.
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

    /// Replaces a file in one step; when this returns, the new content outlasts a loss of power.
    ///
    /// What a loss of power leaves meanwhile is one file with ".new" to its name, which the next
    /// write replaces: the path must be one writer's alone. `mode` are the permission bits. The
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

    /// Makes a folder that a program keeps its files in, and those above it.
    ///
    /// One that exists is left as it is. The corresponding C function is `mkdir`.
    package static func makeKeptDirectory(_ path: String) throws(SystemError) {
        guard !isDirectory(path) else { return }
        try makeDirectory(path, mode: 0o700)
        guard geteuid() == 0, let owner = owner(of: parent(of: path)) else { return }
        _ = chown(path, owner.user, owner.group)
    }

    /// Gives a file that root has open to the owner of its folder; others cannot, and need not.
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
