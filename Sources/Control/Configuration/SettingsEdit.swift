internal import Text

/// A file of settings that `martlet config set` keeps: plain values, each in its section.
package struct SettingsEdit {
    /// Its name in conf.d: it overrides the user's files there, and those of the set-up.
    package static let fileName = "95-set.toml"
    /// The name of the file that `martlet setup` keeps in the same way.
    package static let setupFileName = "90-setup.toml"

    /// The file's text with one setting changed; `value` nil removes it.
    ///
    /// `old` is the existing file, nil if there is none. The value is read as TOML, or else as
    /// plain text. Throws what is wrong with the setting, the value or the file.
    package static func text(
        of old: (name: String, text: String)?, _ path: String, to value: String?
    ) throws(ConfigurationErrors) -> String {
        let wanted = try setting(path)
        let written: String? = if let value { try Self.value(value, for: wanted) } else { nil }
        return try text(
            of: old, [path: written],
            heading:
                "What `martlet config set` was asked for, which writes this file anew each time.")
    }

    /// The file's text with several settings changed: by their paths, as TOML writes them; nil
    /// takes one out.
    ///
    /// `heading` is a comment in the first line. Throws what is wrong with the old file.
    package static func text(
        of old: (name: String, text: String)?, _ changes: [String: String?], heading: String
    ) throws(ConfigurationErrors) -> String {
        var settings = Settings()
        if let old {
            let (table, mistakes) = TOMLParser.parse(old.text, file: old.name)
            if let place = Self.tables(table).first?.position {
                throw ConfigurationErrors(diagnostics: [
                    Diagnostic(
                        place,
                        "buttons and tools would be lost here: move them into a file of their own")
                ])
            }
            let all = mistakes + settings.read(table)
            guard all.isEmpty else { throw ConfigurationErrors(diagnostics: all) }
        }
        var text = "# \(heading)\n"
        for section in Keys.sections {
            let lines = section.all.compactMap { setting -> String? in
                if let change = changes[setting.path] {
                    return change.map { "\(setting.name) = \($0)" }
                }
                guard settings.position(of: setting) != nil else { return nil }
                return "\(setting.name) = \(settings.text(of: setting))"
            }
            if !lines.isEmpty {
                text += "\n[\(section.name)]\n\(lines.joined(separator: "\n"))\n"
            }
        }
        return text
    }

    /// Tables that are not sections of settings: [[tool.…]] and [[button]].
    private static func tables(_ table: TOMLTable) -> [TOMLTable.Member] {
        table.members.filter { member in
            if case .array = member.node.value { return true }
            return member.key == "tool"
        }
    }

    /// The setting of a path such as "live.voice".
    package static func setting(_ path: String) throws(ConfigurationErrors) -> any AnySetting {
        if let setting = Keys.all.first(where: { $0.path == path }) { return setting }
        let near = Spelling.nearest(to: path, among: Keys.all.map(\.path))
        let namesakes = Keys.all.filter { $0.name == path }.map(\.path)
        let hint =
            near.map { "; did you mean \($0)?" }
            ?? (namesakes.isEmpty
                ? "; `martlet config show` lists all"
                : "; there is \(namesakes.joined(separator: " and "))")
        throw ConfigurationErrors(diagnostics: [
            Diagnostic(nil, "there is no setting \(shortened(path))\(hint)")
        ])
    }

    /// The value that a user typed, as TOML writes it.
    private static func value(
        _ typed: String, for setting: any AnySetting
    ) throws(ConfigurationErrors) -> String {
        func mistakes(_ text: String) -> (isTOML: Bool, value: String?, all: [Diagnostic]) {
            let (table, mistakes) = TOMLParser.parse("value = \(text)", file: "the command line")
            guard mistakes.isEmpty, table.members.count == 1, let node = table["value"] else {
                return (false, nil, mistakes)
            }
            let wrong = setting.check(node)
            return (true, wrong == nil ? setting.text(node) : nil, wrong.map { [$0] } ?? [])
        }
        let plain = mistakes(typed)
        if let value = plain.value { return value }
        let quoted = mistakes(typed.inlineTOML)
        if let value = quoted.value { return value }
        let wrong = (plain.isTOML ? plain : quoted).all
        throw ConfigurationErrors(diagnostics: wrong.map { Diagnostic(nil, $0.message) })
    }
}
