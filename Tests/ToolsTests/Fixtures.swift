import ModelTypes
import Synchronization

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
            name: name, description: "A test.", parameters: parameters, deadline: deadline)
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

extension ToolOutcome {
    /// The text of the error that the model is told.
    var error: String? {
        guard case .answered(let answer) = self, case .object(let members) = answer.response,
            case .string(let text)? = members["error"]
        else { return nil }
        return text
    }

    /// The result that the model is told.
    var output: JSONValue? {
        guard case .answered(let answer) = self, case .object(let members) = answer.response
        else { return nil }
        return members["output"]
    }
}

extension ToolRunner {
    /// A runner of these tools.
    init(_ tools: [any Tool], clock: ManualClock, limits: ToolLimits = ToolLimits()) throws {
        self.init(registry: try ToolRegistry(tools), limits: limits, clock: clock)
    }
}

func call(
    _ name: String, id: String = "1", _ arguments: JSONValue = .object([:])
) -> FunctionCall {
    FunctionCall(id: id, name: name, arguments: arguments)
}
