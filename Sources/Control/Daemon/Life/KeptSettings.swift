internal import Configuration
internal import Linux
internal import Store
internal import WireCodec

/// The settings files that last worked, in the state folder, for a start when the files have a
/// mistake.
///
/// Settings hold no secrets. It reads and writes the disk, so not on the loop; it needs no lock of
/// the folder, since only the daemon writes it.
struct KeptSettings: Sendable {
    /// The name of what is kept.
    static let documentName = "settings"
    /// Where earlier versions kept it.
    static let earlierName = "settings.last-good"
    /// Longer than any settings (bytes).
    static let limitBytes = 8 << 20

    /// Nil keeps nothing.
    private let document: KeptDocument?
    private let log: Log

    /// What a document holds.
    init(document: KeptDocument?, log: Log) {
        self.document = document
        self.log = log
    }

    /// What the state folder holds; nil keeps nothing.
    init(folder: String?, log: Log) {
        let document = folder.map { folder in
            KeptDocument(
                name: Self.documentName, disk: DiskFolder(path: folder),
                limitBytes: Self.limitBytes, earlier: Self.earlierName
            ) { log(.warning, "the last settings that worked: \($0)") }
        }
        self.init(document: document, log: log)
    }

    /// What was kept; nil where nothing was, or it cannot be read, which is reported.
    func read() -> [SettingsText]? {
        guard case .value(let json, _)? = document?.read() else { return nil }
        return json["files"]?.array?.compactMap { file in
            guard let name = file["name"]?.string, let text = file["text"]?.string else {
                return nil
            }
            return SettingsText(name: name, text: text)
        }
    }

    /// Keeps settings, if they are not kept already.
    func keep(_ texts: [SettingsText]) {
        guard let document, read() != texts else { return }
        let files = texts.map { file -> JSONValue in
            ["name": .string(file.name), "text": .string(file.text)]
        }
        do {
            try document.write(["files": .array(files)])
        } catch {
            log(
                .warning, "the settings are not kept for a start when they have a mistake: \(error)"
            )
        }
    }
}
