import Linux
import ModelTypes
import Synchronization
import Tools

/// The rows of the table, made on another thread.
final class ToolTimes: Sendable {
    private let rows = Mutex<[String]>(["tool                        median us    p99 us"])

    func add(_ row: String) { rows.withLock { $0.append(row) } }

    var text: String { rows.withLock { $0.joined(separator: "\n") + "\n" } }
}

/// One tool behind a runner as the daemon has it.
struct ToolBench: Sendable {
    let label: String
    let runner: ToolRunner
    let name: String
    let arguments: JSONValue

    /// Every tool that is measured; each has a runner and a journal of its own.
    static func all(in folder: String) throws -> [ToolBench] {
        var terms = ToolTerms(deadline: .seconds(10))
        terms.callsPerMinute = 10_000_000
        let line = NamedLine(
            name: "lamp", description: "a file",
            port: .output(try FileOutput(path: "\(folder)/lamp", isOn: false), restsOn: false),
            actions: Set(NamedLine.Action.allCases), pulseMilliseconds: 500, terms: terms)
        let lines = try GPIOTool(lines: [line], clock: SystemToolClock())
        let command = try CommandTool(
            declaration: try ToolDeclaration(
                name: "run", description: "Nothing.", parameters: ["type": "object"], terms: terms),
            settings: CommandSettings(
                arguments: ["/bin/true"], environment: [:], workingDirectory: "/",
                confinement: Confinement(), output: .text))
        let on: JSONValue = ["output": "lamp", "action": "on"]
        let read: JSONValue = ["output": "lamp", "action": "read"]
        return try [
            ToolBench("gpio read (file)", lines, read, journal: NoJournal(), in: folder),
            ToolBench("gpio on (file), no journal", lines, on, journal: NoJournal(), in: folder),
            ToolBench("gpio on (file)", lines, on, journal: Self.journal(folder, "1"), in: folder),
            ToolBench("command true, no journal", command, [:], journal: NoJournal(), in: folder),
            ToolBench(
                "command true", command, [:], journal: Self.journal(folder, "2"), in: folder),
        ]
    }

    private static func journal(_ folder: String, _ name: String) -> any CallJournal {
        FileJournal(path: "\(folder)/calls-\(name).jsonl") {
            StandardStream.error.write("\($0)\n")
        }
    }

    private init(
        _ label: String, _ tool: any Tool, _ arguments: JSONValue, journal: any CallJournal,
        in folder: String
    ) throws {
        self.label = label
        self.arguments = arguments
        name = tool.declaration.name
        runner = ToolRunner(
            registry: try ToolRegistry([tool]), limits: ToolLimits(),
            ports: RunnerPorts(
                clock: SystemToolClock(), confirmation: NobodyToAsk(), journal: journal,
                audit: AuditLog(path: "\(folder)/audit.jsonl", limitBytes: 1 << 20) {
                    StandardStream.error.write("\($0)\n")
                }))
    }

    /// Calls it so often, one after the other, and gives its row.
    func measure(_ calls: Int) async throws -> String {
        var times: [Int64] = []
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

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Microseconds with one decimal, to the right.
    private static func number(_ nanoseconds: Int64) -> String {
        let text = "\(nanoseconds / 1_000).\(nanoseconds % 1_000 / 100)"
        return String(repeating: " ", count: max(1, 11 - text.count)) + text
    }
}
