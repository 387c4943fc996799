package import Configuration
internal import GPIO
internal import Linux
package import ModelTypes
package import Tools

/// The tools of the configuration, ready to be called.
package struct ToolSet: Sendable {
    package let registry: ToolRegistry
    private let beginnings: [ToolSetBuilder.Beginning]
    let servers: ToolServers
    private let endings: [@Sendable () async -> Void]

    /// Opens the lines and checks the declarations; throws all mistakes at once.
    ///
    /// `own` is the device that the built-in functions work on; nil where none listens. `secrets`
    /// takes what the tools read of that kind.
    package init(
        _ settings: Settings, own: OwnParts?, secrets: KnownSecrets = KnownSecrets()
    ) throws(ConfigurationErrors) {
        try self.init(ToolSetBuilder.build(settings, isDry: false, own: own, known: secrets))
    }

    /// The tools without what they work on: nothing is opened.
    init(
        dry settings: Settings, secrets: KnownSecrets = KnownSecrets()
    ) throws(ConfigurationErrors) {
        try self.init(ToolSetBuilder.build(settings, isDry: true, own: nil, known: secrets))
    }

    private init(_ builder: ToolSetBuilder) throws(ConfigurationErrors) {
        var mistakes = builder.mistakes
        if mistakes.isEmpty {
            do {
                registry = try ToolRegistry(builder.tools, secrets: builder.known)
                beginnings = builder.beginnings
                servers = ToolServers(builder.servers)
                endings = builder.endings
                return
            } catch {
                mistakes.append(Diagnostic(nil, "\(error)"))
            }
        }
        throw ConfigurationErrors(diagnostics: mistakes)
    }

    /// What is wrong with the declarations; opens no line and runs nothing.
    package static func mistakes(in settings: Settings) -> [Diagnostic] {
        ToolSetBuilder.build(settings, isDry: true, own: nil).mistakes
    }

    /// The declaration of each function for the model; opens no line and runs nothing.
    package static func declared(
        _ settings: Settings
    ) throws(ConfigurationErrors) -> [ToolDeclaration] {
        let builder = ToolSetBuilder.build(settings, isDry: true, own: nil)
        guard builder.mistakes.isEmpty else {
            throw ConfigurationErrors(diagnostics: builder.mistakes)
        }
        return builder.tools.map(\.declaration)
    }

    /// What of the settings this machine cannot hold or has not, one line each.
    package static func notes(_ settings: Settings) -> [String] {
        limits(settings) + missingSecrets(settings)
    }

    /// The lines of tools that this machine has not, one line each: those tools will fail.
    package static func missingLines(_ settings: Settings) -> [String] {
        settings.lineWarnings(GPIOCatalogue.chips(), ofTools: true).map(\.description)
    }

    /// What of the settings this machine cannot hold, one line each.
    package static func limits(_ settings: Settings) -> [String] {
        var notes = confinementNotes(settings, isHeld: Confinement.isHeld)
        if settings.tools.contains(where: { $0.confirmation == .pin }),
            (try? Credentials.pin(settings)) == nil
        {
            notes.append("there is no PIN (tools.pin_file), so what asks for one is never done")
        }
        return notes + serverNotes(settings)
    }

    /// The secrets that tools name and that are not there, one line each: those tools will fail.
    ///
    /// Credentials of systemd's are known to its own service only; a line says so where it is not.
    package static func missingSecrets(_ settings: Settings) -> [String] {
        let store = SecretStore(settings)
        let broker = store.problems(with: [settings.brokerPassword].compactMap { $0 })
        let hint = store.seesCredentials ? "" : " (the service's own cannot be seen from here)"
        return broker.filter(\.isAbsence).map { "mqtt.password: \($0)\(hint)" }
            + settings.tools.flatMap { tool in
                store.problems(with: tool.kind.secretTexts).filter(\.isAbsence)
                    .map { "\(tool.title): \($0)\(hint)" }
            }
    }

    /// Has the tools that ask others find them now, so that the first call need not wait; all of
    /// them, or the one that a function is of.
    package func prepare(for function: String? = nil) async {
        for beginning in beginnings where function?.hasPrefix("\(beginning.source)_") ?? true {
            await beginning.run()
        }
    }

    /// Ends the servers, and puts what the tools switch as it is to stand when nobody is there.
    package func rest() async {
        await servers.stop()
        for ending in endings { await ending() }
    }
}

/// Makes tools out of the configuration, and collects what is wrong with it.
///
/// Each kind has an extension of its own with a method that `build` calls.
struct ToolSetBuilder {
    let settings: Settings
    /// Only to find mistakes: nothing is opened, connected or started.
    let isDry: Bool
    /// Where tools find the secrets that their settings name, when they need them.
    let secrets: SecretStore
    /// Where those that were read are noted.
    let known: KnownSecrets
    private(set) var tools: [any Tool] = []
    private(set) var mistakes: [Diagnostic] = []
    /// What can be done before the first call.
    var beginnings: [Beginning] = []
    /// Servers whose tools come later.
    var servers: [ToolServers.Plan] = []
    /// What is to be done at the end of the program, in this order.
    var endings: [@Sendable () async -> Void] = []
    private var names: Set<String> = []

    /// What finds the far end of a source of functions.
    struct Beginning: Sendable {
        /// The functions' names begin with it.
        let source: String
        let run: @Sendable () async -> Void
    }

    /// Goes through all kinds.
    static func build(
        _ settings: Settings, isDry: Bool, own: OwnParts?, known: KnownSecrets = KnownSecrets()
    ) -> ToolSetBuilder {
        var builder = ToolSetBuilder(settings: settings, isDry: isDry, known: known)
        builder.checkSecrets()
        builder.addLines()
        builder.addCommands()
        builder.addRequests()
        builder.addMessages(own)
        builder.addHomes(own)
        builder.addBuiltIn(own)
        builder.addServers()
        return builder
    }

    private init(settings: Settings, isDry: Bool, known: KnownSecrets) {
        self.settings = settings
        self.isDry = isDry
        self.known = known
        secrets = SecretStore(settings, known: known)
    }

    /// A secret that others can read, or that is none, is a mistake; one that is not there is
    /// only missing when it is needed.
    private mutating func checkSecrets() {
        for tool in settings.tools {
            for problem in secrets.problems(with: tool.kind.secretTexts) where !problem.isAbsence {
                note(ToolProblem(tool: tool.title, problem: problem), at: tool.position)
            }
        }
    }

    /// Adds a tool; a name that another has is a mistake at that place.
    mutating func add(_ tool: any Tool, at position: Position?) {
        guard names.insert(tool.declaration.name).inserted else {
            return note(ToolDeclarationError.duplicate(tool.declaration.name), at: position)
        }
        tools.append(tool)
    }

    /// Adds the tool that `make` makes, or its error as a mistake at the settings' place.
    mutating func add(_ settings: ToolSettings, _ make: () throws -> any Tool) {
        do {
            add(try make(), at: settings.position)
        } catch {
            note(error, at: settings.position)
        }
    }

    /// Notes a mistake.
    mutating func note(_ error: any Error, at position: Position?) {
        mistakes.append(Diagnostic(position, "\(error)"))
    }
}

/// What is wrong with a tool, with the name that the configuration gives it.
private struct ToolProblem: Error, CustomStringConvertible {
    let tool: String
    let problem: any Error
    var description: String { "\(tool): \(problem)" }
}
