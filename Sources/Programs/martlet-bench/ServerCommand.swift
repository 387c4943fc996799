import ArgumentParser
import Linux
import WireCodec

extension Bench {
    /// The far end of the row `mcp`: an MCP server that does nothing.
    struct Server: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "mcp-server",
            abstract: "Be an MCP server with one tool that does nothing, on the standard streams.",
            shouldDisplay: false)

        func run() {
            while let line = readLine(strippingNewline: true) {
                guard let message = try? JSONValue(parsing: line), let id = message["id"] else {
                    continue
                }
                let result: JSONValue =
                    switch message["method"]?.string {
                    case "initialize":
                        [
                            "protocolVersion": "2025-11-25", "capabilities": ["tools": [:]],
                            "serverInfo": ["name": "bench", "version": "1"],
                        ]
                    case "tools/list":
                        ["tools": [["name": "nothing", "inputSchema": ["type": "object"]]]]
                    default: ["content": [["type": "text", "text": "done"]]]
                    }
                let answer: JSONValue = ["jsonrpc": "2.0", "id": id, "result": result]
                StandardStream.output.write(answer.serialized + "\n")
            }
        }
    }
}
