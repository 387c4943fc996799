import ArgumentParser
import Linux
import ModelTypes
import WireCodec

extension Bench {
    struct Live: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stream audio through the daemon's own session to any Live server.",
            discussion: "Prints one line of JSON; see the README for its fields.")

        @Option(help: "The server, such as wss://127.0.0.1:8443.")
        var url: String

        @Option(help: "A PEM file of the authorities to trust.")
        var ca: String?

        @Option(help: "Raw 16-bit mono samples at 16 kHz; repeated from the start at their end.")
        var input: String

        @Option(help: "How much audio to send (seconds).")
        var seconds: Double = 10

        @Option(help: "The length of a chunk (milliseconds).")
        var chunkMs = 20

        @Option(help: "rt: a chunk is sent when it would have been heard. flat: all at once.")
        var pace = Pace.rt

        @Flag(help: "Compute the CRC-32 of all audio received.")
        var verify = false

        func validate() throws {
            guard (1...1000).contains(chunkMs) else {
                throw ValidationError("--chunk-ms must be 1 to 1000")
            }
            guard seconds > 0, seconds <= 86_400 else {
                throw ValidationError("--seconds must be greater than 0 and at most 86400")
            }
        }

        func run() throws {
            _ = try Signals(blocking: [])
            let source = try ChunkSource(
                path: input, chunkMilliseconds: chunkMs, seconds: seconds)
            let measurement = try LiveRun(
                url: url, authorityFile: ca, source: source, pace: pace, verifies: verify)
            let result = try measurement.perform()
            StandardStream.output.write("\(result.serialized)\n")
        }
    }
}

/// When chunks are sent.
enum Pace: String, ExpressibleByArgument {
    case rt, flat
}
