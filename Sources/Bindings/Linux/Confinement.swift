private import CLinux
private import Glibc

/// What a program may do whose arguments come from someone else.
///
/// It has no capability and cannot gain one, and writes only below its folder and `writable`. It
/// cannot open `hidden` paths, nor any device node but null, zero, full, random, urandom, tty and
/// `devices`. Each of its processes has limits. All that it starts ends with it, also processes
/// that left its process group or session: it runs in its own PID name space, or under a subreaper
/// if the kernel does not allow one.
///
/// Mounts in its own name space enforce this, and Landlock, alone if there is no such name space;
/// if neither is available the program is not started, unless `mayBeOpen`.
///
/// The network, and reading of paths that are not hidden, are not restricted.
package struct Confinement: Sendable, Equatable {
    /// The user that a program runs as.
    package struct User: Sendable, Equatable {
        package var user: UInt32
        package var group: UInt32
    }

    /// Folders and files that it may write beside its working directory.
    ///
    /// Missing ones are skipped. A link stands for its target.
    package var writable: [String] = []
    /// Files and folders (whole paths) that it cannot open, including their contents.
    ///
    /// Missing ones are skipped. The folders and files of `writable` and `readable` within them,
    /// its folder and the program itself remain visible.
    package var hidden: [String] = []
    /// Files and folders within hidden ones that it may read.
    package var readable: [String] = []
    /// Device nodes, or folders of them, that it may use in addition to the common ones.
    package var devices: [String] = []
    /// Another user, which needs root; nil: ours.
    package var user: User?
    /// Its supplementary groups, at most 32, if we may set them, which needs root; without that
    /// right it keeps ours.
    package var groups: [UInt32] = []
    /// The processor time that each process may use before it is killed (seconds); nil: any.
    package var cpuSeconds: Int? = 30
    /// What each process may allocate.
    package var memoryBytes: Int64 = 512 << 20
    /// Processes and threads at once; the kernel does not count those of root.
    package var processes = 64
    /// Descriptors of each process.
    package var openFiles = 256
    /// The longest file that it may write; beyond that it is killed.
    package var fileBytes: Int64 = 64 << 20
    /// Whether a PID name space is tried; with only a subreaper a program can see its user's other
    /// processes, and signal them if the kernel is old.
    package var usesNameSpace = true
    /// Whether Landlock is used if the kernel has it.
    package var usesLandlock = true
    /// Whether it is started if neither can confine it.
    package var mayBeOpen = false

    /// The signal that ends a process which worked longer than `cpuSeconds`: SIGXCPU.
    package static let workSignal = SIGXCPU
    /// The signal that ends a process which wrote more than `fileBytes`: SIGXFSZ.
    package static let fileSignal = SIGXFSZ

    /// The usual limits, and no writable paths.
    package init() {}

    /// The version of Landlock that the kernel has; 0: none.
    ///
    /// From version 6 on, a program without a name space cannot signal others either.
    package static var landlockVersion: Int { Int(martlet_landlock_version()) }

    /// Whether the system allows our programs their own mounts.
    ///
    /// The corresponding C functions are `clone`, `mount` and `mount_setattr`, in a child.
    package static var hasNameSpaces: Bool { martlet_can_mount() }

    /// Whether opening and writing of files can be restricted at all.
    package static var isHeld: Bool { landlockVersion > 0 || hasNameSpaces }

    /// Whether this process is root's; limits on the number of processes do not apply to root.
    package static var isRoot: Bool { geteuid() == 0 }

    /// Whether this process is in a group.
    ///
    /// The corresponding C functions are `getegid` and `getgroups`.
    package static func has(_ group: UInt32) -> Bool {
        let count = getgroups(0, nil)
        guard count >= 0 else { return false }
        var groups = [gid_t](repeating: 0, count: Int(count))
        return getegid() == group
            || getgroups(count, &groups) == count && groups.contains(group)
    }

    /// The user of a name; nil when there is none.
    ///
    /// The corresponding C function is `getpwnam_r`.
    package static func user(named name: String) -> User? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            return nil
        }
        return User(user: entry.pw_uid, group: entry.pw_gid)
    }

    /// The number of a group; nil when there is none of the name.
    ///
    /// The corresponding C function is `getgrnam_r`.
    package static func group(named name: String) -> UInt32? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        // Groups with many members are long.
        var buffer = [CChar](repeating: 0, count: 256 * 1024)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            return nil
        }
        return entry.gr_gid
    }
}

extension Confinement {
    /// The limit on the kernel's count, which includes all threads of the user.
    ///
    /// Ours are included if the program runs as our user, outside of a user name space.
    fileprivate var processLimit: UInt64 {
        guard user == nil else { return UInt64(processes) }
        let own = (try? Files.list("/proc/self/task").count) ?? 0
        return UInt64(processes + own + Self.neighbours)
    }

    /// Further groups of a program.
    private static let groupsLimit = Int(MARTLET_GROUPS_LIMIT)

    /// Processes of other confined programs, which count too.
    private static let neighbours = 64

    /// The name of a start's stage in an error.
    private static func call(of stage: Int32) -> String {
        switch Int(stage) {
        case MARTLET_STAGE_SPLIT: "clone"
        case MARTLET_STAGE_WARDEN: "start a warden for"
        case MARTLET_STAGE_STREAMS: "dup"
        case MARTLET_STAGE_CONFINE, MARTLET_STAGE_OVERLAP: "confine"
        case MARTLET_STAGE_FOLDER: "chdir"
        case MARTLET_STAGE_PRIVILEGES: "drop privileges"
        case MARTLET_STAGE_LANDLOCK: "landlock"
        case MARTLET_STAGE_LIMITS: "setrlimit"
        default: "execve"
        }
    }

    /// The object of the stage, and what can be done about the error.
    private static func detail(of stage: Int32, _ program: String, _ directory: String) -> String {
        switch Int(stage) {
        case MARTLET_STAGE_FOLDER: directory
        case MARTLET_STAGE_CONFINE:
            "\(program) (this system has neither Landlock nor lets it have mounts of its own; see "
                + "'confinement' in its settings)"
        case MARTLET_STAGE_OVERLAP:
            "\(program) (what it may write holds what is hidden from it, and this system does not "
                + "let it have mounts of its own; name folders beside that)"
        default: program
        }
    }

    /// Starts a program; returns its warden.
    func spawn(
        _ command: Command, input: Int32, output: Int32, error: Int32
    ) throws(SystemError) -> Warden {
        let directory = command.workingDirectory ?? "/"
        // In the order of the lists in CLinux.h.
        let lists = [
            command.arguments, command.environment.map { "\($0.key)=\($0.value)" },
            // The root is the working directory of programs that may not write anywhere.
            writable + (directory == "/" ? [] : [directory]), readable, devices, hidden,
            [command.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", directory],
        ]
        var (warden, report, stage): (Int32, Int32, Int32) = (0, 0, 0)
        let code = withCStrings(Array(lists.joined())) { texts in
            texts.withUnsafeBufferPointer { texts in
                var program = martlet_confined()
                program.texts = texts.baseAddress
                withUnsafeMutableBytes(of: &program.counts) { counts in
                    let counts = counts.bindMemory(to: UInt32.self)
                    for (index, list) in lists.enumerated() { counts[index] = UInt32(list.count) }
                }
                program.input = input
                program.output = output
                program.error = error
                program.limits = limits
                return martlet_spawn_confined(&program, &warden, &report, &stage)
            }
        }
        try SystemError.checkReturned(
            Self.call(of: stage), Self.detail(of: stage, command.arguments[0], directory)
        ) { code }
        return Warden(processID: warden, report: FileDescriptor(adopting: report))
    }

    private var limits: martlet_limits {
        var limits = martlet_limits()
        limits.user = user?.user ?? UInt32.max
        limits.group = user?.group ?? UInt32.max
        // The hard limit is one more, and the greatest number means none.
        limits.cpu_seconds = cpuSeconds.map(UInt64.init) ?? UInt64.max - 1
        limits.memory_bytes = UInt64(memoryBytes)
        limits.processes = processLimit
        limits.open_files = UInt64(openFiles)
        limits.file_bytes = UInt64(fileBytes)
        let groups = groups.prefix(Self.groupsLimit)
        limits.group_count = UInt32(groups.count)
        withUnsafeMutableBytes(of: &limits.groups) { room in
            let room = room.bindMemory(to: UInt32.self)
            for (place, group) in zip(room.indices, groups) { room[place] = group }
        }
        limits.uses_name_space = usesNameSpace
        limits.uses_landlock = usesLandlock
        limits.may_be_open = mayBeOpen
        return limits
    }
}

extension SystemError {
    /// Whether a program was not started because this system cannot confine it.
    package var isUnconfined: Bool { call.hasPrefix("confine ") }
}

/// The process that waits for a confined program and ends all that it started.
final class Warden: Sendable {
    let processID: Int32
    private let report: FileDescriptor

    fileprivate init(processID: Int32, report: consuming FileDescriptor) {
        self.processID = processID
        self.report = report
    }

    /// The program's wait status, once the warden has ended; nil when it was killed itself.
    func status() -> Int32? {
        let bytes = (try? report.read(limit: 4)) ?? []
        guard bytes.count == 4 else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | Int32($1) }
    }
}
