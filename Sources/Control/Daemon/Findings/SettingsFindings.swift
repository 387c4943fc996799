package import Configuration
internal import GPIO

/// What the doctor says of the settings, the secrets that they name, and their tools.
package enum SettingsFindings {
    /// Each mistake and each doubt, or that there is none.
    package static func all(_ settings: Settings) -> [Finding] {
        let lines = settings.lineMistakes(GPIOCatalogue.chips())
        let mistakes = settings.allMistakes.map { mistake in
            lines.contains(mistake)
                ? Finding(.broken, "line.twice", "settings", "\(mistake)")
                : self.mistake(mistake)
        }
        let warnings = settings.writtenWarnings.map {
            Finding(.weak, "settings.warning", "settings", "\($0)")
        }
        let secrets = ToolSet.missingSecrets(settings).map {
            Finding(.broken, "secrets.missing", "secrets", $0)
        }
        let refusals = ToolSet.refusals(settings).map {
            Finding(.broken, "tools.refused", "tools", $0)
        }
        let all = mistakes + warnings + secrets + refusals
        let declared = (try? ToolSet.declared(settings)).map {
            Finding(.works, "tools", "tools", "the model is offered \($0.count) functions")
        }
        guard all.isEmpty else { return all + [declared].compactMap { $0 } }
        let files = settings.files.isEmpty ? "all defaults" : settings.files.joined(separator: ", ")
        return [Finding(.works, "settings", "settings", "\(files): no mistakes")]
            + [declared].compactMap { $0 }
    }

    /// What keeps the settings from being read.
    package static func all(unreadable error: any Error) -> [Finding] {
        guard let errors = error as? ConfigurationErrors else {
            return [Finding(.broken, "settings.unreadable", "settings", "\(error)")]
        }
        return errors.diagnostics.map(mistake)
    }

    private static func mistake(_ mistake: Diagnostic) -> Finding {
        Finding(
            .broken, "settings.mistake", "settings", "\(mistake)",
            remedy: mistake.position.map { .command("sudo editor +\($0.line) \($0.file.quoted)") })
    }
}
