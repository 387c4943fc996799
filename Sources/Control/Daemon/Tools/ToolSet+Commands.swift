internal import Configuration
internal import Linux
internal import Tools

// Programs: `[[tool.command]]`.
extension ToolSetBuilder {
    mutating func addCommands() {
        let secrets = secrets
        let hidden = self.settings.hiddenPlaces
        for (settings, command) in settings.tools(CommandToolSettings.self) {
            add(settings) {
                try CommandTool(
                    declaration: try settings.declaration(),
                    settings: try CommandSettings(command, secrets, hidden: hidden))
            }
        }
    }
}

extension CommandSettings {
    fileprivate init(
        _ command: CommandToolSettings, _ secrets: SecretStore, hidden: [String]
    ) throws(ProgramMistake) {
        let program = command.program
        let confinement = try Confinement(program, hidden: hidden)
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
