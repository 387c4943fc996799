private import CLinux
private import Glibc

/// A user of this machine whose identity the program takes on for a while, as a service would have
/// it.
///
/// ## Concurrency
/// All threads of the process change at once; open descriptors stay open.
package struct ServiceUser: Sendable, Equatable {
    /// The name in the user database.
    package let name: String
    /// The folder that the database gives as home.
    package let home: String
    private let user: UInt32
    private let group: UInt32

    /// The user with a name; nil if there is none.
    ///
    /// Call it at the start of a program, before other threads exist. The corresponding C function
    /// is `getpwnam`.
    package init?(named name: String) {
        guard let entry = getpwnam(name)?.pointee else { return nil }
        self.name = name
        home = String(cString: entry.pw_dir)
        user = entry.pw_uid
        group = entry.pw_gid
    }

    /// Whether this process is root, which alone may become another user.
    package static var isRoot: Bool { geteuid() == 0 }

    /// Takes on the user's identity, groups and, if that is allowed, limits; only root may.
    ///
    /// `priority` limits real-time threads, `lockedBytes` locked memory (nil: without limit).
    /// Returns why a limit was not changed, if so: root in a container may not raise limits, but
    /// can still become another user. The corresponding C functions are `initgroups`, `setresuid`
    /// and `setrlimit`.
    package func assume(
        priority: UInt64, lockedBytes: UInt64?
    ) throws(SystemError) -> SystemError? {
        // Set them before the right to do it is lost.
        let refusal = Self.limit(priority: priority, lockedBytes: lockedBytes)
        try SystemError.check("setresuid", name) { martlet_assume_user(name, user, group) }
        return refusal
    }

    private static func limit(priority: UInt64, lockedBytes: UInt64?) -> SystemError? {
        var refusal: SystemError?
        do throws(SystemError) {
            try SystemError.check("setrlimit RLIMIT_RTPRIO") { martlet_limit_priority(priority) }
        } catch {
            refusal = error
        }
        do throws(SystemError) {
            try SystemError.check("setrlimit RLIMIT_MEMLOCK") {
                martlet_limit_locked_memory(lockedBytes ?? UInt64.max)
            }
        } catch {
            refusal = refusal ?? error
        }
        return refusal
    }

    /// Gives a file or folder to the user; as root.
    ///
    /// The corresponding C function is `chown`.
    package func own(_ path: String) throws(SystemError) {
        try SystemError.check("chown", path) { chown(path, user, group) }
    }

    /// Ends what `assume` began; the limits stay.
    package static func resume() throws(SystemError) {
        try SystemError.check("setresuid", "root") { martlet_resume_root() }
    }
}

/// Who this process is.
package enum ProcessUser {
    /// Its user's number, which decides what it may do.
    ///
    /// The corresponding C function is `geteuid`.
    package static var user: UInt32 { geteuid() }

    /// The name of a user or, where it has none, the number.
    ///
    /// Before other threads exist, or where none asks the database. The corresponding C function
    /// is `getpwuid`.
    package static func name(ofUser user: UInt32) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "\(user)"
    }

    /// The name of a group or, where it has none, the number; as above.
    ///
    /// The corresponding C function is `getgrgid`.
    package static func name(ofGroup group: UInt32) -> String {
        getgrgid(group).map { String(cString: $0.pointee.gr_name) } ?? "\(group)"
    }

    /// The numbers of its groups.
    ///
    /// The corresponding C functions are `getegid` and `getgroups`.
    package static var groups: [UInt32] {
        let count = max(0, getgroups(0, nil))
        var groups = [gid_t](repeating: 0, count: Int(count))
        return [getegid()] + groups.prefix(Int(max(0, getgroups(count, &groups))))
    }
}
