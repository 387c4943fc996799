import ArgumentParser
import Configuration
import Linux

/// Where the settings come from.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: "The settings' file; conf.d beside it counts over it.")
    var path = "/etc/martlet/martlet.toml"

    /// Reads and checks everything; a file that is not there leaves the defaults.
    ///
    /// With `isRequired` a missing file is an error.
    func load(isRequired: Bool) throws -> Settings {
        var files: [(name: String, text: String)] = []
        if Files.exists(path) {
            files.append((path, try text(of: path)))
        } else if isRequired {
            throw Complaint(
                "there is no '\(path)': `martlet config template` prints one to start from")
        }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let overlay = folder.isEmpty ? "conf.d" : "\(folder)/conf.d"
        if Files.isDirectory(overlay) {
            for name in try Files.list(overlay).sorted() where name.hasSuffix(".toml") {
                files.append(("\(overlay)/\(name)", try text(of: "\(overlay)/\(name)")))
            }
        }
        return try SettingsFile.settings(from: files)
    }

    private func text(of path: String) throws -> String {
        try SettingsFile.text(
            of: try Files.read(path, limitBytes: TOMLParser.sizeLimitBytes), file: path)
    }
}
