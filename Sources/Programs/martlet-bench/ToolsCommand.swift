import ArgumentParser
import Linux
import MCP
import ModelTypes
import Tools

extension Bench {
    struct Tools: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure a tool's call from its arrival to its answer.",
            discussion: "Through the daemon's own runner, with the journal (which waits for the "
                + "disk before anything is done) and the audit log in the folder.")

        @Option(help: "Calls of each tool.")
        var calls = 500

        @Option(help: "Where the journal, the log and the file-backed line are.")
        var directory = "/tmp"

        func validate() throws {
            guard (10...1_000_000).contains(calls) else {
                throw ValidationError("--calls must be 10 to 1000000")
            }
        }

        func run() throws {
            _ = try Signals(blocking: [])
            let folder = "\(directory)/martlet-bench-tools"
            try Files.makeDirectory(folder, mode: 0o700)
            defer { try? Files.removeTree(folder) }
            let calls = calls
            let outcome = ToolTimes()
            let done = try EventFD()
            Task.detached {
                do {
                    for bench in try ToolBench.all(in: folder) {
                        outcome.add(try await bench.measure(calls))
                    }
                    let (bench, client) = try await ToolBench.server(in: folder)
                    outcome.add(try await bench.measure(calls))
                    await client.stop()
                } catch {
                    outcome.add("failed: \(error)")
                }
                done.signal()
            }
            _ = done.wait(timeoutMilliseconds: -1)
            StandardStream.output.write(outcome.text)
        }
    }
}
