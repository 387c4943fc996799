internal import Configuration
internal import Linux
internal import Tools

// Programs: `[[tool.command]]`.
extension ToolSetBuilder {
    mutating func addCommands() {
        let secrets = secrets
        for (settings, command) in settings.tools(CommandToolSettings.self) {
            add(settings) {
                try CommandTool(
                    declaration: try settings.declaration(),
                    settings: try CommandSettings(command, secrets))
            }
        }
    }
}

extension CommandSettings {
    fileprivate init(
        _ command: CommandToolSettings, _ secrets: SecretStore
    ) throws(UnknownUser) {
        let program = command.program
        let confinement = try Confinement(program)
        let plain = program.environment.filter { $0.value.names.isEmpty }
        let secret = program.environment.filter { !$0.value.names.isEmpty }
        self.init(
            arguments: program.arguments,
            environment: Dictionary(
                plain.map { ($0.name, $0.value.written) }, uniquingKeysWith: { $1 }),
            workingDirectory: program.directory.isEmpty ? "/" : program.directory,
            confinement: confinement, output: command.output == .json ? .json : .text)
        guard !secret.isEmpty else { return }
        secretEnvironment = {
            var variables = SecretVariables()
            for (name, text) in secret {
                variables.values[name] = try secrets.resolve(text)
                variables.secrets += try text.names.map { try secrets.secret($0) }
            }
            return variables
        }
    }
}

extension Confinement {
    /// What a program of the settings may do and use.
    init(_ program: ProgramSettings) throws(UnknownUser) {
        self.init()
        writable = program.writable
        if !program.user.isEmpty {
            guard let user = Confinement.user(named: program.user) else {
                throw UnknownUser(name: program.user)
            }
            self.user = user
        }
        cpuSeconds = program.cpuSeconds
        memoryBytes = Int64(program.memoryMegabytes) << 20
        processes = program.processes
        openFiles = program.openFiles
        fileBytes = Int64(program.fileMegabytes) << 20
    }
}

/// A user that this machine has not.
struct UnknownUser: Error, CustomStringConvertible {
    let name: String
    var description: String { "there is no user '\(name)' here" }
}
