import ArgumentParser

@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet-bench",
        abstract: "Measure what Martlet's hot paths cost.",
        subcommands: [
            Live.self, Components.self, Audio.self, Simulate.self, Tools.self, Server.self,
            Soak.self,
            Reconnect.self, Voice.self, Echo.self,
        ])
}
