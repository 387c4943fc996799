import ArgumentParser
import Linux
import ModelTypes
import WireCodec

extension Bench {
    struct Soak: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Use the whole daemon for a long time, on connections that break and end.",
            discussion: "In real time, against a simulated service on real sockets, with sound "
                + "devices that are timed like cards. A line a minute, then one of JSON; "
                + "fails when a turn did. Memory and processor are those of daemon and service "
                + "together; `make vm-test` measures the daemon's own.")

        @Option(help: "How long (minutes).")
        var minutes: Double = 20

        func validate() throws {
            guard minutes > 0, minutes <= 10_080 else {
                throw ValidationError("--minutes must be greater than 0 and at most 10080, a week")
            }
        }

        func run() throws {
            _ = try Signals(blocking: [])
            let run = SoakRun(minutes: minutes)
            try runToEnd { try await run.perform() }
            StandardStream.output.write("\(run.result.serialized)\n")
            guard run.failures == 0 else { throw ExitCode.failure }
        }
    }
}
