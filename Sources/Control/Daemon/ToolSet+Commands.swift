internal import Configuration
internal import Tools

// Programs: `[[tool.command]]`.
extension ToolSetBuilder {
    mutating func addCommands() {
        for (settings, command) in settings.tools(CommandToolSettings.self) {
            add(settings) {
                try CommandTool(
                    declaration: try settings.declaration(), settings: CommandSettings(command))
            }
        }
    }
}

extension CommandSettings {
    fileprivate init(_ command: CommandToolSettings) {
        self.init(
            arguments: command.arguments,
            environment: Dictionary(
                command.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
            workingDirectory: command.directory.isEmpty ? "/" : command.directory)
    }
}
