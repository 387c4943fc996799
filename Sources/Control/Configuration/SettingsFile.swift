/// How configuration files make settings.
///
/// The files' texts come from the caller, who reads the disk.
package enum SettingsFile {
    /// Reads files in order, later ones over earlier ones; throws all mistakes at once.
    package static func settings(
        from files: [(name: String, text: String)]
    ) throws(ConfigurationErrors) -> Settings {
        var settings = Settings()
        var diagnostics: [Diagnostic] = []
        for file in files {
            let (table, mistakes) = TOMLParser.parse(file.text, file: file.name)
            diagnostics += mistakes
            diagnostics += settings.read(table)
            settings.files.append(file.name)
        }
        diagnostics += settings.contradictions()
        guard diagnostics.isEmpty else {
            throw ConfigurationErrors(diagnostics: sorted(diagnostics, files.map(\.name)))
        }
        return settings
    }

    /// In the order in which the files count, then of their lines; what has no place comes first.
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
    package static func template() -> String {
        var text = """
            # Martlet's settings: every one, with its default.
            #
            # A line may be left out; then its default counts. What stands in
            # /etc/martlet/conf.d/*.toml counts over this file, in the order of the names, so that
            # this one can be replaced by that of a newer version.
            # `martlet config check` finds mistakes, `martlet config show` shows what counts, and
            # `systemctl reload martlet` takes it up. Secrets do not belong here: see key_file.

            """
        var section = ""
        for setting in Keys.all {
            if setting.section != section {
                section = setting.section
                text += "\n\n# \(Keys.introduction(of: section))\n[\(section)]\n"
            }
            text += "\n\(comment(for: setting))\(setting.name) = \(setting.fallbackText)\n"
        }
        return text + tools
    }

    /// What a setting is for, then its default and what is allowed.
    private static func comment(for setting: any AnySetting) -> String {
        var bounds: [String] = []
        // A longer default can be seen below; only what is short is soon lost by an edit.
        if setting.fallbackText.count <= 44 { bounds.append("Default: \(setting.fallbackText).") }
        if let allowed = setting.allowedWords { bounds.append("Allowed: \(allowed).") }
        return wrapped(setting.description) + wrapped(bounds.joined(separator: " "))
    }

    /// Comment lines that fit a screen; none for no words.
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

    private static let tools = #"""


        # What the model may switch: as many of these as there are outputs. For the model all of
        # them are one function, switch_output, that knows their names and descriptions.
        #
        # [[tool.gpio]]
        # name = "lamp"
        # description = "the lamp on the desk"
        # line = "GPIO27"         # or file = "/run/martlet/lamp", which then holds 0 or 1
        # active_low = false      # default
        # rests_on = false        # how it stands at the start and at the end; default

        # Programs that the model may run, each a function of its own. There is no shell: argv is
        # one program with its arguments, and {level} stands for what the model said for it.
        # Parameters are JSON Schemas; arguments that do not fit are refused.
        #
        # [[tool.command]]
        # name = "set_brightness"
        # description = "Sets the brightness of the screen in percent."
        # argv = ["/usr/bin/brightnessctl", "set", "--", "{level}%"]
        # parameters = { level = { type = "integer", minimum = 0, maximum = 100 } }
        # required = ["level"]         # default: all parameters
        # deadline_ms = 10000          # then it is ended, with all that it started; default
        # directory = "/"              # where it runs; default
        # output_limit_bytes = 16384   # the model is told no more of what it prints; default

        """#

    /// The merged settings as TOML, defaults marked.
    package static func shown(_ settings: Settings) -> String {
        var text = ""
        var section = ""
        for setting in Keys.all {
            if setting.section != section {
                section = setting.section
                text += "\(text.isEmpty ? "" : "\n")[\(section)]\n"
            }
            let place = settings.position(of: setting).map { "\($0)" } ?? "default"
            text += "\(setting.name) = \(settings.text(of: setting))  # \(place)\n"
        }
        for output in settings.outputs {
            text += """

                [[tool.gpio]]  # \(output.position)
                name = \(output.name.toml)
                description = \(output.description.toml)
                \(output.line.isEmpty ? "file = \(output.file.toml)" : "line = \(output.line.toml)")
                active_low = \(output.activeLow)
                rests_on = \(output.restsOn)

                """
        }
        for command in settings.commands {
            text += shown(command)
        }
        return text
    }

    private static func shown(_ command: CommandToolSettings) -> String {
        func list(_ texts: [String]) -> String {
            "[\(texts.map(\.inlineTOML).joined(separator: ", "))]"
        }
        let parameters = TOMLTable(
            members: command.parameters.map {
                TOMLTable.Member(key: $0.name, position: $0.schema.position, node: $0.schema)
            })
        return """

            [[tool.command]]  # \(command.position)
            name = \(command.name.toml)
            description = \(command.description.toml)
            argv = \(list(command.arguments))
            parameters = \(TOMLValue.table(parameters).inlineTOML)
            required = \(list(command.required))
            deadline_ms = \(command.deadlineMilliseconds)
            directory = \(command.directory.toml)
            output_limit_bytes = \(command.outputLimitBytes)

            """
    }
}
