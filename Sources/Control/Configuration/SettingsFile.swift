internal import Tools

/// Makes settings from configuration files.
///
/// The caller reads the disk and passes the files' texts.
package enum SettingsFile {
    /// Reads files in order, later ones override earlier ones; throws all mistakes at once.
    package static func settings(
        from files: [(name: String, text: String)], kinds: ToolKinds
    ) throws(ConfigurationErrors) -> Settings {
        let (settings, mistakes) = salvaged(from: files, kinds: kinds)
        guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
        return settings
    }

    /// What is right in the files, with defaults for the rest, and all mistakes.
    package static func salvaged(
        from files: [(name: String, text: String)], kinds: ToolKinds
    ) -> (settings: Settings, mistakes: [Diagnostic]) {
        var settings = Settings(kinds: kinds)
        var diagnostics: [Diagnostic] = []
        for file in files {
            let (table, mistakes) = TOMLParser.parse(file.text, file: file.name)
            diagnostics += mistakes
            diagnostics += settings.read(table)
            settings.files.append(file.name)
        }
        diagnostics += settings.contradictions()
        return (settings, sorted(diagnostics, files.map(\.name)))
    }

    /// A file's bytes as text; throws if they are not UTF-8, with the first such place.
    package static func text(
        of bytes: [UInt8], file: String
    ) throws(ConfigurationErrors) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        func mistake(_ line: Int, _ column: Int, _ words: String) -> ConfigurationErrors {
            ConfigurationErrors(diagnostics: [
                Diagnostic(Position(file: file, line: line, column: column), words)
            ])
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw mistake(1, 1, "the file is UTF-16; save it as UTF-8")
        }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        // The first replacement character marks the end of the valid text.
        let repaired = String(decoding: lines[bad], as: UTF8.self).unicodeScalars
        let column = repaired.prefix { $0 != "\u{FFFD}" }.count
        throw mistake(
            bad + 1, column + 1,
            "a character that is not UTF-8, as in a file in Latin-1 or Windows-1252; save the "
                + "file as UTF-8")
    }

    /// In the order of the files, then of their lines; mistakes without a place come first.
    private static func sorted(_ diagnostics: [Diagnostic], _ files: [String]) -> [Diagnostic] {
        func order(_ element: (offset: Int, element: Diagnostic)) -> [Int] {
            guard let place = element.element.position else { return [-1, 0, 0, element.offset] }
            let file = files.firstIndex(of: place.file) ?? files.count
            return [file, place.line, place.column, element.offset]
        }
        return diagnostics.enumerated().sorted { order($0).lexicographicallyPrecedes(order($1)) }
            .map(\.element)
    }

    /// The commented file that shows every setting with its default.
    ///
    /// `config/martlet.toml` is this text; a test compares them.
    package static func template(kinds: ToolKinds) -> String {
        var text = """
            # Martlet's settings: every one, with its default.
            #
            # A line may be left out; then its default applies. The files /etc/martlet/conf.d/*.toml
            # override this one, in the order of their names, so that this one can be replaced by that
            # of a newer version.
            # `martlet config check` finds mistakes, `martlet config show` shows what is in force, and
            # `systemctl reload martlet` applies it. Secrets do not belong here: see key_file.

            """
        for section in Keys.sections {
            text += "\n\n# \(type(of: section).introduction)\n[\(section.name)]\n"
            for setting in section.all {
                text += "\n\(comment(for: setting))\(setting.name) = \(setting.fallbackText)\n"
            }
        }
        return text + buttonExample + sharedToolKeys
            + kinds.list.map { $0.example }.joined(separator: "\n")
    }

    /// What a setting is for, then its default and what is allowed.
    private static func comment(for setting: any AnySetting) -> String {
        var bounds: [String] = []
        // A longer default can be seen below; only a short one is easily lost by an edit.
        if setting.fallbackText.count <= 44 { bounds.append("Default: \(setting.fallbackText).") }
        if let allowed = setting.allowedWords { bounds.append("Allowed: \(allowed).") }
        return wrapped(setting.description) + wrapped(bounds.joined(separator: " "))
    }

    /// Comment lines that fit a screen; none if there are no words.
    private static func wrapped(_ words: String) -> String {
        var lines: [String] = []
        for word in words.split(separator: " ") {
            if let last = lines.last, last.count + word.count < 95 {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append("# \(word)")
            }
        }
        return lines.map { "\($0)\n" }.joined()
    }

    private static let sharedToolKeys = #"""


        # Tools: what the model may do. Each kind has keys of its own, see below, and these:
        #
        # name = "gate"                # what the model calls it
        # description = "Opens the garden gate."    # what the model chooses by
        # parameters = { }             # a function's: name = JSON Schema
        # deadline_ms = 10000          # a call that takes longer is stopped; default
        # result_limit_bytes = 16384   # the model sees no more of the result; default
        # calls_per_minute = 60        # more are refused; default
        # behavior = "auto"            # "blocking", or "non-blocking": talk on meanwhile; default
        # scheduling = "auto"          # a late answer: "silent", "when-idle", "interrupt"; default
        # risk = "low"                 # "read", "low", "high" or "unlock"; high and unlock ask
        # confirm = "by-risk"          # or "none", "button", "phrase", "pin"; default
        # phrase = ""                  # what is to be said for confirm = "phrase"
        # secret_parameters = []       # arguments that the audit log hides; default

        """# + "\n"

    /// The merged settings as TOML, with defaults marked; or only those that differ from their
    /// default.
    package static func shown(_ settings: Settings, changedOnly: Bool = false) -> String {
        var text = ""
        var section = ""
        for setting in Keys.all {
            let value = settings.text(of: setting)
            if changedOnly, value == setting.fallbackText { continue }
            if setting.section != section {
                section = setting.section
                text += "\(text.isEmpty ? "" : "\n")[\(section)]\n"
            }
            let place = settings.position(of: setting).map { place in
                // A copy of the shipped file sets everything, and changes little.
                "\(place)\(value == setting.fallbackText ? ", the default" : "")"
            }
            text += "\(setting.name) = \(value)  # \(place ?? "default")\n"
        }
        for button in settings.buttonTables { text += shown(button) }
        for tool in settings.tools { text += shown(tool) }
        return text
    }

    /// The buttons and tools as TOML without their places: equal if the settings are equal.
    package static func tables(of settings: Settings) -> String {
        let shown = settings.buttonTables.map(shown) + settings.tools.map(shown)
        return shown.joined().split(separator: "\n").map { line in
            line.hasPrefix("[[") ? line.prefix { $0 != "#" } : line
        }.joined(separator: "\n")
    }

    private static func shown(_ tool: ToolSettings) -> String {
        let kind = type(of: tool.kind)
        let parameters = TOMLTable(
            members: tool.parameters.map {
                TOMLTable.Member(key: $0.name, position: $0.schema.position, node: $0.schema)
            })
        var lines = [("name", tool.name.toml)]
        if kind.shape != .source { lines.append(("description", tool.description.toml)) }
        if kind.shape == .function {
            lines.append(("parameters", TOMLValue.table(parameters).inlineTOML))
            lines.append(("required", TOMLValue.list(tool.required)))
        }
        lines += tool.kind.members.map { ($0.key, $0.toml) }
        lines += [
            ("deadline_ms", tool.deadlineMilliseconds.toml),
            ("result_limit_bytes", tool.resultLimitBytes.toml),
            ("calls_per_minute", tool.callsPerMinute.toml),
            ("behavior", tool.behaviorWord.toml),
            ("scheduling", tool.schedulingWord.toml), ("risk", tool.risk.rawValue.toml),
            ("confirm", tool.confirm.word.toml),
        ]
        if !tool.confirm.phrase.isEmpty { lines.append(("phrase", tool.confirm.phrase.toml)) }
        lines.append(("secret_parameters", TOMLValue.list(tool.secretParameters)))
        let body = lines.map { "\($0.0) = \($0.1)\n" }.joined()
        return "\n[[tool.\(kind.name)]]  # \(tool.position)\n\(body)"
    }
}
