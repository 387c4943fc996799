import AllToolKinds
import ArgumentParser
import Configuration
import Daemon
import Glibc
import Linux

/// Reads the settings' files.
struct SettingsOptions: ParsableArguments {
    /// The default path; it is no mistake if that file does not exist.
    private static let usualPath = "/etc/martlet/martlet.toml"

    @Option(
        name: .customLong("config"),
        help: """
            The settings' file; conf.d beside it counts over it. Default: \
            /etc/martlet/martlet.toml, if it is there.
            """)
    var named: String?

    /// Reads and checks everything; a missing file means the defaults, unless it was named.
    ///
    /// With `isRequired` a missing file is always an error.
    func load(isRequired: Bool) throws -> Settings {
        let files = try texts()
        if isRequired, !files.contains(where: { $0.name == path }) { throw missing }
        return try SettingsFile.settings(from: files.map { (name: $0.name, text: $0.text) })
    }

    /// The present files, in order of increasing priority.
    func texts() throws -> [SettingsText] {
        var texts: [SettingsText] = []
        if let text = try text(of: path) {
            texts.append(SettingsText(name: path, text: text))
        } else if named != nil {
            throw missing
        }
        for name in try names(in: overlay).sorted() where name.hasSuffix(".toml") {
            let file = "\(overlay)/\(name)"
            // A file that was removed meanwhile is skipped.
            if let text = try text(of: file) { texts.append(SettingsText(name: file, text: text)) }
        }
        return texts
    }

    /// Writes one setting into the file of `config set`, if all settings are then valid.
    ///
    /// A `value` of nil removes it. Returns the file and the resulting settings.
    func write(_ setting: String, _ value: String?) throws -> (file: String, Settings) {
        var files = try texts()
        let file = "\(overlay)/\(SettingsEdit.fileName)"
        let old = files.first { $0.name == file }
        let text = try SettingsEdit.text(
            of: old.map { (name: $0.name, text: $0.text) }, setting, to: value)
        files.removeAll { $0.name == file }
        let place = files.firstIndex { $0.name > file && $0.name != path } ?? files.count
        files.insert(SettingsText(name: file, text: text), at: place)
        let settings = try SettingsFile.settings(from: files.map { (name: $0.name, text: $0.text) })
        let mistakes = settings.allMistakes
        guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
        do {
            if !Files.isDirectory(overlay) { try Files.makeDirectory(overlay, mode: 0o755) }
            try Files.writeAtomically(file, Array(text.utf8), mode: 0o644)
        } catch {
            throw Complaint("\(file) cannot be written: \(error)")
        }
        return (file, settings)
    }

    /// Throws if a file was named and does not exist.
    func checkNamed() throws {
        if named != nil, !Files.exists(path) { throw missing }
    }

    private var path: String { named ?? Self.usualPath }

    /// Whether these are the settings of the daemon.
    var isUsual: Bool { path == Self.usualPath }

    /// The folder that the file lies in.
    var folder: String {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        return folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
    }

    /// The folder of the files that count over it.
    var overlay: String { folder == "." ? "conf.d" : "\(folder)/conf.d" }

    private var missing: Complaint {
        Complaint("'\(path)' does not exist: `martlet config template` prints one to start from")
    }

    private func names(in folder: String) throws -> [String] {
        do throws(SystemError) {
            return try Files.list(folder)
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return [] }
            throw Complaint("the settings cannot be read: \(error)")
        }
    }

    /// A file's text; nil if it does not exist; an unreadable file is an error.
    private func text(of path: String) throws -> String? {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limitBytes: TOMLParser.sizeLimitBytes)
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return nil }
            throw Complaint("the settings cannot be read: \(error)")
        }
        return try SettingsFile.text(of: bytes, file: path)
    }
}
