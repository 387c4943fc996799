internal import Configuration
internal import Linux
internal import Tools

// Programs: `[[tool.command]]`.
extension ToolSetBuilder {
    mutating func addCommands() {
        for (settings, command) in settings.tools(CommandToolSettings.self) {
            add(settings) {
                try CommandTool(
                    declaration: try settings.declaration(), settings: try CommandSettings(command))
            }
        }
    }
}

extension CommandSettings {
    fileprivate init(_ command: CommandToolSettings) throws(UnknownUser) {
        var confinement = Confinement()
        confinement.writable = command.writable
        if !command.user.isEmpty {
            guard let user = Confinement.user(named: command.user) else {
                throw UnknownUser(name: command.user)
            }
            confinement.user = user
        }
        confinement.cpuSeconds = command.cpuSeconds
        confinement.memoryBytes = Int64(command.memoryMegabytes) << 20
        confinement.processes = command.processes
        confinement.openFiles = command.openFiles
        confinement.fileBytes = Int64(command.fileMegabytes) << 20
        self.init(
            arguments: command.arguments,
            environment: Dictionary(
                command.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
            workingDirectory: command.directory.isEmpty ? "/" : command.directory,
            confinement: confinement, output: command.output == .json ? .json : .text)
    }
}

/// A user that this machine has not.
private struct UnknownUser: Error, CustomStringConvertible {
    let name: String
    var description: String { "there is no user '\(name)' here" }
}
