package import Configuration
package import Linux
package import Tools
package import WireCodec

/// Runs a program without a shell, and gives the model what it printed.
package struct CommandTool: Tool {
    package let declaration: ToolDeclaration
    private let settings: CommandToolSettings
    private let confinement: Confinement
    private let secrets: any SecretPort
    private let template: CommandTemplate

    /// How long a program has to end after TERM, before KILL.
    private static let grace = Duration.seconds(1)
    /// The program's own deadline is this much later than the runner's, which answers the model; it
    /// ends the program if the cancellation did not.
    private static let slack = Duration.seconds(1)

    /// Checks the template against the parameters, so that a fault is found at the start.
    ///
    /// At each call `secrets` is asked for the secrets that the settings name.
    package init(
        declaration: ToolDeclaration, settings: CommandToolSettings, confinement: Confinement,
        secrets: any SecretPort = NoSecrets()
    ) throws(ToolDeclarationError) {
        self.declaration = declaration
        self.settings = settings
        self.confinement = confinement
        self.secrets = secrets
        do {
            template = try CommandTemplate(settings.program.arguments, schema: declaration.schema)
        } catch {
            throw .badTemplate(declaration.name, error.description)
        }
    }

    /// Runs the program to its end; its failure is reported with its status and its output.
    package func call(_ arguments: ToolArguments) async throws -> JSONValue {
        let words = try template.fill(arguments)
        let (environment, hidden) = try environment()
        var command = Command(
            arguments: words, environment: environment,
            workingDirectory: settings.program.workingDirectory,
            outputLimitBytes: declaration.terms.resultBytes)
        command.confinement = confinement
        let result = try await ChildProcess.run(
            command, deadline: declaration.terms.deadline + Self.slack, grace: Self.grace)
        switch result.exit {
        case .exited(0): return try output(result, hidden)
        case .exited(let code): throw failure("ended with status \(code)", result, hidden)
        case .signalled(let signal):

            throw failure("was ended by signal \(signal)\(Self.reason(signal))", result, hidden)
        case .timedOut: throw failure("took too long and was stopped", result, hidden)
        case .cancelled: throw CancellationError()
        }
    }

    /// The usual reason for a signal that a limit sends.
    private static func reason(_ signal: Int32) -> String {
        switch signal {
        case Confinement.workSignal: " (it worked too long)"
        case Confinement.fileSignal: " (it wrote a file that is too long)"
        default: ""
        }
    }

    /// The variables, and the secrets in them, which are hidden in what the program prints.
    private func environment() throws(ToolFailure) -> ([String: String], HiddenSecrets) {
        var environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/"]
        var found: [Secret] = []
        do {
            for (name, text) in settings.program.environment {
                environment[name] = try secrets.resolve(text).revealed
                found += try text.names.map { try secrets.secret($0) }
            }
        } catch {
            throw ToolFailure("nothing was done: \(error)")
        }
        return (environment, HiddenSecrets(found))
    }

    private func output(
        _ result: CommandResult, _ hidden: HiddenSecrets
    ) throws(ToolFailure) -> JSONValue {
        let text = Self.text(result.standardOutput)
        if settings.output == .json {
            guard !result.outputTruncated else {
                throw ToolFailure(
                    "it was done, but the command printed more than "
                        + "\(declaration.terms.resultBytes) bytes, which is too long to be given")
            }
            do {
                return hidden.hide(in: try JSONValue(parsing: Array(text.utf8)))
            } catch {
                throw ToolFailure(
                    "it was done, but what the command printed is no JSON (\(error)): "
                        + hidden.hide(in: text).prefix(SchemaCheck.quoteLimit))
            }
        }
        // A model repeats a call that returns nothing.
        guard !text.isEmpty else { return .string("done; the command printed nothing") }
        let said = hidden.hide(in: text)
        return .string(result.outputTruncated ? said + "\n(the rest was cut)" : said)
    }

    private func failure(
        _ what: String, _ result: CommandResult, _ hidden: HiddenSecrets
    ) -> ToolFailure {
        let said = Self.text(
            result.standardError.isEmpty ? result.standardOutput : result.standardError)
        return ToolFailure(
            "the command \(what)" + (said.isEmpty ? "" : ": " + hidden.hide(in: said)))
    }

    /// Output as text without the blank space around it; invalid UTF-8 becomes U+FFFD.
    private static func text(_ bytes: [UInt8]) -> String {
        let blank: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        guard let first = bytes.firstIndex(where: { !blank.contains($0) }),
            let last = bytes.lastIndex(where: { !blank.contains($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
