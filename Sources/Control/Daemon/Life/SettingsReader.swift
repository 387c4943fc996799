internal import AllToolKinds
package import Configuration
internal import Linux

/// Reads the settings as a start needs them: checked as a whole, with what can take their place.
package struct SettingsReader: Sendable {
    private let log: Log
    private let files: @Sendable () throws -> [SettingsText]

    /// A reader of files that the closure reads from the disk.
    package init(log: Log, files: @escaping @Sendable () throws -> [SettingsText]) {
        self.log = log
        self.files = files
    }

    /// What the files say now.
    ///
    /// It reads the disk: do not call it on the loop.
    package func read() -> SettingsReading {
        let texts: [SettingsText]
        do {
            texts = try files()
        } catch {
            var reading = SettingsReading(least: Settings())
            reading.mistakes = ["\(error)"]
            reading.lastGood = lastGood(in: Settings())
            return reading
        }
        let (settings, mistakes) = SettingsFile.salvaged(
            from: texts.map { (name: $0.name, text: $0.text) })
        var reading = SettingsReading(least: settings)
        reading.mistakes =
            mistakes.isEmpty ? settings.startRefusals : mistakes.map { "\($0)" }
        if reading.mistakes.isEmpty { reading.asked = LifePlan(.asked, settings, texts: texts) }
        reading.lastGood = lastGood(in: settings)
        return reading
    }

    /// Keeps what works for a later life.
    ///
    /// It writes to the disk: do not call it on the loop.
    package func keep(_ plan: LifePlan) {
        KeptSettings(folder: plan.settings.toolStateDirectory, log: log).keep(plan.texts)
    }

    private func lastGood(in settings: Settings) -> LifePlan? {
        guard
            let texts = KeptSettings(folder: settings.toolStateDirectory, log: log).read(),
            let kept = try? SettingsFile.settings(
                from: texts.map { (name: $0.name, text: $0.text) }),
            kept.startRefusals.isEmpty
        else { return nil }
        return LifePlan(.before, kept, texts: texts)
    }
}

extension Settings {
    /// Everything for which a start would refuse these settings, found without touching a line, a
    /// card or the network.
    ///
    /// One line each. It reads the disk.
    package var startRefusals: [String] {
        let mistakes = allMistakes.map { "\($0)" }
        guard mistakes.isEmpty else { return mistakes }
        var refusals: [String] = []
        func check(_ body: () throws -> Void) {
            do { try body() } catch { refusals.append("\(error)") }
        }
        check { _ = try ToolSet(dry: self) }
        check { _ = try confirmationSettings() }
        check { _ = try lightMachine(at: 0) }
        check { _ = try muteSwitchWiring() }
        for button in buttons { check { _ = try wiring(of: button) } }
        check { _ = try Credentials.completed(self) }
        check { _ = try Credentials.daemon(self) }
        if self[Keys.recording.enabled] {
            check { try Files.makeDirectory(self[Keys.recording.directory], mode: 0o700) }
        }
        return refusals
    }
}
