import AllToolKinds
import ArgumentParser
import Configuration
import Daemon
import Linux

struct Configure: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check, show and change the settings.",
        subcommands: [Check.self, Show.self, Set.self, Template.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find all mistakes: file, line, column, what was found, what is allowed.")

        @OptionGroup var options: SettingsOptions

        func run() throws {
            do {
                let settings = try options.load(isRequired: true)
                let mistakes = settings.allMistakes
                guard mistakes.isEmpty else { throw ConfigurationErrors(diagnostics: mistakes) }
                let files = settings.files.joined(separator: ", ")
                StandardStream.output.write(
                    "\(files): no mistakes; \(Credentials.origin(settings))\n")
                for warning in settings.allWarnings {
                    StandardStream.output.write("warning: \(warning)\n")
                }
            } catch let errors as ConfigurationErrors {
                StandardStream.error.write("\(errors)\n")
                throw ExitCode.failure
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the settings in effect: all files merged, defaults marked, no secrets.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Only settings that differ from their defaults.")
        var changed = false

        func run() throws {
            let settings = try reported { try options.load(isRequired: false) }
            try put(
                "\(SettingsFile.shown(settings, changedOnly: changed))\n# \(Credentials.origin(settings)); "
                    + "it is never shown\n")
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change one setting, after a check of all settings.",
            discussion: """
                It is written into conf.d/\(SettingsEdit.fileName), which overrides the other \
                files. Examples: `config set live.voice Kore`, `config set audio.capture.rate \
                48000`, `config set tools.builtin '["timers", "volume"]'`.
                """)

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Section and name, such as live.voice.")
        var setting: String

        @Argument(help: "The value; a text needs no quotes.")
        var value: String?

        @Flag(help: "Back to its default: remove it from that file.")
        var `default` = false

        func validate() throws {
            if (value == nil) != self.default {
                throw ValidationError("give a value, or --default")
            }
        }

        func run() throws {
            try reported {
                let wanted = try SettingsEdit.setting(setting)
                let (file, settings) = try options.write(setting, value)
                let now = "\(setting) = \(settings.text(of: wanted))"
                guard let place = settings.position(of: wanted), place.file != file else {
                    return try put("\(now)\n(\(file); `systemctl reload martlet` applies it)\n")
                }
                try put("\(now)\n(set by \(place); change it there)\n")
            }
        }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the commented file with every setting and its default.")

        func run() throws { try put(SettingsFile.template()) }
    }
}

/// Writes a command's output; throws if it could not be written in full, as on a full disk.
private func put(_ text: String) throws {
    guard StandardStream.output.write(text) else {
        throw Complaint("the output could not be written in full: is the disk full?")
    }
}
