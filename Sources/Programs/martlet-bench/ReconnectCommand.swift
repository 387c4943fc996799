import ArgumentParser
import Linux
import ModelTypes
import WireCodec

extension Bench {
    struct Reconnect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lose the connection in the middle of a turn, and measure the recovery.",
            discussion: "The daemon's own session against a simulated service in this process, "
                + "over wss on loopback: from the loss to the first sound that arrives "
                + "on the resumed connection. Prints one line of JSON; fails when a sample is "
                + "lost or heard twice.")

        @Option(help: "How many connections are lost; half with RST, half with a close.")
        var rounds = 40

        @Flag(help: "Resume as Vertex does, where the service reports how much it has.")
        var transparent = false

        func validate() throws {
            guard (1...10_000).contains(rounds) else {
                throw ValidationError("--rounds must be 1 to 10000")
            }
        }

        func run() throws {
            _ = try Signals(blocking: [])
            let run = ReconnectRun(rounds: rounds, isTransparent: transparent)
            try runToEnd { try await run.perform() }
            StandardStream.output.write("\(run.result.serialized)\n")
            guard run.isWhole else { throw ExitCode.failure }
        }
    }
}
