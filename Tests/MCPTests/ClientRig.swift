import Configuration
import Linux
import MCP
import ModelTypes
import Synchronization
import TestProcesses
import Testing
import Tools
import WireCodec

/// A server under the daemon's own runner, in a folder of its own.
final class ClientRig: Sendable {
    let registry: ToolRegistry
    let client: ServerClient
    let runner: ToolRunner
    let folder: String
    let logged = Log()
    private let calls = Mutex(0)

    final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    /// A server that is a program.
    convenience init(
        _ arguments: [String], allowed: [String] = ["*"], patience: Duration = .seconds(5),
        limit: Duration = .seconds(20), start: Duration = .seconds(20)
    ) throws {
        let folder = "/tmp/martlet-mcp-\(UInt64.random(in: 0...UInt64.max))"
        try Files.makeDirectory(folder, mode: 0o700)
        let transport = StdioTransport {
            var command = Command(
                arguments: arguments,
                environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"],
                workingDirectory: folder, outputLimitBytes: 0)
            var confinement = Confinement()
            confinement.cpuSeconds = nil
            confinement.memoryBytes = 4 << 30
            command.confinement = confinement
            return command
        }
        try self.init(
            transport, folder: folder, allowed: allowed, patience: patience, limit: limit,
            start: start)
    }

    init(
        _ transport: any ServerTransport, folder: String, allowed: [String] = ["*"],
        patience: Duration = .seconds(5), limit: Duration = .seconds(20),
        start: Duration = .seconds(20)
    ) throws {
        self.folder = folder
        registry = try ToolRegistry([])
        let selection = ToolSelection(
            source: "kitchen", allowed: allowed, patience: patience, limit: limit
        ) { _ in ToolTerms(deadline: limit + .seconds(5)) }
        let logged = logged
        client = ServerClient(
            selection: selection, transport: transport, startTimeout: start, registry: registry,
            clock: SystemClock(), clientVersion: "1"
        ) { logged.add("\($0) \($1)") }
        runner = ToolRunner(
            registry: registry, limits: ToolLimits(),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
    }

    /// Starts it and waits for its tools, or for its first failure.
    func start() async {
        await client.start()
        await client.settled()
    }

    /// The answer to the model for a call of the server's tool.
    func call(_ tool: String, _ arguments: JSONValue = [:]) async -> JSONValue {
        let number = calls.withLock { calls in
            calls += 1
            return calls
        }
        let call = FunctionCall(id: "\(number)", name: "kitchen_\(tool)", arguments: arguments)
        guard case .answered(let answer) = await runner.run(call, conversation: 0) else {
            return "cancelled"
        }
        return answer.response
    }

    /// Ends it; none of it may run after that.
    func stop() async {
        await runner.stop()
        await client.stop()
        #expect(!runs(in: folder))
        #expect(registry.names.isEmpty)
        try? Files.removeTree(folder)
    }

    /// Waits until a condition holds, up to the time limit of a test.
    func waits(until isWithoutEffect: @Sendable () async -> Bool) async -> Bool {
        for _ in 0..<600 {
            if await isWithoutEffect() { return true }
            try? await SystemClock().wait(.milliseconds(50))
        }
        return false
    }
}
