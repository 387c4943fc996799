import ArgumentParser
import Configuration
import Daemon
import Linux
import ModelTypes
import Tools
import WireCodec

struct ToolCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tools", abstract: "List, check and call the tools, as the model would.",
        subcommands: [List.self, Check.self, Call.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what the model is offered.",
            discussion: "No line is opened. MCP servers are started, asked for their tools, and "
                + "ended.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "As the service gets them: one declaration in JSON per line.")
        var json = false

        /// The arguments of a call, with the allowed values where they are limited.
        ///
        /// Required ones come first. Empty for a function without arguments.
        private static func arguments(_ declaration: ToolDeclaration) -> String {
            guard case .object(let members) = declaration.schema.kind else { return "" }
            func shown(_ property: Schema.Property) -> String {
                let choices = property.schema.choices.map(\.serialized).joined(separator: " or ")
                return property.name + (choices.isEmpty ? "" : " = \(choices)")
            }
            let needed = members.properties.filter(\.isRequired).map(shown)
            let others = members.properties.filter { !$0.isRequired }.map { "[\(shown($0))]" }
            let all = (needed + others).joined(separator: ", ")
            return all.isEmpty ? "" : "    arguments: \(all)\n"
        }

        func run() throws {
            let offer = try reported { try offered(try options.load(isRequired: false)) }
            for note in offer.notes + offer.unwanted {
                StandardStream.error.write("note: \(note)\n")
            }
            for declaration in offer.declarations {
                let terms = declaration.terms
                guard !json else {
                    StandardStream.output.write(
                        "\(declaration.announcement.json.serialized)\n")
                    continue
                }
                let asked = terms.confirmation.map { ", confirmed by \($0.words)" } ?? ""
                StandardStream.output.write(
                    "\(declaration.name)  risk \(terms.risk.rawValue)\(asked), "
                        + "\(terms.deadline) at most\n    \(declaration.description)\n"
                        + Self.arguments(declaration))
            }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find mistakes in the tools, and say what this machine can enforce.")

        @OptionGroup var options: SettingsOptions

        func run() throws {
            try reported {
                let settings = try startable(options)
                let offer = try offered(settings)
                for warning in settings.warnings {
                    StandardStream.output.write("warning: \(warning)\n")
                }
                _ = try settings.confirmationSettings()
                for note in ToolSet.notes(settings) + ToolSet.missingLines(settings)
                    + offer.notes + offer.unwanted
                {
                    StandardStream.output.write("note: \(note)\n")
                }
                let refusals = ToolSet.refusals(settings)
                for refusal in refusals { StandardStream.output.write("\(refusal)\n") }
                let servers = offer.failed.map { "the \($0) is not there" }
                let faults = servers + (refusals.isEmpty ? [] : ["\(refusals.count) are refused"])
                StandardStream.output.write(
                    "\(offer.declarations.count) functions; "
                        + (faults.isEmpty ? "no mistakes" : faults.joined(separator: "; ")) + "\n")
                if !faults.isEmpty { throw ExitCode.failure }
            }
        }
    }

    struct Call: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run one tool by hand, with the same checks and limits.",
            discussion: "The answer to the model is printed. Lines that a running daemon "
                + "holds cannot be opened a second time. What needs a confirmation asks on the "
                + "terminal.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The function's name.")
        var name: String

        @Argument(help: "Its arguments, a JSON object.")
        var arguments = "{}"

        func run() throws {
            let signals = try BlockedSignals([.terminate, .interrupt])
            let all = try reported { try startable(options) }
            let json: JSONValue
            do {
                json = try JSONValue(parsing: Array(arguments.utf8))
            } catch {
                throw Complaint("the arguments are not JSON: \(error)")
            }
            let call = FunctionCall(id: "", name: name, arguments: json)
            let settings = try reported { try narrowed(all, to: call) }
            let log = Log(level: .warning)
            let outcome = Shared<ToolOutcome?>(nil)
            let stop = Latch()
            let taker = try SignalTaker(signals) { _ in stop.open() }
            let thread = try OwnedThread(name: "signals", priority: .normal) { taker.run() }
            try reported {
                try runBlocking {
                    let tools = try ToolSet(settings, own: nil, secrets: log.secrets)
                    if let server = tools.server(ofFunction: call.name) {
                        tools.startServers(log: log, only: server)
                        await tools.serversSettled()
                    }
                    await tools.prepare(for: call.name)
                    // The store belongs to the running daemon.
                    let ports = settings.runnerPorts(
                        confirmation: TerminalQuestion(), store: nil, log: log)
                    let runner = ToolRunner(
                        registry: tools.registry, limits: ToolLimits(settings), ports: ports)
                    let watch = Task {
                        await stop.wait()
                        await runner.stop()
                    }
                    let result = await runner.run(call, conversation: 0)
                    outcome.withLock { $0 = result }
                    stop.open()
                    await watch.value
                    await tools.endServers()
                }
            }
            taker.stop()
            thread.join()
            try show(outcome.withLock { $0 })
        }

        /// Without the outputs that the call does not concern, because opening an output resets it.
        private func narrowed(_ all: Settings, to call: FunctionCall) throws -> Settings {
            let tools = try ToolSet.declared(all)
            guard let tool = tools.first(where: { $0.name == call.name }) else {
                // A server's function is looked up when the server has answered.
                if try ToolSet.servers(all).contains(where: { call.name.hasPrefix("\($0)_") }) {
                    var settings = all
                    settings.keepTools { !$0.isPart }
                    return settings
                }
                let names = tools.map(\.name).joined(separator: ", ")
                throw Complaint("there is no function '\(call.name)'; there are: \(names)")
            }
            let faults = SchemaCheck(tool.schema).violations(of: call.arguments)
            guard faults.isEmpty else {
                throw Complaint(faults.joined(separator: "; "))
            }
            var settings = all
            settings.keepTools { tool in
                !tool.isPart || tool.kind.concerns(call, tool)
            }
            return settings
        }

        private func show(_ outcome: ToolOutcome?) throws {
            guard case .answered(let answer)? = outcome else {
                StandardStream.error.write("cancelled\n")
                throw ExitCode.failure
            }
            StandardStream.output.write("\(answer.response.serialized)\n")
            if answer.response["error"] != nil { throw ExitCode.failure }
        }
    }
}

/// The tools that the model is offered; servers are started if there are any.
private func offered(_ settings: Settings) throws -> ToolSet.Offer {
    guard try !ToolSet.servers(settings).isEmpty else {
        var offer = ToolSet.Offer()
        offer.declarations = try ToolSet.declared(settings)
        return offer
    }
    let offered = Shared(ToolSet.Offer())
    try runBlocking {
        let found = try await ToolSet.offered(settings, log: Log(level: .error))
        offered.withLock { $0 = found }
    }
    return offered.withLock { $0 }
}

/// The settings with which the daemon would start: a line that is also a button's must not be
/// driven by hand either.
private func startable(_ options: SettingsOptions) throws -> Settings {
    let settings = try options.load(isRequired: false)
    let mistakes = settings.allMistakes
    guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
    return settings
}

/// Prints all mistakes of the settings, and exits.
func reported<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let errors as ConfigurationErrors {
        StandardStream.error.write("\(errors)\n")
        throw ExitCode.failure
    }
}

extension ToolConfirmation {
    fileprivate var words: String {
        switch self {
        case .button: "button"
        case .phrase: "phrase"
        case .pin: "PIN"
        }
    }
}

/// The person at the terminal confirms, because they could run the program directly.
private struct TerminalQuestion: ConfirmationPort {
    func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision {
        guard StandardStream.isInputTerminal else {
            return .refused("nothing was done: it needs a confirmation, and there is no terminal")
        }
        StandardStream.error.write("\(request.subject) needs a confirmation. Go on? [y/N] ")
        let isMeant = readLine(strippingNewline: true)?.lowercased() == "y"
        return isMeant ? .granted : .refused("nothing was done: it was not confirmed")
    }
}
