import ArgumentParser
import Daemon
import Linux

struct BrokerCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mqtt", abstract: "Check the broker, or remove the device from it.",
        subcommands: [Check.self, Forget.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Connect to the broker of the settings, and report its answer.")

        @OptionGroup var options: SettingsOptions

        func run() throws {
            let settings = try reported { try options.load(isRequired: true) }
            try runBlocking {
                StandardStream.output.write("\(try await BrokerCommandHandler.check(settings))\n")
            }
        }
    }

    struct Forget: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove the device from Home Assistant and from the broker's memory.",
            discussion: "Stop the daemon first: it announces itself whenever it connects. "
                + "`mqtt.discovery = false` does the same for a daemon that is to run on.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Even while the daemon is connected.")
        var running = false

        func run() throws {
            let settings = try reported { try options.load(isRequired: true) }
            let mayRun = running
            try runBlocking {
                let id = try await BrokerCommandHandler.forget(settings, mayRun: mayRun)
                StandardStream.output.write("the broker no longer knows \(id)\n")
            }
        }
    }
}
