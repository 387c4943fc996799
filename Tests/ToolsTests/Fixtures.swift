import Configuration
import Linux
import ModelTypes
import Synchronization
import WireCodec

@testable import GPIOTools
@testable import Tools

/// A tool made of a closure.
struct TestTool: Tool {
    let declaration: ToolDeclaration
    let body: @Sendable (ToolArguments) async throws -> JSONValue

    init(
        _ name: String, parameters: JSONValue = TestTool.anything, deadline: Duration = .seconds(5),
        _ body: @escaping @Sendable (ToolArguments) async throws -> JSONValue
    ) throws {
        declaration = try ToolDeclaration(
            name: name, description: "A test.", parameters: parameters,
            terms: ToolTerms(deadline: deadline))
        self.body = body
    }

    init(
        _ name: String, terms: ToolTerms,
        _ body: @escaping @Sendable (ToolArguments) async throws -> JSONValue
    ) throws {
        declaration = try ToolDeclaration(
            name: name, description: "A test.", parameters: TestTool.anything, terms: terms)
        self.body = body
    }

    static let anything = JSONValue.object([
        "type": .string("object"), "additionalProperties": .bool(true),
    ])

    func call(_ arguments: ToolArguments) async throws -> JSONValue { try await body(arguments) }
}

/// A line in memory.
final class TestOutput: OutputPort {
    private let history = Mutex<[Bool]>([])
    private let failure: ToolFailure?

    init(failure: ToolFailure? = nil) {
        self.failure = failure
    }

    var label: String { "test line" }
    var values: [Bool] { history.withLock { $0 } }

    func set(_ isOn: Bool) throws {
        if let failure { throw failure }
        history.withLock { $0.append(isOn) }
    }

    func isOn() throws -> Bool { values.last ?? false }
}

/// A contact in memory.
final class TestInput: InputPort {
    private let state = Mutex(false)

    func set(_ isOn: Bool) { state.withLock { $0 = isOn } }
    func isOn() throws -> Bool { state.withLock { $0 } }
}

extension ToolOutcome {
    /// The answer to the model, now or repeated.
    private var response: JSONValue? {
        switch self {
        case .answered(let answer), .answeredBefore(let answer): answer.response
        case .cancelled, .repeated: nil
        }
    }

    /// The text of the error for the model.
    var error: String? { response?["error"]?.string }

    /// The result for the model.
    var output: JSONValue? { response?["output"] }
}

extension ToolRunner {
    /// A runner of these tools.
    init(
        _ tools: [any Tool], clock: any DeviceClock, limits: ToolLimits = ToolLimits(),
        confirmation: any ConfirmationPort = NoConfirmation(),
        journal: any CallJournal = NoJournal(),
        audit: any AuditPort = NoAudit()
    ) throws {
        self.init(
            registry: try ToolRegistry(tools), limits: limits,
            ports: RunnerPorts(
                clock: clock, confirmation: confirmation, journal: journal, audit: audit))
    }

    /// Runs a call of the only conversation.
    func run(_ call: FunctionCall) async -> ToolOutcome { await run(call, conversation: 0) }

    func cancel(_ identifiers: [String]) async {
        await cancel(identifiers.map { CallKey(conversation: 0, id: $0) })
    }
}

func call(
    _ name: String, id: String = "1", _ arguments: JSONValue = .object([:])
) -> FunctionCall {
    FunctionCall(id: id, name: name, arguments: arguments)
}
