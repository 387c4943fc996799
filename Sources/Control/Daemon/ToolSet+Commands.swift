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
        let plain = command.environment.filter { $0.value.names.isEmpty }
        let secret = command.environment.filter { !$0.value.names.isEmpty }
        self.init(
            arguments: command.arguments,
            environment: Dictionary(
                plain.map { ($0.name, $0.value.written) }, uniquingKeysWith: { $1 }),
            workingDirectory: command.directory.isEmpty ? "/" : command.directory,
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

/// A user that this machine has not.
private struct UnknownUser: Error, CustomStringConvertible {
    let name: String
    var description: String { "there is no user '\(name)' here" }
}
