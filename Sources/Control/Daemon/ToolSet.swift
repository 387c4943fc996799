package import Configuration
internal import GPIO
internal import ModelTypes
package import Tools

/// The tools of the configuration, ready to be called.
package struct ToolSet: Sendable {
    package let registry: ToolRegistry
    /// The outputs' function, which puts them to rest at the end.
    private let outputs: GPIOTool?

    /// Opens the lines and checks the declarations; throws all mistakes at once.
    package init(_ settings: Settings) throws(ConfigurationErrors) {
        var mistakes: [Diagnostic] = []
        var named: [NamedOutput] = []
        for output in settings.outputs {
            do {
                named.append(
                    NamedOutput(
                        name: output.name, description: output.description,
                        port: try Self.port(output), restsOn: output.restsOn))
            } catch {
                mistakes.append(Diagnostic(output.position, "output \(output.name): \(error)"))
            }
        }
        var tools: [any Tool] = []
        var outputs: GPIOTool?
        do {
            if !named.isEmpty {
                let tool = try GPIOTool(outputs: named, clock: SystemToolClock())
                outputs = tool
                tools.append(tool)
            }
        } catch {
            mistakes.append(Diagnostic(settings.outputs.first?.position, "\(error)"))
        }
        for command in settings.commands {
            do {
                tools.append(try Self.tool(command))
            } catch {
                mistakes.append(Diagnostic(command.position, "\(error)"))
            }
        }
        guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
        do {
            registry = try ToolRegistry(tools)
        } catch {
            throw ConfigurationErrors(diagnostics: [Diagnostic(nil, "\(error)")])
        }
        self.outputs = outputs
    }

    /// What is wrong with the declarations; opens no line and runs nothing.
    package static func mistakes(in settings: Settings) -> [Diagnostic] {
        var mistakes: [Diagnostic] = []
        for output in settings.outputs where output.file.isEmpty {
            do {
                _ = try LineName(output.line)
            } catch {
                mistakes.append(Diagnostic(output.position, "output \(output.name): \(error)"))
            }
        }
        for command in settings.commands {
            do {
                _ = try tool(command)
            } catch {
                mistakes.append(Diagnostic(command.position, "\(error)"))
            }
            if command.name == GPIOTool.name, !settings.outputs.isEmpty {
                mistakes.append(
                    Diagnostic(
                        command.position, "\(ToolDeclarationError.duplicate(command.name))"))
            }
        }
        return mistakes
    }

    private static func port(_ output: OutputSettings) throws -> any OutputPort {
        guard output.file.isEmpty else {
            return try FileOutput(path: output.file, isOn: output.restsOn)
        }
        return try LineOutput(
            name: try LineName(output.line), activeLow: output.activeLow, isOn: output.restsOn)
    }

    private static func tool(_ command: CommandToolSettings) throws -> any Tool {
        let properties = JSONObject(command.parameters.map { ($0.name, $0.schema.json) })
        let declaration = try ToolDeclaration(
            name: command.name, description: command.description,
            parameters: [
                "type": "object", "properties": .object(properties),
                "required": .array(command.required.map { .string($0) }),
            ],
            deadline: .milliseconds(command.deadlineMilliseconds))
        return try CommandTool(
            declaration: declaration,
            settings: CommandSettings(
                arguments: command.arguments, environment: [:],
                workingDirectory: command.directory,
                outputLimitBytes: command.outputLimitBytes))
    }

    /// Puts the outputs as they are to stand when nobody is there.
    package func rest() async { await outputs?.rest() }
}
