internal import Configuration
internal import Linux
internal import ModelTypes

/// The settings files that last worked, in the state folder, for a start when the files have a
/// mistake.
///
/// Settings hold no secrets. It reads and writes the disk, so not on the loop.
struct KeptSettings: Sendable {
    private static let name = "settings.last-good"
    /// Longer than any settings (bytes).
    private static let limitBytes = 8 << 20

    /// The state folder; nil keeps nothing.
    let folder: String?
    let log: Log

    private var path: String? { folder.map { "\($0)/\(Self.name)" } }

    /// What was kept; nil where nothing was, or it cannot be read, which is logged.
    func read() -> [SettingsText]? {
        guard let path, Files.exists(path) else { return nil }
        do {
            let json = try JSONValue(parsing: try Files.read(path, limitBytes: Self.limitBytes))
            return json["files"]?.array?.compactMap { file in
                guard let name = file["name"]?.string, let text = file["text"]?.string else {
                    return nil
                }
                return SettingsText(name: name, text: text)
            }
        } catch {
            log(.warning, "the last settings that worked cannot be read: \(error)")
            return nil
        }
    }

    /// Keeps settings, if they are not kept already.
    func keep(_ texts: [SettingsText]) {
        guard let path, read() != texts else { return }
        let files = texts.map { file -> JSONValue in
            ["name": .string(file.name), "text": .string(file.text)]
        }
        do {
            try Files.writeAtomically(
                path, Array(JSONValue.object(["files": .array(files)]).serialized.utf8),
                mode: 0o600)
        } catch {
            log(
                .warning, "the settings are not kept for a start when they have a mistake: \(error)"
            )
        }
    }
}
