package import Linux
package import ModelTypes

/// How a command is run.
package struct CommandSettings: Sendable {
    /// What a command prints.
    package enum Output: Sendable {
        /// Words for the model.
        case text
        /// One JSON value, which the model is given as such.
        case json
    }

    /// argv with `{name}` where arguments go; the first is the program.
    package var arguments: [String]
    /// Variables the program gets beside PATH, LANG and HOME; it inherits nothing else.
    package var environment: [String: String]
    /// Further variables with secrets in them, looked up for each run.
    package var secretEnvironment: @Sendable () throws -> SecretVariables = { SecretVariables() }
    /// The folder it starts in, and may write unless it is the root.
    package var workingDirectory: String
    /// What it may do.
    package var confinement: Confinement
    /// What it prints.
    package var output: Output

    /// Settings that `CommandTool` checks.
    package init(
        arguments: [String], environment: [String: String], workingDirectory: String,
        confinement: Confinement, output: Output
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.confinement = confinement
        self.output = output
    }
}

/// Variables with secrets in them.
package struct SecretVariables: Sendable {
    package var values: [String: Secret] = [:]
    /// The secrets themselves, which are hidden in what a program prints.
    package var secrets: [Secret] = []

    /// None.
    package init() {}
}

/// Runs a program without a shell, and gives the model what it printed.
package struct CommandTool: Tool {
    package let declaration: ToolDeclaration
    private let settings: CommandSettings
    private let template: CommandTemplate

    /// What a program has to end after TERM, before KILL.
    private static let grace = Duration.seconds(1)
    /// The program's own deadline comes second to the runner's, which answers the model; this
    /// much later it ends the program if the cancellation did not.
    private static let slack = Duration.seconds(1)

    /// Checks the template against the parameters, so that a fault is found at the start.
    package init(
        declaration: ToolDeclaration, settings: CommandSettings
    ) throws(ToolDeclarationError) {
        self.declaration = declaration
        self.settings = settings
        do {
            template = try CommandTemplate(settings.arguments, schema: declaration.schema)
        } catch {
            throw .badTemplate(declaration.name, error.description)
        }
    }

    /// Runs the program to its end; its failure is reported with its status and what it said.
    package func call(_ arguments: ToolArguments) async throws -> JSONValue {
        let words = try template.fill(arguments)
        let secrets = try lookUpSecrets()
        let hidden = HiddenSecrets(secrets.secrets)
        var command = Command(
            arguments: words,
            environment: environment.merging(secrets.values.mapValues(\.revealed)) { $1 },
            workingDirectory: settings.workingDirectory,
            outputLimitBytes: declaration.terms.resultBytes)
        command.confinement = settings.confinement
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

    /// Why a limit ends a program, as it mostly is.
    private static func reason(_ signal: Int32) -> String {
        switch signal {
        case Confinement.workSignal: " (it worked too long)"
        case Confinement.fileSignal: " (it wrote a file that is too long)"
        default: ""
        }
    }

    private var environment: [String: String] {
        let usual = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/"]
        return usual.merging(settings.environment) { _, own in own }
    }

    private func lookUpSecrets() throws(ToolFailure) -> SecretVariables {
        do {
            return try settings.secretEnvironment()
        } catch {
            throw ToolFailure("nothing was done: \(error)")
        }
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

    /// Output as text without the blank space around it; what is no UTF-8 becomes U+FFFD.
    private static func text(_ bytes: [UInt8]) -> String {
        let blank: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        guard let first = bytes.firstIndex(where: { !blank.contains($0) }),
            let last = bytes.lastIndex(where: { !blank.contains($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
