package import Configuration
internal import Curl
internal import Linux
internal import MCP
internal import ModelTypes
package import Tools

// Servers of the Model Context Protocol: `[[tool.mcp]]`.
extension ToolSetBuilder {
    /// Each costs a thread and a process, or connections.
    private static let serversLimit = 16

    mutating func addServers() {
        let entries = settings.tools(MCPToolSettings.self)
        guard !entries.isEmpty else { return }
        // One for all; its thread and libcurl come with the first request.
        let client = HTTPClient()
        for (index, (settings, server)) in entries.enumerated() {
            do {
                servers.append(try plan(settings, server, client, index: index))
            } catch {
                note(error, at: settings.position)
            }
        }
    }

    private func plan(
        _ settings: ToolSettings, _ server: MCPToolSettings, _ client: HTTPClient, index: Int
    ) throws -> ToolServers.Plan {
        func mistake(_ words: String) -> ServerMistake {
            ServerMistake(description: "\(settings.title): \(words)")
        }
        guard index < Self.serversLimit else {
            throw mistake("at most \(Self.serversLimit) servers can be used")
        }
        guard ForeignNames.isValid(source: settings.name) else {
            throw mistake(
                "the name of a server begins with a letter, goes on with letters, digits and -, "
                    + "and has at most \(ForeignNames.sourceLength) characters, because its "
                    + "functions are called NAME_tool")
        }
        guard !servers.contains(where: { $0.name == settings.name }) else {
            throw ToolDeclarationError.duplicate(settings.name)
        }
        guard server.longestMilliseconds >= settings.deadlineMilliseconds else {
            throw mistake("longest_ms must be at least deadline_ms")
        }
        let transport = try transport(server, client)
        let selection = settings.selection(server)
        return ToolServers.Plan(name: settings.name) { registry, log in
            ServerClient(
                selection: selection, transport: transport(),
                startTimeout: .seconds(server.startSeconds), registry: registry,
                clock: SystemToolClock(), clientVersion: ProgramVersion.text
            ) { level, text in log(Log.Level(level), text) }
        }
    }

    private func transport(
        _ server: MCPToolSettings, _ client: HTTPClient
    ) throws -> @Sendable () -> any ServerTransport {
        let secrets = secrets
        if let program = server.program { return try start(program) }
        let place = HTTPPlace(
            url: { try secrets.resolve(server.url).revealed },
            headers: {
                try server.headers.map {
                    HTTPHeader($0.name, try secrets.resolve($0.value).revealed)
                }
            }, certificateAuthorityFile: server.authorityFile.isEmpty ? nil : server.authorityFile)
        return { HTTPTransport(place, client: client) }
    }

    private func start(
        _ program: ProgramSettings
    ) throws -> @Sendable () -> any ServerTransport {
        let secrets = secrets
        let confinement = try Confinement(program, hidden: settings.hiddenPlaces)
        return {
            StdioTransport {
                var environment = [
                    "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/",
                ]
                for (name, value) in program.environment {
                    environment[name] = try secrets.resolve(value).revealed
                }
                var command = Command(
                    arguments: program.arguments, environment: environment,
                    workingDirectory: program.directory.isEmpty ? "/" : program.directory,
                    outputLimitBytes: 0)
                command.confinement = confinement
                return command
            }
        }
    }
}

extension ToolSettings {
    /// The runner's own deadline comes second to the client's, whose words say more.
    private static let slack = Duration.seconds(2)

    fileprivate func selection(_ server: MCPToolSettings) -> ToolSelection {
        let limit = Duration.milliseconds(server.longestMilliseconds)
        return ToolSelection(
            source: name, allowed: server.tools,
            patience: .milliseconds(deadlineMilliseconds), limit: limit
        ) { tool in
            var settings = self
            if let own = server.risks.first(where: { ToolSelection.matches(tool, $0.name) }) {
                settings.risk = own.risk
            }
            var terms = settings.terms(longestMilliseconds: server.longestMilliseconds)
            terms.deadline = limit + Self.slack
            // Reading never asks.
            if terms.risk == .read { terms.confirmation = nil }
            return terms
        }
    }
}

extension Log.Level {
    fileprivate init(_ level: ServerLogLevel) {
        self =
            switch level {
            case .warning: .warning
            case .notice: .notice
            case .debug: .debug
            }
    }
}

/// A server that cannot be used as it is declared.
private struct ServerMistake: Error, CustomStringConvertible {
    let description: String
}

extension ToolSet {
    /// The names of the servers, whose functions come when they have answered.
    package var serverNames: [String] { servers.names }

    /// What of the servers' settings should be meant, one line each.
    static func serverNotes(_ settings: Settings) -> [String] {
        settings.tools(MCPToolSettings.self).flatMap { tool, server in
            var notes: [String] = []
            let unlocking = server.risks.filter { $0.risk == .unlock }.map(\.name)
            if tool.confirm == .never, !unlocking.isEmpty {
                notes.append(
                    "\(tool.title): \(unlocking.joined(separator: ", ")) lets somebody in (risk "
                        + "\"unlock\") and asks nobody: whoever can be heard can use it")
            }
            return notes
        }
    }

    /// The names of the servers of the settings; starts none.
    package static func servers(_ settings: Settings) throws(ConfigurationErrors) -> [String] {
        try ToolSet(dry: settings).serverNames
    }

    /// Starts the servers and returns at once; `onChange` is called whenever functions have
    /// changed.
    func startServers(log: Log, onChange: @escaping @Sendable () -> Void) {
        guard !servers.names.isEmpty else { return }
        registry.onChange(onChange)
        servers.start(registry, log: log)
    }

    /// Starts the servers, or the one of a name; returns at once.
    package func startServers(log: Log, only name: String? = nil) {
        servers.start(registry, log: log, only: name)
    }

    /// Returns when each server that was started has listed its tools, or has failed once.
    package func serversSettled() async { await servers.settled() }

    /// Ends the servers; returns when nothing of them is left.
    package func endServers() async { await servers.stop() }

    /// What a server's function would be called by the server's name; nil for other functions.
    package func server(ofFunction name: String) -> String? {
        servers.names.first {
            name.hasPrefix("\($0)_") && registry.fixedNames.contains(name) == false
        }
    }

    /// What servers and settings offer together.
    package struct Offer: Sendable {
        /// Each function as the model sees it, those of servers among them.
        package var declarations: [ToolDeclaration] = []
        /// What is wrong with the servers, one line each.
        package var notes: [String] = []
        /// What the settings leave out, one line each.
        package var unwanted: [String] = []
        /// The names of the servers that are not there.
        package var failed: [String] = []

        /// Nothing.
        package init() {}
    }

    /// Starts the servers, asks them what they offer and ends them, but opens no line.
    package static func offered(_ settings: Settings, log: Log) async throws -> Offer {
        let set = try ToolSet(dry: settings, secrets: log.secrets)
        set.startServers(log: log)
        await set.serversSettled()
        var offered = Offer()
        offered.declarations = set.registry.tools
        offered.notes = await set.servers.notes().map { log.secrets.hide(in: $0) }
        offered.unwanted = await set.servers.unwanted()
        offered.failed = await set.servers.failed()
        await set.servers.stop()
        return offered
    }
}
