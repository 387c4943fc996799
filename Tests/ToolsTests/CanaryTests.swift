import Configuration
import Linux
import ModelTypes
import Store
import Synchronization
import Testing
import WireCodec

@testable import Tools

/// A secret in every position in which a remote service, a model or a fault can put it: no output
/// of the runner contains it.
@Suite(.timeLimit(.minutes(5)))
struct CanaryTests {
    private static let canary = "c4n4ry-\"ß/&-5ecret"
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// Keeps the journal's input.
    private final class Journal: CallJournal {
        private let lines = Mutex<[String]>([])

        var text: String { lines.withLock { $0.joined(separator: "\n") } }

        func recall() async -> RecalledCalls { RecalledCalls(conversation: 0, calls: []) }
        func begin(_ call: JournalledCall) async throws {}
        func finish(_ call: JournalledCall, _ answer: FunctionResponse) async {
            lines.withLock { $0.append(answer.response.serialized) }
        }
    }

    private struct Leak: Error, CustomStringConvertible {
        let description: String
    }

    /// Uses of a secret by a tool, and answers that may contain it.
    private static var answers: [@Sendable (String) throws -> JSONValue] {
        [
            { .string("Authorization: Bearer \($0)") },
            { ["headers": ["authorization": .string("Bearer \($0)")]] },
            { ["url": .string("http://h/?key=\(PercentEncoding.encode($0))&x=1")] },
            { ["list": [.string($0), [.string("\($0)\($0)")]]] },
            { .object([($0, "a name")].reduce(into: [:]) { $0[$1.0] = $1.1 }) },
            { .string("raw: " + JSONValue.string($0).serialized) },
            { .string(String(repeating: "x", count: 500) + $0) },
            { throw ToolFailure("status 401: \($0) is no valid token") },
            { throw Leak(description: "cannot open https://user:\($0)@host") },
            { throw ToolFailure(String(repeating: "y", count: 290) + $0) },
        ]
    }

    private func isLeaked(_ text: String, _ secret: String) -> Bool {
        let inJSON = JSONValue.string(secret).serialized.dropFirst().dropLast()
        return [secret, String(inJSON), PercentEncoding.encode(secret)].contains {
            text.contains($0)
        }
    }

    @Test("a secret that was read reaches neither model, nor journal, nor audit log")
    func aSecretThatWasRead()
        async throws
    {
        let journal = Journal()
        let path = folder.path + "/\(KeptLines.auditName)"
        let tools = try Self.answers.enumerated().map { number, answer in
            try TestTool("leak\(number)") { _ in try answer(Self.canary) }
        }
        let known = KnownSecrets()
        known.add(Secret(Self.canary))
        var ports = RunnerPorts(
            clock: SystemClock(), confirmation: NoConfirmation(), journal: journal,
            audit: AuditLog(disk: DiskFolder(path: folder.path), limitBytes: 1 << 20) {
                Issue.record("trouble: \($0)")
            })
        ports.secrets = known
        let runner = ToolRunner(
            registry: try ToolRegistry(tools), limits: ToolLimits(), ports: ports)
        // The model may know it, too, and put it anywhere.
        let names = tools.map(\.declaration.name) + [Self.canary, "none"]
        let arguments: [JSONValue] = [
            [:], ["text": .string(Self.canary)], .object([Self.canary: 1]), .string(Self.canary),
            ["a": ["b": [.string("in \(Self.canary)")]]],
        ]
        var answered = ""
        for (number, name) in names.enumerated() {
            for (index, value) in arguments.enumerated() {
                let call = FunctionCall(
                    id: "\(number).\(index) \(Self.canary)", name: name, arguments: value)
                guard case .answered(let answer) = await runner.run(call, conversation: 0) else {
                    Issue.record("no answer")
                    continue
                }
                answered += answer.response.serialized
                #expect(!isLeaked(runner.shown(call).serialized, Self.canary))
            }
        }
        let audit = String(decoding: try Files.read(path, limitBytes: 1 << 20), as: UTF8.self)
        for text in [answered, journal.text, audit] {
            #expect(!text.isEmpty)
            #expect(!isLeaked(text, Self.canary), "\(text.prefix(2_000))")
        }
        #expect(audit.split(separator: "\n").count == names.count * arguments.count)
    }

    /// Types of a hidden argument, and values that do not fit them.
    private static let faults: [(schema: JSONValue, value: JSONValue, hidden: String)] = [
        (["type": "string"], 471_147, "471147"), (["type": "string"], ["471147"], "471147"),
        (["type": "integer"], "471147", "471147"),
        (["type": "integer", "maximum": 10], 471_147, "471147"),
        (["type": "number", "minimum": 471_148], 471_147.5, "471147"),
        (["type": "number", "minimum": 1, "maximum": 2], 471_147, "471147"),
        (["type": "string", "enum": ["a"]], "471147", "471147"),
        (["type": "array", "items": ["type": "integer"]], ["471147"], "471147"),
        (["type": "boolean"], "471147", "471147"),
        (
            ["type": "object", "properties": ["x": ["type": "boolean"]]], ["x": "471147"], "471147"
        ),
        (["type": "object", "properties": ["x": ["type": "boolean"]]], ["471147": 1], "471147"),
    ]

    @Test("an error about a hidden argument does not quote it, in any log or to any caller")
    func aFaultOfAHidden()
        async throws
    {
        let path = folder.path + "/\(KeptLines.auditName)"
        for (number, fault) in Self.faults.enumerated() {
            for name in ["code", "PIN", "Own_Secret"] {
                var terms = ToolTerms(deadline: .seconds(1))
                terms.secrets = ["own_secret"]
                let tool = try DeclaredTool(
                    "door",
                    parameters: ["type": "object", "properties": .object([name: fault.schema])],
                    terms: terms)
                let runner = try ToolRunner(
                    [tool], clock: SystemClock(),
                    audit: AuditLog(disk: DiskFolder(path: folder.path), limitBytes: 1 << 20) {
                        Issue.record("\($0)")
                    })
                let call = call("door", id: "\(number)", .object([name: fault.value]))
                let error = await runner.run(call).error ?? ""
                #expect(error.hasPrefix("nothing was done: \(name)"), "\(error)")
                #expect(!error.contains(fault.hidden), "\(error)")
                #expect(!runner.shown(call).serialized.contains(fault.hidden))
            }
        }
        let audit = String(decoding: try Files.read(path, limitBytes: 1 << 20), as: UTF8.self)
        #expect(!audit.contains("471147"))
    }

    @Test("a handler that repeats a hidden argument in its failure does not log it")
    func aHandlerThatRepeatsA()
        async throws
    {
        let path = folder.path + "/\(KeptLines.auditName)"
        let tool = try TestTool("door") { arguments in
            throw ToolFailure("wrong code \(arguments.string("code") ?? "")")
        }
        let runner = try ToolRunner(
            [tool], clock: SystemClock(),
            audit: AuditLog(disk: DiskFolder(path: folder.path), limitBytes: 1 << 20) {
                Issue.record("\($0)")
            })
        let error = await runner.run(call("door", ["code": "83615"])).error
        #expect(error == "wrong code (hidden)")
        let audit = String(decoding: try Files.read(path, limitBytes: 1 << 20), as: UTF8.self)
        #expect(!audit.contains("83615"))
    }

    @Test("a source's function declarations are sent without secrets")
    func whatASourceSaysOf() throws {
        let known = KnownSecrets()
        known.add(Secret(Self.canary))
        let registry = try ToolRegistry([], secrets: known)
        let tool = try DeclaredTool(
            "far_tool",
            parameters: [
                "type": "object",
                "properties": ["x": ["type": "string", "description": .string(Self.canary)]],
            ], terms: ToolTerms(deadline: .seconds(1)), description: "Uses \(Self.canary).")
        _ = registry.replace([tool], of: "far")
        let declared = registry.declarations.map(\.json.serialized).joined()
        #expect(declared.contains("far_tool"))
        #expect(!isLeaked(declared, Self.canary))
    }
}

/// A tool with its own schema and terms, which does nothing.
private struct DeclaredTool: Tool {
    let declaration: ToolDeclaration

    init(
        _ name: String, parameters: JSONValue, terms: ToolTerms, description: String = "A test."
    ) throws {
        declaration = try ToolDeclaration(
            name: name, description: description, parameters: parameters, terms: terms)
    }

    func call(_ arguments: ToolArguments) async throws -> JSONValue { "done" }
}
