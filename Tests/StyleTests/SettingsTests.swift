import Testing

/// A setting exists once it is declared; there is no list of settings.
struct SettingsTests {
    /// Paths of the declared settings, by the name of their section's type.
    private func declared() throws -> [(path: Substring, file: String)] {
        let tree = try SourceTree()
        return tree.swiftFiles.filter {
            $0.path.hasPrefix("Sources/Control/Configuration/Keys+")
        }.flatMap { file in
            zip(file.lines, file.lines.dropFirst()).compactMap { line, next in
                let parts = line.split(separator: " = Setting(", omittingEmptySubsequences: false)
                guard parts.count == 2 else { return nil }
                let text = parts[1].isEmpty ? next.trimmed : parts[1]
                return (text.dropFirst().prefix { $0 != "\"" }, file.path)
            }
        }
    }

    @Test("every declared setting is in the shipped file, in its section")
    func listed() throws {
        var section: Substring = ""
        var shipped: Set<String> = []
        for line in try SourceTree.lines(of: "config/martlet.toml") {
            if line.hasPrefix("["), !line.hasPrefix("[[") {
                section = line.dropFirst().prefix { $0 != "]" }
            } else if let end = line.firstIndex(of: "="), !line.hasPrefix("#") {
                shipped.insert("\(section).\(line[..<end].split(separator: " ")[0])")
            }
        }
        let declared = try declared()
        #expect(declared.count > 100)
        for setting in declared {
            #expect(shipped.contains(String(setting.path)), "\(setting.path) of \(setting.file)")
        }
    }
}
