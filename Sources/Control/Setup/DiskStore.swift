internal import AllToolKinds
package import Configuration
package import Daemon
package import Linux
internal import WireCodec

/// The settings' files and the places of the secrets.
package final class DiskStore: SetupStore {
    private static let heading =
        "What `martlet setup` has found, which changes this file and keeps what else stands in it."

    private let overlay: String
    private let key: KeyPlace
    private let owner: ServiceUser?
    private let texts: () throws -> [SettingsText]
    private lazy var seals = key.canSeal()

    /// A store with the folder `overlay` (conf.d), the files as `texts` reads them, and a place for
    /// the key; `owner` is the daemon's user, whose the other secrets are; nil: we are.
    package init(
        overlay: String, key: KeyPlace, owner: ServiceUser?,
        texts: @escaping () throws -> [SettingsText]
    ) {
        self.overlay = overlay
        self.key = key
        self.owner = owner
        self.texts = texts
    }

    private var file: String { "\(overlay)/\(SettingsEdit.setupFileName)" }
    /// What the file held before; its name is none that is read.
    private var former: String { "\(file).before" }

    package func settings() throws -> Settings {
        try SettingsFile.settings(from: try texts().map { (name: $0.name, text: $0.text) })
    }

    package func keySource(_ settings: Settings) -> String? {
        if let source = Credentials.source(settings) { return source }
        return key.existing
    }

    package func proposal(_ draft: SetupDraft) throws -> SetupProposal {
        let (text, settings, old) = try composed(draft)
        var notes = shadows(of: draft, in: settings)
        if draft.key != nil {
            notes.append("The key goes to \(keyTarget.path), \(keyTarget.words).")
        }
        if draft.brokerPassword != nil {
            notes.append(
                "The broker's password goes to \(passwordPath(settings)) (mode 600).")
        }
        if old != nil { notes.append("\(former) keeps what stands in the file now.") }
        return SetupProposal(file: file, text: text, notes: notes)
    }

    package func write(_ draft: SetupDraft) throws {
        let (text, settings, old) = try composed(draft)
        var files = FileTransaction()
        do {
            if let secret = draft.key { try write(secret, &files) }
            if let password = draft.brokerPassword {
                try files.write(
                    passwordPath(settings), Array("\(password.revealed)\n".utf8), mode: 0o600,
                    folderMode: 0o755, owner: owner)
            }
            if let old {
                try files.write(
                    former, Array(old.utf8), mode: 0o644, folderMode: 0o755, owner: nil)
            }
            try files.write(
                file, Array(text.utf8), mode: 0o644, folderMode: 0o755, owner: nil)
        } catch {
            let rest = files.rollBack()
            throw SetupFailure(
                "\(error)"
                    + (rest.isEmpty ? "" : "; and not put back: \(rest.joined(separator: ", "))"))
        }
    }

    // MARK: - The settings

    /// The file's text with a draft, all settings with it, and the file's text as it is.
    private func composed(_ draft: SetupDraft) throws -> (String, Settings, old: String?) {
        var files = try texts()
        let old = files.first { $0.name == file }
        var values = draft.values
        if draft.key != nil, key.isNamedBySettings {
            values[Keys.live.keyFile.path] = key.file.toml
        }
        let text = try SettingsEdit.text(
            of: old.map { (name: $0.name, text: $0.text) }, values, heading: Self.heading)
        files.removeAll { $0.name == file }
        let place = files.firstIndex { $0.name > file && $0.name.hasPrefix("\(overlay)/") }
        files.insert(SettingsText(name: file, text: text), at: place ?? files.count)
        let settings = try SettingsFile.settings(
            from: files.map { (name: $0.name, text: $0.text) })
        let mistakes = settings.allMistakes
        guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
        return (text, settings, old?.text)
    }

    /// What another file says of a setting that was set, which counts over it.
    private func shadows(of draft: SetupDraft, in settings: Settings) -> [String] {
        draft.values.keys.sorted().compactMap { path in
            guard let setting = try? SettingsEdit.setting(path),
                let place = settings.position(of: setting), place.file != file
            else { return nil }
            let isSet = place.file.hasSuffix("/\(SettingsEdit.fileName)")
            return "\(path) is also at \(place), which counts over this: "
                + (isSet
                    ? "`martlet config set \(path) --default` takes it out there."
                    : "take it out there.")
        }
    }

    // MARK: - The secrets

    /// Where a new key goes, and how it is kept there.
    private var keyTarget: (path: String, words: String) {
        if let sealed = key.sealed, seals {
            return (sealed, "encrypted by systemd for this machine")
        }
        if let plain = key.plain { return (plain, "which only root can read") }
        return (key.file, "which only its owner can read")
    }

    private func write(_ secret: Secret, _ files: inout FileTransaction) throws {
        let bytes = Array("\(secret.revealed)\n".utf8)
        let target = keyTarget
        if target.path == key.sealed {
            guard let sealed = try KeyPlace.sealing(secret) else {
                throw SetupFailure("systemd-creds did not encrypt the key")
            }
            return try files.write(target.path, sealed, mode: 0o600, folderMode: 0o700, owner: nil)
        }
        let isOurs = target.path == key.plain
        try files.write(
            target.path, bytes, mode: 0o600, folderMode: isOurs ? 0o700 : 0o755,
            owner: isOurs ? nil : owner)
        // It would count over the new one.
        if let sealed = key.sealed { try files.remove(sealed, mode: 0o600) }
    }

    private func passwordPath(_ settings: Settings) -> String {
        "\(settings[Keys.tools.secretsDirectory])/\(BrokerStep.secretName)"
    }
}
