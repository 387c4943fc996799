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
            let sorted = diagnostics.enumerated().sorted { one, other in
                guard let a = one.element.position, let b = other.element.position else {
                    return one.element.position == nil && other.element.position != nil
                }
                return a == b ? one.offset < other.offset : a < b
            }
            throw ConfigurationErrors(diagnostics: sorted.map(\.element))
        }
        return settings
    }

    /// The commented file that shows every setting with its default.
    ///
    /// `config/martlet.toml` is this text; a test compares them.
    package static func template() -> String {
        var text = """
            # Martlet's settings: every one, with its default. A line may be left out; what stands in
            # /etc/martlet/conf.d/*.toml counts over this file, in the order of the names.
            # `martlet config check` finds mistakes, `martlet config show` shows what counts.
            # Secrets do not belong here: see live.key_file.

            """
        var section = ""
        for setting in Keys.all {
            if setting.section != section {
                section = setting.section
                text += "\n[\(section)]\n"
            }
            text += "\n\(comment(for: setting))\(setting.name) = \(setting.fallbackText)\n"
        }
        return text + tools
    }

    private static func comment(for setting: any AnySetting) -> String {
        var words = setting.description
        if let allowed = setting.allowedWords { words += " Allowed: \(allowed)." }
        var lines = [""]
        for word in words.split(separator: " ") {
            if lines[lines.count - 1].count + word.count > 94 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines.map { "# \($0)\n" }.joined()
    }

    private static let tools = #"""

        # What the model may switch. All outputs are one function, switch_output, with their names.
        #
        # [[tool.gpio]]
        # name = "lamp"
        # description = "the lamp on the desk"
        # line = "GPIO27"         # or file = "/run/martlet/lamp", which then holds 0 or 1
        # active_low = false      # default
        # rests_on = false        # how it stands at the start and at the end; default

        # A program that is run without a shell; {name} stands for an argument.
        #
        # [[tool.command]]
        # name = "set_brightness"
        # description = "Sets the brightness of the screen in percent."
        # argv = ["/usr/bin/brightnessctl", "set", "--", "{level}%"]
        # parameters = { level = { type = "integer", minimum = 0, maximum = 100 } }
        # required = ["level"]         # default: all parameters
        # deadline_ms = 10000          # default
        # directory = "/"              # default
        # output_limit_bytes = 16384   # default

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
            let words = command.arguments.map(\.toml).joined(separator: ", ")
            text += """

                [[tool.command]]  # \(command.position)
                name = \(command.name.toml)
                description = \(command.description.toml)
                argv = [\(words)]
                deadline_ms = \(command.deadlineMilliseconds)

                """
        }
        return text
    }
}
