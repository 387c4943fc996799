package import Configuration
internal import Linux
package import Tools

/// A program that the model may run: `[[tool.command]]`.
package struct CommandToolSettings: ToolKind, Equatable {
    /// The form of its output.
    package enum Output: String, Sendable, CaseIterable {
        /// Words for the model.
        case text
        /// One JSON value, which the model gets as such.
        case json
    }

    /// Its arguments have `{name}` in place of the call's arguments.
    package var program: ProgramSettings
    package var output: Output

    package static let name = "command"
    package static let shape = ToolShape.function
    package static let usualRisk = ToolRisk.low

    package static let example = #"""
        # Programs that the model may run, each a function of its own. There is no shell: argv is
        # one program with its arguments, and {level} stands for the value that the model gives.
        # Parameters are JSON Schemas; arguments that do not fit are refused. A program writes only
        # where it may and opens only the devices that it is given; it cannot open the key, the
        # secrets, the credentials, the recordings and the state folder. At its deadline it is ended
        # with everything that it started.
        #
        # [[tool.command]]
        # name = "set_brightness"
        # description = "Sets the brightness of the screen in percent."
        # argv = ["/usr/bin/brightnessctl", "set", "--", "{level}%"]
        # parameters = { level = { type = "integer", minimum = 0, maximum = 100 } }
        # required = ["level"]         # default: all parameters
        # directory = ""               # where it runs and may write; default: nowhere
        # writable = ["/sys/devices"]  # where else it may write; default: nowhere
        # readable = []                # what it may read in folders that are hidden from it; default
        # devices = []                 # ["/dev/snd", "/dev/ttyUSB0"], beside null, urandom and tty
        # groups = []                  # ["audio"], where the daemon is root; default: none further
        # confinement = "required"     # or "if-possible": run even if the system cannot confine it
        # environment = {}             # variables beside PATH, LANG and HOME; {secret:NAME}; default
        # output = "text"              # or "json", which must then be JSON; default
        # user = ""                    # another user, where the daemon is root; default
        # cpu_s = 30                   # limits of each process: seconds of work; default
        # memory_mb = 512              # what it allocates; default
        # processes = 64               # default
        # open_files = 256             # default
        # file_mb = 64                 # the longest file it writes; default

        """#

    /// What a program prints, and how it is run.
    package init(program: ProgramSettings, output: Output = .text) {
        self.program = program
        self.output = output
    }

    package static func read(_ table: inout TableReader) -> CommandToolSettings? {
        let arguments = table.strings("argv")
        if arguments?.isEmpty ?? false, !table.isWrong("argv") {
            table.note("argv", "names no program")
        }
        let program = ProgramSettings.read(
            &table, arguments: arguments,
            usual: .init(cpuSeconds: 30, memoryMegabytes: 512, memoryRange: 8...65_536))
        let output = table.choice("output", Output.text)
        guard let program, let output else { return nil }
        return CommandToolSettings(program: program, output: output)
    }

    package var members: [(key: String, toml: String)] {
        program.members + [("output", output.rawValue.toml)]
    }

    package var secretTexts: [SecretText] { program.environment.map(\.value) }

    package var programs: [ProgramSettings] { [program] }

    package static func make(_ tables: [Table], with maker: inout ToolMaker) {
        let ports = maker.ports
        for (settings, command) in tables {
            maker.add(settings) {
                try CommandTool(
                    declaration: try settings.declaration(), settings: command,
                    confinement: try Confinement(command.program, hidden: ports.hiddenPlaces),
                    secrets: ports.secrets)
            }
        }
    }

    package static func == (one: Self, other: Self) -> Bool {
        one.members.elementsEqual(other.members) { $0 == $1 }
    }
}
