import ArgumentParser
import Configuration
import Daemon
import Linux

struct Configure: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check and show the settings.",
        subcommands: [Check.self, Show.self, Template.self])

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
                    "\(files): no mistakes; the key comes from \(Credentials.source(settings))\n")
                for warning in settings.warnings {
                    StandardStream.output.write("warning: \(warning)\n")
                }
                for note in ToolSet.missingSecrets(settings) {
                    StandardStream.output.write("note: \(note)\n")
                }
                for complaint in settings.complaints {
                    StandardStream.output.write("not sent: \(complaint)\n")
                }
            } catch let errors as ConfigurationErrors {
                StandardStream.error.write("\(errors)\n")
                throw ExitCode.failure
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what counts: all files merged, defaults marked, no secrets.")

        @OptionGroup var options: SettingsOptions

        func run() throws {
            let settings = try options.load(isRequired: false)
            StandardStream.output.write(
                "\(SettingsFile.shown(settings))\n# the key comes from "
                    + "\(Credentials.source(settings)) (hidden)\n")
        }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the commented file with every setting and its default.")

        func run() { StandardStream.output.write(SettingsFile.template()) }
    }
}
