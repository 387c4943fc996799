internal import Configuration
internal import Linux
internal import Store
internal import WireCodec

/// The settings files that last worked, in the state folder, for a start when the files have a
/// mistake.
///
/// Settings hold no secrets. It reads and writes the disk: do not use it on the loop. It needs no
/// lock of the folder, since only the daemon writes it.
struct KeptSettings: Sendable {
    /// The document's name.
    static let documentName = "settings"
    /// Where earlier versions kept it.
    static let earlierName = "settings.last-good"
    /// Longer than any settings (bytes).
    static let limitBytes = 8 << 20

    /// Nil keeps nothing.
    private let document: KeptDocument?
    private let log: Log

    /// The settings that a document holds.
    init(document: KeptDocument?, log: Log) {
        self.document = document
        self.log = log
    }

    /// The settings that the state folder holds; nil keeps nothing.
    init(folder: String?, log: Log) {
        let document = folder.map { folder in
            KeptDocument(
                name: Self.documentName, disk: DiskFolder(path: folder),
                limitBytes: Self.limitBytes, earlier: Self.earlierName
            ) { log(.warning, "the last settings that worked: \($0)") }
        }
        self.init(document: document, log: log)
    }

    /// What was kept; nil if nothing was, or if it cannot be read, which is reported.
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
