private import Glibc

extension Files {
    /// Whether users other than the owner may read a file; false when there is no file.
    ///
    /// The corresponding C function is `stat`.
    package static func isReadableByOthers(_ path: String) -> Bool {
        guard let information = information(path) else { return false }
        return information.st_mode & (S_IRGRP | S_IROTH) != 0
    }

    /// The length of a file (bytes); 0 when there is no file.
    ///
    /// The corresponding C function is `stat`.
    package static func size(_ path: String) -> Int {
        information(path).map { Int($0.st_size) } ?? 0
    }

    /// When a file was last written (nanoseconds since 1970-01-01 00:00 UTC); nil when there is none.
    ///
    /// The corresponding C function is `stat`.
    package static func modified(_ path: String) -> Int64? {
        information(path).map {
            Int64($0.st_mtim.tv_sec) * 1_000_000_000 + Int64($0.st_mtim.tv_nsec)
        }
    }

    private static func information(_ path: String) -> stat? {
        var information = stat()
        return stat(path, &information) == 0 ? information : nil
    }
}

/// Whose a file is, and what others may do with it.
package struct FileRights: Sendable, Equatable {
    /// The numbers of user and group.
    package let user: UInt32
    package let group: UInt32
    /// The permission bits.
    package let mode: UInt32
}

/// The room on a file system.
package struct DiskSpace: Sendable, Equatable {
    package let totalBytes: Int64
    /// What a user other than root may still write.
    package let freeBytes: Int64
    /// Files that can still be made; nil where the file system has no limit.
    package let freeFiles: Int64?
}

extension Files {
    /// Whose a file is; ENOENT where there is none.
    ///
    /// The corresponding C function is `stat`.
    package static func rights(_ path: String) throws(SystemError) -> FileRights {
        var status = stat()
        try SystemError.check("stat", path) { stat(path, &status) }
        return FileRights(
            user: status.st_uid, group: status.st_gid, mode: UInt32(status.st_mode) & 0o7777)
    }

    /// The room on the file system of a path.
    ///
    /// The corresponding C function is `statvfs`.
    package static func space(_ path: String) throws(SystemError) -> DiskSpace {
        var status = statvfs()
        try SystemError.check("statvfs", path) { statvfs(path, &status) }
        func bytes(_ blocks: fsblkcnt_t) -> Int64 {
            let (count, isTooMuch) = Int64(clamping: blocks).multipliedReportingOverflow(
                by: Int64(clamping: status.f_frsize))
            return isTooMuch ? .max : count
        }
        return DiskSpace(
            totalBytes: bytes(status.f_blocks), freeBytes: bytes(status.f_bavail),
            freeFiles: status.f_files == 0 ? nil : Int64(clamping: status.f_favail))
    }
}

extension Files {
    /// Where a link leads, as it is written in it.
    ///
    /// The corresponding C function is `readlink`.
    package static func destination(ofLink path: String) throws(SystemError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try SystemError.check("readlink", path) {
            readlink(path, &buffer, buffer.count)
        }
        return String(
            decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
