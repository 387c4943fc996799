private import CLinux
private import Glibc

/// What a program that somebody else chose the arguments of may do.
///
/// It has no capability and cannot gain one, writes only below its folder and `writable` (where
/// the kernel has Landlock, see `landlockVersion`), and every process of it is limited. All that
/// it starts ends with it, also what left its process group or session: it runs in a PID name
/// space of its own, or where the kernel grants none under a subreaper.
///
/// Not held back are reading, the network, and the attributes of files that are its user's own.
package struct Confinement: Sendable, Equatable {
    /// Whom a program runs as.
    package struct User: Sendable, Equatable {
        package var user: UInt32
        package var group: UInt32
    }

    /// Folders and files that it may write beside its working directory.
    ///
    /// What is not there is passed over. A link stands for what it leads to.
    package var writable: [String] = []
    /// Another user, with no further groups, which needs root; nil: ours.
    package var user: User?
    /// The work that each process may do (seconds); it is killed then; nil: any.
    package var cpuSeconds: Int? = 30
    /// What each process may allocate.
    package var memoryBytes: Int64 = 512 << 20
    /// Processes and threads at once; the kernel does not count those of root.
    package var processes = 64
    /// Descriptors of each process.
    package var openFiles = 256
    /// The length of each file that it writes; it is killed beyond.
    package var fileBytes: Int64 = 64 << 20
    /// Whether a PID name space is tried; without one a subreaper does the same, but a program
    /// can see, and if the kernel is old signal, what else its user runs.
    package var usesNameSpace = true

    /// The signal that ends a process which worked longer than `cpuSeconds`: SIGXCPU.
    package static let workSignal = SIGXCPU
    /// The signal that ends a process which wrote more than `fileBytes`: SIGXFSZ.
    package static let fileSignal = SIGXFSZ

    /// The usual limits, and nothing that may be written.
    package init() {}

    /// The version of Landlock that the kernel has; 0: none.
    ///
    /// Without it a program writes wherever its user may; from 6 on it cannot signal others.
    package static var landlockVersion: Int { Int(martlet_landlock_version()) }

    /// Whether limits on the number of processes count for us: not for root.
    package static var isRoot: Bool { geteuid() == 0 }

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
}

extension Confinement {
    /// The limit on the kernel's count, which has all threads of the user.
    ///
    /// Ours are among them where it runs as we do, outside of a user name space.
    fileprivate var processLimit: UInt64 {
        guard user == nil else { return UInt64(processes) }
        let own = (try? Files.list("/proc/self/task").count) ?? 0
        return UInt64(processes + own + Self.neighbours)
    }

    /// Processes of other confined programs, which count too.
    private static let neighbours = 64

    /// What a stage of the start is called in an error.
    private static func call(of stage: Int32) -> String {
        switch Int(stage) {
        case MARTLET_STAGE_SPLIT: "clone"
        case MARTLET_STAGE_STREAMS: "dup"
        case MARTLET_STAGE_FOLDER: "chdir"
        case MARTLET_STAGE_PRIVILEGES: "drop privileges"
        case MARTLET_STAGE_LANDLOCK: "landlock"
        case MARTLET_STAGE_LIMITS: "setrlimit"
        default: "execve"
        }
    }

    /// Starts a program; gives its warden.
    func spawn(
        _ command: Command, input: Int32, output: Int32, error: Int32
    ) throws(SystemError) -> Warden {
        let directory = command.workingDirectory ?? "/"
        let variables = command.environment.map { "\($0.key)=\($0.value)" }
        // The root itself is where programs are that may write nowhere.
        let places = writable + (directory == "/" ? [] : [directory])
        let search = command.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        var (warden, report, stage): (Int32, Int32, Int32) = (0, 0, 0)
        let code = withCStrings(command.arguments) { arguments in
            withCStrings(variables) { environment in
                withCStrings(places) { writable in
                    withCStrings([search, directory]) { texts in
                        lend(arguments, environment, writable) { lists in
                            var program = martlet_confined()
                            program.arguments = lists[0]
                            program.environment = lists[1]
                            program.writable = lists[2]
                            program.search = UnsafePointer(texts[0])
                            program.directory = UnsafePointer(texts[1])
                            program.input = input
                            program.output = output
                            program.error = error
                            fill(&program)
                            return martlet_spawn_confined(&program, &warden, &report, &stage)
                        }
                    }
                }
            }
        }
        let what = Self.call(of: stage)
        try SystemError.checkReturned(what, what == "chdir" ? directory : command.arguments[0]) {
            code
        }
        return Warden(processID: warden, report: FileDescriptor(adopting: report))
    }

    private func fill(_ program: inout martlet_confined) {
        program.user = user?.user ?? UInt32.max
        program.group = user?.group ?? UInt32.max
        // The hard limit is one more, and the greatest number means none.
        program.cpu_seconds = cpuSeconds.map(UInt64.init) ?? UInt64.max - 1
        program.memory_bytes = UInt64(memoryBytes)
        program.processes = processLimit
        program.open_files = UInt64(openFiles)
        program.file_bytes = UInt64(fileBytes)
        program.uses_name_space = usesNameSpace
    }
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

/// Lends arrays of strings as C has them.
private func lend<Result>(
    _ one: [UnsafeMutablePointer<CChar>?], _ two: [UnsafeMutablePointer<CChar>?],
    _ three: [UnsafeMutablePointer<CChar>?],
    _ body: ([UnsafePointer<UnsafeMutablePointer<CChar>?>?]) -> Result
) -> Result {
    one.withUnsafeBufferPointer { one in
        two.withUnsafeBufferPointer { two in
            three.withUnsafeBufferPointer { three in
                body([one.baseAddress, two.baseAddress, three.baseAddress])
            }
        }
    }
}
