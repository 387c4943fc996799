package import Configuration
internal import Curl
internal import Linux
internal import ModelTypes
internal import Text
internal import Tools
internal import WireCodec

// Each table is a server; its functions are added when it has listed them.
extension MCPToolSettings {
    /// Each server costs a thread and a process, or connections.
    private static let serversLimit = 16

    package static func make(_ tables: [Table], with maker: inout ToolMaker) {
        // Its thread starts and libcurl is loaded with the first request.
        let client = HTTPClient.shared
        var names: Set<String> = []
        for (index, (settings, server)) in tables.enumerated() {
            do {
                guard index < serversLimit else {
                    throw ServerMistake(
                        settings, "at most \(serversLimit) servers can be used")
                }
                try server.check(settings)
                guard names.insert(settings.name).inserted else {
                    throw ToolDeclarationError.duplicate(settings.name)
                }
                maker.add(try server.plan(settings, client, maker.ports))
            } catch {
                maker.note(error, at: settings.position)
            }
        }
    }

    /// Checks its own keys against those that all kinds share.
    private func check(_ settings: ToolSettings) throws {
        guard ForeignNames.isValid(source: settings.name) else {
            throw ServerMistake(
                settings,
                "the name of a server begins with a letter, goes on with letters, digits and -, "
                    + "and has at most \(ForeignNames.sourceLength) characters, because its "
                    + "functions are called NAME_tool")
        }
        guard longestMilliseconds >= settings.deadlineMilliseconds else {
            throw ServerMistake(settings, "longest_ms must be at least deadline_ms")
        }
    }

    private func plan(
        _ settings: ToolSettings, _ client: HTTPClient, _ ports: ToolPorts
    ) throws -> ToolSourcePlan {
        let transport = try transport(client, ports)
        let selection = selection(settings)
        let startTimeout = Duration.seconds(startSeconds)
        return ToolSourcePlan(name: settings.name) { registry, log in
            ServerClient(
                selection: selection, transport: transport(), startTimeout: startTimeout,
                registry: registry, clock: ports.clock, clientVersion: ports.programVersion,
                log: log)
        }
    }

    private func transport(
        _ client: HTTPClient, _ ports: ToolPorts
    ) throws -> @Sendable () -> any ServerTransport {
        let secrets = ports.secrets
        if let program { return try Self.start(program, ports) }
        let (url, headers) = (url, headers)
        let place = HTTPPlace(
            url: { try secrets.resolve(url).revealed },
            headers: {
                try headers.map { HTTPHeader($0.name, try secrets.resolve($0.value).revealed) }
            }, certificateAuthorityFile: authorityFile.isEmpty ? nil : authorityFile)
        return { HTTPTransport(place, client: client) }
    }

    private static func start(
        _ program: ProgramSettings, _ ports: ToolPorts
    ) throws -> @Sendable () -> any ServerTransport {
        let secrets = ports.secrets
        let confinement = try Confinement(program, hidden: ports.hiddenPlaces)
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
                    workingDirectory: program.workingDirectory, outputLimitBytes: 0)
                command.confinement = confinement
                return command
            }
        }
    }

    /// The runner's deadline is this much later than the client's, whose error texts say more.
    private static let slack = Duration.seconds(2)

    private func selection(_ settings: ToolSettings) -> ToolSelection {
        let limit = Duration.milliseconds(longestMilliseconds)
        return ToolSelection(
            source: settings.name, allowed: tools,
            patience: .milliseconds(settings.deadlineMilliseconds), limit: limit
        ) { tool in
            var settings = settings
            if let own = risks.first(where: { Pattern.matches(tool, $0.name) }) {
                settings.risk = own.risk
            }
            var terms = settings.terms(longestMilliseconds: longestMilliseconds)
            terms.deadline = limit + Self.slack
            // Reading never asks.
            if terms.risk == .read { terms.confirmation = nil }
            return terms
        }
    }
}

/// A server that cannot be used as it is declared.
private struct ServerMistake: Error, CustomStringConvertible {
    let description: String

    init(_ settings: ToolSettings, _ words: String) {
        description = "\(settings.title): \(words)"
    }
}
