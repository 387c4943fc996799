import AllToolKinds
import ArgumentParser
import Configuration
import Daemon
import Glibc
import Linux

/// Where the settings come from.
struct SettingsOptions: ParsableArguments {
    /// Read where no other is named; that it is not there is no mistake.
    private static let usualPath = "/etc/martlet/martlet.toml"

    @Option(
        name: .customLong("config"),
        help: """
            The settings' file; conf.d beside it counts over it. Default: \
            /etc/martlet/martlet.toml, if it is there.
            """)
    var named: String?

    /// Reads and checks everything; a file that is not there leaves the defaults, where nobody has
    /// named it.
    ///
    /// With `isRequired` a missing file is an error in any case.
    func load(isRequired: Bool) throws -> Settings {
        let files = try texts()
        if isRequired, !files.contains(where: { $0.name == path }) { throw missing }
        return try SettingsFile.settings(from: files.map { (name: $0.name, text: $0.text) })
    }

    /// The files as they are now, in the order in which they count.
    func texts() throws -> [SettingsText] {
        var texts: [SettingsText] = []
        if let text = try text(of: path) {
            texts.append(SettingsText(name: path, text: text))
        } else if named != nil {
            throw missing
        }
        for name in try names(in: overlay).sorted() where name.hasSuffix(".toml") {
            let file = "\(overlay)/\(name)"
            // One that has gone since is gone.
            if let text = try text(of: file) { texts.append(SettingsText(name: file, text: text)) }
        }
        return texts
    }

    /// Writes one setting into the file that `config set` keeps, where nothing is wrong then.
    ///
    /// `value` nil takes it out. Gives the file, and what counts with it.
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

    /// Throws where the file that was named is not there.
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
        Complaint("there is no '\(path)': `martlet config template` prints one to start from")
    }

    private func names(in folder: String) throws -> [String] {
        do throws(SystemError) {
            return try Files.list(folder)
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return [] }
            throw Complaint("the settings cannot be read: \(error)")
        }
    }

    /// A file's text; nil where there is none, which one that may not be looked at is not.
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
