/// A program that the model may run: `[[tool.command]]`.
package struct CommandToolSettings: ToolKind, Equatable {
    /// What its output is.
    package enum Output: String, Sendable, CaseIterable {
        case text, json
    }

    /// argv, with `{name}` where arguments go.
    package var arguments: [String]
    /// Where it runs and may write; empty: at the root, where it may not.
    package var directory: String
    /// Further folders and files that it may write.
    package var writable: [String]
    /// Variables that it gets beside PATH, LANG and HOME.
    package var environment: [(name: String, value: SecretText)]
    package var output: Output
    /// The user it runs as, where the daemon is root; empty: ours.
    package var user: String
    /// Of each of its processes.
    package var cpuSeconds: Int
    /// Of each of its processes: what it may allocate.
    package var memoryMegabytes: Int
    package var processes: Int
    package var openFiles: Int
    /// Of each file that it writes.
    package var fileMegabytes: Int

    package static let name = "command"
    package static let shape = ToolShape.function
    package static let usualRisk = ToolSettings.Risk.low

    package static let example = #"""
        # Programs that the model may run, each a function of its own. There is no shell: argv is
        # one program with its arguments, and {level} stands for what the model said for it.
        # Parameters are JSON Schemas; arguments that do not fit are refused. A program has no
        # rights but its user's, and writes only where it is told it may; at its deadline it is
        # ended with all that it started.
        #
        # [[tool.command]]
        # name = "set_brightness"
        # description = "Sets the brightness of the screen in percent."
        # argv = ["/usr/bin/brightnessctl", "set", "--", "{level}%"]
        # parameters = { level = { type = "integer", minimum = 0, maximum = 100 } }
        # required = ["level"]         # default: all parameters
        # directory = ""               # where it runs and may write; default: nowhere
        # writable = ["/sys/devices"]  # where else it may write; default: nowhere
        # environment = {}             # variables beside PATH, LANG and HOME; {secret:NAME}; default
        # output = "text"              # or "json", which must then be JSON; default
        # user = ""                    # another user, where the daemon is root; default
        # cpu_s = 30                   # limits of each process: seconds of work; default
        # memory_mb = 512              # what it allocates; default
        # processes = 64               # default
        # open_files = 256             # default
        # file_mb = 64                 # the longest file it writes; default

        """#

    package static func read(_ table: inout TableReader) -> CommandToolSettings? {
        let arguments = table.strings("argv")
        if arguments?.isEmpty ?? false, !table.isWrong("argv") {
            table.note("argv", "names no program")
        }
        let directory = table.path("directory", "")
        let writable = table.strings("writable", [])
        for path in (writable ?? []) + [directory ?? ""] where path == "/" {
            table.note(
                path == directory ? "directory" : "writable",
                "is /: a program may not write everywhere; name the folders")
        }
        for path in writable ?? [] where !path.hasPrefix("/") {
            table.note("writable", "holds \(TOMLValue.string(path).shown), which is no whole path")
        }
        let environment = table.secretVariables("environment")
        let output = table.choice("output", Output.text)
        let user: String? = table.value("user", "")
        let cpu = table.number("cpu_s", 30, 1...3_600)
        let memory = table.number("memory_mb", 512, 8...65_536)
        let processes = table.number("processes", 64, 1...4_096)
        let files = table.number("open_files", 256, 8...65_536)
        let file = table.number("file_mb", 64, 0...65_536)
        guard let arguments, let directory, let writable, let output, let user, let cpu,
            let memory, let processes, let files, let file
        else { return nil }
        return CommandToolSettings(
            arguments: arguments, directory: directory, writable: writable,
            environment: environment, output: output, user: user, cpuSeconds: cpu,
            memoryMegabytes: memory, processes: processes, openFiles: files, fileMegabytes: file)
    }

    package var members: [(key: String, toml: String)] {
        let variables = environment.map { "\($0.name.inlineTOML) = \($0.value.written.inlineTOML)" }
        return [
            ("argv", TOMLValue.list(arguments)), ("directory", directory.toml),
            ("writable", TOMLValue.list(writable)),
            ("environment", "{\(variables.joined(separator: ", "))}"),
            ("output", output.rawValue.toml), ("user", user.toml), ("cpu_s", cpuSeconds.toml),
            ("memory_mb", memoryMegabytes.toml), ("processes", processes.toml),
            ("open_files", openFiles.toml), ("file_mb", fileMegabytes.toml),
        ]
    }

    package var secretTexts: [SecretText] { environment.map(\.value) }

    package static func == (one: Self, other: Self) -> Bool {
        one.members.elementsEqual(other.members) { $0 == $1 }
    }
}
