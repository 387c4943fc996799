package import Configuration
internal import GPIO
internal import Linux
package import Tools
package import WireCodec

/// The tools of the configuration, ready to be called.
package struct ToolSet: Sendable {
    package let registry: ToolRegistry
    let sources: ToolSources
    private let beginnings: [ToolMaker.Beginning]
    private let endings: [@Sendable () async -> Void]

    /// Opens the lines and checks the declarations; throws all mistakes at once.
    ///
    /// `own` is the device that the built-in functions work on; nil if there is none. `secrets`
    /// collects the secrets that the tools read.
    package init(
        _ settings: Settings, own: OwnParts?, secrets: KnownSecrets = KnownSecrets()
    ) throws(ConfigurationErrors) {
        try self.init(
            ToolMaker(settings, isDry: false, own: own, known: secrets), known: secrets)
    }

    /// The tools without what they work on: nothing is opened.
    init(
        dry settings: Settings, secrets: KnownSecrets = KnownSecrets()
    ) throws(ConfigurationErrors) {
        try self.init(ToolMaker(settings, isDry: true, own: nil, known: secrets), known: secrets)
    }

    private init(_ maker: ToolMaker, known: KnownSecrets) throws(ConfigurationErrors) {
        var mistakes = maker.mistakes
        if mistakes.isEmpty {
            do {
                registry = try ToolRegistry(maker.tools, secrets: known)
                beginnings = maker.beginnings
                sources = ToolSources(maker.sources)
                endings = maker.endings
                return
            } catch {
                mistakes.append(Diagnostic(nil, "\(error)"))
            }
        }
        throw ConfigurationErrors(diagnostics: mistakes)
    }

    /// What is wrong with the declarations; opens no line and runs nothing.
    package static func mistakes(in settings: Settings) -> [Diagnostic] {
        ToolMaker(settings, isDry: true, own: nil, known: KnownSecrets()).mistakes
    }

    /// The declaration of each function for the model; opens no line and runs nothing.
    package static func declared(
        _ settings: Settings
    ) throws(ConfigurationErrors) -> [ToolDeclaration] {
        let maker = ToolMaker(settings, isDry: true, own: nil, known: KnownSecrets())
        guard maker.mistakes.isEmpty else {
            throw ConfigurationErrors(diagnostics: maker.mistakes)
        }
        return maker.tools.map(\.declaration)
    }

    /// What the settings demand and this machine cannot enforce or does not have, one line each.
    package static func notes(_ settings: Settings) -> [String] {
        limits(settings) + missingSecrets(settings)
    }

    /// The GPIO lines of tools that this machine does not have, one message each: those tools will
    /// fail.
    package static func missingLines(_ settings: Settings) -> [String] {
        settings.lineWarnings(GPIOCatalogue.chips(), ofTools: true).map(\.description)
    }

    /// What the settings demand and this machine cannot enforce, one line each.
    package static func limits(_ settings: Settings) -> [String] {
        var notes = confinementNotes(settings, isHeld: Confinement.isHeld)
        if settings.tools.contains(where: { $0.confirmation == .pin }),
            (try? Credentials.pin(settings)) == nil
        {
            notes.append(
                "there is no PIN (tools.pin_file), so a call that asks for one is never made")
        }
        return notes + settings.tools.flatMap { $0.kind.notes($0) }
    }

    /// The secrets that tools name and that do not exist, one line each: those tools will fail.
    ///
    /// Only the service itself sees its systemd credentials; elsewhere each line says so.
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

    /// Lets tools with a far end connect now, so that the first call need not wait: all of them, or
    /// only the one that provides a function.
    package func prepare(for function: String? = nil) async {
        for beginning in beginnings where function?.hasPrefix("\(beginning.source)_") ?? true {
            await beginning.run()
        }
    }

    /// Ends the servers, and puts the outputs of tools into their state of rest.
    package func rest() async {
        await sources.stop()
        for ending in endings { await ending() }
    }
}
