import AllToolKinds
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
            abstract: "Show what counts: all files merged, defaults marked, no secrets.")

        @OptionGroup var options: SettingsOptions

        func run() throws {
            let settings = try reported { try options.load(isRequired: false) }
            try put(
                "\(SettingsFile.shown(settings))\n# \(Credentials.origin(settings)); "
                    + "it is never shown\n")
        }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the commented file with every setting and its default.")

        func run() throws { try put(SettingsFile.template()) }
    }
}

/// Writes what a command is for; throws where it did not get out whole, as on a full disk.
private func put(_ text: String) throws {
    guard StandardStream.output.write(text) else {
        throw Complaint("the output could not be written whole: is the disk full?")
    }
}
