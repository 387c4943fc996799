/// A program of the settings with what it may do: the keys that commands and servers share.
package struct ProgramSettings: Sendable {
    /// argv: the program and its arguments.
    package var arguments: [String]
    /// Variables that it gets beside PATH, LANG and HOME.
    package var environment: [(name: String, value: SecretText)]
    /// Where it runs and may write; empty: it runs in / and may not write there.
    package var directory: String
    /// Further folders and files that it may write.
    package var writable: [String]
    /// Files and folders that it may read although they are in folders that are hidden from
    /// programs.
    package var readable: [String]
    /// Device nodes, or folders of them, that it may use.
    package var devices: [String]
    /// Groups that it gets beside those of its user.
    package var groups: [String]
    /// What to do if the system cannot confine it.
    package var confinement: Need
    /// The user it runs as if the daemon is root; empty: the daemon's.
    package var user: String
    /// The processor time of each of its processes; nil: no limit.
    package var cpuSeconds: Int?
    /// The memory that each of its processes may allocate.
    package var memoryMegabytes: Int
    package var processes: Int
    package var openFiles: Int
    /// The size of each file that it writes.
    package var fileMegabytes: Int

    /// Whether a program is run even if the system cannot keep it from files and devices.
    package enum Need: String, Sendable, CaseIterable {
        case required
        case ifPossible = "if-possible"
    }

    /// Where it runs, an absolute path.
    package var workingDirectory: String { directory.isEmpty ? "/" : directory }

    /// What differs between the kinds of programs.
    package struct Usual: Sendable {
        /// Nil: the kind has no such key.
        var cpuSeconds: Int?
        var memoryMegabytes: Int
        var memoryRange: ClosedRange<Int>

        /// The defaults of a kind, and how much memory may be allowed.
        package init(cpuSeconds: Int?, memoryMegabytes: Int, memoryRange: ClosedRange<Int>) {
            self.cpuSeconds = cpuSeconds
            self.memoryMegabytes = memoryMegabytes
            self.memoryRange = memoryRange
        }
    }

    /// The keys beside argv that every kind of program has.
    package static let keys = [
        "environment", "directory", "writable", "readable", "devices", "groups", "confinement",
        "user", "memory_mb", "processes", "open_files", "file_mb",
    ]

    /// Reads the keys of every kind of program; nil when something is wrong, which the reader then
    /// reports.
    package static func read(
        _ table: inout TableReader, arguments: [String]?, usual: Usual
    ) -> ProgramSettings? {
        let directory = table.path("directory", "")
        let writable = wholePaths("writable", &table)
        for path in (writable ?? []) + [directory ?? ""] where path == "/" {
            table.note(
                path == directory ? "directory" : "writable",
                "is /: a program may not write everywhere; name the folders")
        }
        let readable = wholePaths("readable", &table)
        let devices = wholePaths("devices", &table)
        for path in devices ?? [] where path.hasPrefix("/") && !path.hasPrefix("/dev/") {
            table.note(
                "devices", "holds \(TOMLValue.string(path).shown); device nodes are in /dev")
        }
        let groups = table.strings("groups", [])
        if let count = groups?.count, count > groupsLimit {
            table.note("groups", "names \(count) groups; at most \(groupsLimit) are allowed")
        }
        let need = table.choice("confinement", Need.required)
        let environment = table.secretVariables("environment")
        let user: String? = table.value("user", "")
        let cpu = usual.cpuSeconds.flatMap { table.number("cpu_s", $0, 1...3_600) }
        let memory = table.number("memory_mb", usual.memoryMegabytes, usual.memoryRange)
        let processes = table.number("processes", 64, 1...4_096)
        let files = table.number("open_files", 256, 8...65_536)
        let file = table.number("file_mb", 64, 0...65_536)
        guard let arguments, let directory, let writable, let readable, let devices, let groups,
            let need, let user, let memory, let processes, let files, let file,
            cpu != nil || usual.cpuSeconds == nil
        else { return nil }
        return ProgramSettings(
            arguments: arguments, environment: environment, directory: directory,
            writable: writable, readable: readable, devices: devices, groups: groups,
            confinement: need, user: user, cpuSeconds: cpu, memoryMegabytes: memory,
            processes: processes, openFiles: files, fileMegabytes: file)
    }

    /// The most further groups of a program that the binding takes.
    private static let groupsLimit = 32

    private static func wholePaths(_ key: String, _ table: inout TableReader) -> [String]? {
        let paths = table.strings(key, [])
        for path in paths ?? [] where !path.hasPrefix("/") {
            table.note(key, "holds \(TOMLValue.string(path).shown), which is not an absolute path")
        }
        return paths
    }

    /// Key and value as TOML writes them, argv first.
    package var members: [(key: String, toml: String)] {
        let head = [
            ("argv", TOMLValue.list(arguments)), ("environment", SecretText.table(environment)),
            ("directory", directory.toml), ("writable", TOMLValue.list(writable)),
            ("readable", TOMLValue.list(readable)), ("devices", TOMLValue.list(devices)),
            ("groups", TOMLValue.list(groups)), ("confinement", confinement.rawValue.toml),
            ("user", user.toml),
        ]
        return head + (cpuSeconds.map { [("cpu_s", $0.toml)] } ?? []) + [
            ("memory_mb", memoryMegabytes.toml), ("processes", processes.toml),
            ("open_files", openFiles.toml), ("file_mb", fileMegabytes.toml),
        ]
    }
}

extension ProgramSettings {
    /// A program without further rights, with the usual limits.
    package init(
        arguments: [String], environment: [(name: String, value: SecretText)] = [],
        directory: String = ""
    ) {
        self.init(
            arguments: arguments, environment: environment, directory: directory, writable: [],
            readable: [], devices: [], groups: [], confinement: .required, user: "",
            cpuSeconds: 30, memoryMegabytes: 512, processes: 64, openFiles: 256,
            fileMegabytes: 64)
    }
}
