import CommandTools
import Configuration
import GPIOTools
import Glibc
import Linux
import MCP
import MQTTTools
import ModelTypes
import Mosquitto
import Store
import Synchronization
import TestBroker
import Tools
import WireCodec

/// The rows of the table, which another thread adds.
final class ToolTimes: Sendable {
    private let rows = Mutex<[String]>(["tool                        median us    p99 us"])

    func add(_ row: String) { rows.withLock { $0.append(row) } }

    var text: String { rows.withLock { $0.joined(separator: "\n") + "\n" } }
}

/// One tool behind a runner, as in the daemon.
struct ToolBench: Sendable {
    let label: String
    let runner: ToolRunner
    let name: String
    let arguments: JSONValue

    /// Every tool that is measured; each has its own runner and journal.
    static func all(in folder: String) throws -> [ToolBench] {
        var terms = ToolTerms(deadline: .seconds(10))
        terms.callsPerMinute = 10_000_000
        let line = GPIOTool.Line(
            name: "lamp", description: "a file",
            port: .output(try FileOutput(path: "\(folder)/lamp", isOn: false), restsOn: false),
            actions: Set(GPIOTool.Line.Action.allCases), pulseMilliseconds: 500, terms: terms)
        let lines = try GPIOTool(lines: [line], clock: SystemClock())
        let command = try CommandTool(
            declaration: try ToolDeclaration(
                name: "run", description: "Nothing.", parameters: ["type": "object"], terms: terms),
            settings: CommandToolSettings(program: ProgramSettings(arguments: ["/bin/true"])),
            confinement: Confinement())
        let on: JSONValue = ["output": "lamp", "action": "on"]
        let read: JSONValue = ["output": "lamp", "action": "read"]
        let usual = try [
            ToolBench("gpio read (file)", lines, read, journal: NoJournal(), in: folder),
            ToolBench("gpio on (file), no journal", lines, on, journal: NoJournal(), in: folder),
            ToolBench("gpio on (file)", lines, on, journal: Self.journal(folder, "1"), in: folder),
            ToolBench("command true, no journal", command, [:], journal: NoJournal(), in: folder),
            ToolBench(
                "command true", command, [:], journal: Self.journal(folder, "2"), in: folder),
        ]
        return try usual + messages(in: folder, terms)
    }

    /// Messages of quality 1 to a broker on this machine; none if the broker is not installed.
    private static func messages(in folder: String, _ terms: ToolTerms) throws -> [ToolBench] {
        guard TestBroker.isInstalled else {
            StandardStream.error.write("mqtt is skipped: \(TestBroker.absence)\n")
            return []
        }
        let broker = try TestBroker()
        // The client's event handler holds it, so it exists while the client does.
        let client = try MQTTClient(
            BrokerSettings(host: "127.0.0.1", port: broker.port, clientID: "martlet-bench")
        ) { _ in withExtendedLifetime(broker) {} }
        let message = try MQTTTool(
            declaration: try ToolDeclaration(
                name: "send", description: "Sends.", parameters: ["type": "object"], terms: terms),
            settings: MQTTToolSettings(
                topic: "lamp/set", payload: #"{"state": "on"}"#, isRetained: true),
            client: client)
        return try [
            ToolBench("mqtt (qos 1), no journal", message, [:], journal: NoJournal(), in: folder),
            ToolBench("mqtt (qos 1)", message, [:], journal: journal(folder, "3"), in: folder),
        ]
    }

    /// A server, which is this program and must be stopped at the end, and its one tool.
    static func server(in folder: String) async throws -> (ToolBench, ServerClient) {
        let registry = try ToolRegistry([])
        let program = try Self.programPath()
        let selection = ToolSelection(
            source: "bench", allowed: ["*"], patience: .seconds(10), limit: .seconds(10)
        ) { _ in
            var terms = ToolTerms(deadline: .seconds(12))
            terms.callsPerMinute = 10_000_000
            return terms
        }
        let transport = StdioTransport {
            var command = Command(
                arguments: [program, "mcp-server"], environment: [:], workingDirectory: "/",
                outputLimitBytes: 0)
            command.confinement = Confinement()
            return command
        }
        let client = ServerClient(
            selection: selection, transport: transport, startTimeout: .seconds(10),
            registry: registry, clock: SystemClock(), clientVersion: "bench"
        ) { _, _ in }
        await client.start()
        await client.settled()
        let bench = ToolBench(
            "mcp, no journal", "bench_nothing", of: registry, [:], journal: NoJournal(), in: folder)
        return (bench, client)
    }

    private static func journal(_ folder: String, _ name: String) -> any CallJournal {
        let store = StateStore(disk: DiskFolder(path: folder)) {
            StandardStream.error.write("\($0)\n")
        }
        return FileJournal(lines: store.lines("calls-\(name).jsonl")) {
            StandardStream.error.write("\($0)\n")
        }
    }

    private init(
        _ label: String, _ tool: any Tool, _ arguments: JSONValue, journal: any CallJournal,
        in folder: String
    ) throws {
        self.init(
            label, tool.declaration.name, of: try ToolRegistry([tool]), arguments,
            journal: journal, in: folder)
    }

    private init(
        _ label: String, _ name: String, of registry: ToolRegistry, _ arguments: JSONValue,
        journal: any CallJournal, in folder: String
    ) {
        self.label = label
        self.arguments = arguments
        self.name = name
        runner = ToolRunner(
            registry: registry, limits: ToolLimits(),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: NoConfirmation(), journal: journal,
                audit: AuditLog(disk: DiskFolder(path: folder), limitBytes: 1 << 20) {
                    StandardStream.error.write("\($0)\n")
                }))
    }

    /// Calls it this many times in succession, and returns its row.
    func measure(_ calls: Int) async throws -> String {
        var times: [Int64] = []
        // The first call makes a connection, where there is one.
        _ = await runner.run(
            FunctionCall(id: "", name: name, arguments: arguments), conversation: 0)
        for index in 0..<calls {
            let call = FunctionCall(id: "fc_\(index)", name: name, arguments: arguments)
            let began = MonotonicClock.now()
            let outcome = await runner.run(call, conversation: 0)
            times.append(MonotonicClock.now() - began)
            guard case .answered(let answer) = outcome, answer.response["error"] == nil else {
                return "\(label): \(outcome)"
            }
        }
        times.sort()
        let (median, p99) = (times[calls / 2], times[calls * 99 / 100])
        return Self.padded(label, 26) + Self.number(median) + Self.number(p99)
    }

    /// The path of this program.
    private static func programPath() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        guard count > 0 else { throw SystemError(call: "readlink /proc/self/exe", code: errno) }
        return String(
            decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Microseconds with one decimal, aligned to the right.
    private static func number(_ nanoseconds: Int64) -> String {
        let text = "\(nanoseconds / 1_000).\(nanoseconds % 1_000 / 100)"
        return String(repeating: " ", count: max(1, 11 - text.count)) + text
    }
}
