import ArgumentParser
import Daemon
import Linux

struct BrokerCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mqtt", abstract: "Check the broker, or take the device back from it.",
        subcommands: [Check.self, Forget.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Connect to the broker of the settings, and say what it thinks of it.")

        @OptionGroup var options: SettingsOptions

        func run() throws {
            let settings = try reported { try options.load(isRequired: true) }
            try runBlocking {
                StandardStream.output.write("\(try await BrokerErrands.check(settings))\n")
            }
        }
    }

    struct Forget: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove the device from Home Assistant and from the broker's memory.",
            discussion: "Stop the daemon first: it announces itself whenever it connects. "
                + "`mqtt.discovery = false` does the same for a daemon that is to run on.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Also while the daemon is connected.")
        var running = false

        func run() throws {
            let settings = try reported { try options.load(isRequired: true) }
            let mayRun = running
            try runBlocking {
                let id = try await BrokerErrands.forget(settings, mayRun: mayRun)
                StandardStream.output.write("the broker knows nothing of \(id) any more\n")
            }
        }
    }
}
