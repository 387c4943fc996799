internal import Assistant
internal import ModelTypes
internal import Tools
internal import WireCodec

/// The functions of a world, each with a different behaviour.
enum VirtualFunction: String, CaseIterable {
    /// With the model's default behaviour: it does not wait.
    case usual
    /// The model waits for it, and new words cancel it.
    case waited
    /// Its late result interrupts the model.
    case urgent
    /// Its late result waits until the model is silent.
    case patient
    /// Opens a door, so the user is asked to press the button.
    case gate
    /// Costs money, so the user is asked to say a phrase.
    case order

    /// The service's transcription of everything that the user says.
    static let phrase = "words"
    /// Some calls take longer than this, and are given up.
    private static let deadline = Duration.seconds(6)

    private var behavior: FunctionDeclaration.Behavior? {
        switch self {
        case .usual, .gate, .order: nil
        case .waited: .blocking
        case .urgent, .patient: .nonBlocking
        }
    }

    private var scheduling: FunctionResponse.Scheduling? {
        switch self {
        case .usual, .waited, .gate, .order: nil
        case .urgent: .interrupt
        case .patient: .whenIdle
        }
    }

    /// How the user confirms a call; nil: not at all.
    var confirmation: ToolConfirmation? {
        switch self {
        case .usual, .waited, .urgent, .patient: nil
        case .gate: .button
        case .order: .phrase(Self.phrase)
        }
    }

    var terms: ToolTerms {
        var terms = ToolTerms(deadline: Self.deadline)
        terms.behavior = behavior
        terms.scheduling = scheduling
        terms.confirmation = confirmation
        switch self {
        case .usual, .waited, .urgent, .patient: terms.risk = .low
        case .gate: terms.risk = .unlock
        case .order: terms.risk = .high
        }
        return terms
    }
}

/// The id of the current call, by which executions are counted; the functions themselves do not get
/// it.
enum CallUnderWay {
    @TaskLocal static var id: String?
}

/// Functions that take some time.
final class VirtualToolbox: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let clock: VirtualToolClock
    private var random: SeededRandom
    /// How often each call was begun.
    private(set) var executions: [String: Int] = [:]
    /// Called with each completed call and its function.
    var onEnd: (String, VirtualFunction) -> Void = { _, _ in }

    init(clock: VirtualToolClock, seed: UInt64) {
        self.clock = clock
        random = SeededRandom(seed, stream: 2)
    }

    /// The functions of one run of the program.
    func registry(_ life: Life) -> ToolRegistry {
        let tools = VirtualFunction.allCases.compactMap { function -> (any Tool)? in
            let parameters: JSONValue = [
                "type": "object", "properties": ["on": ["type": "boolean"]],
                "required": ["on"],
            ]
            let declaration = try? ToolDeclaration(
                name: function.rawValue, description: "Does something.", parameters: parameters,
                terms: function.terms)
            return declaration.map {
                VirtualTool(declaration: $0, function: function, toolbox: self, life: life)
            }
        }
        guard let registry = try? ToolRegistry(tools) else {
            preconditionFailure("the world's own functions are not declared rightly")
        }
        return registry
    }

    fileprivate func perform(_ function: VirtualFunction, _ life: Life) async throws {
        let id = CallUnderWay.id ?? ""
        guard !life.isOver else { throw CancellationError() }
        executions[id, default: 0] += 1
        let length =
            random.chance(80) ? random.milliseconds(1...200) : random.milliseconds(200...8_000)
        try await clock.wait(.nanoseconds(length))
        guard !life.isOver else { throw CancellationError() }
        onEnd(id, function)
    }
}

private struct VirtualTool: Tool {
    let declaration: ToolDeclaration
    let function: VirtualFunction
    let toolbox: VirtualToolbox
    let life: Life

    func call(_ arguments: ToolArguments) async throws -> JSONValue {
        try await toolbox.perform(function, life)
        return "done"
    }
}

/// The real runner's calls, with their ids available to the functions.
struct NamedCalls: ToolPort {
    let runner: ToolRunner

    func run(
        _ call: FunctionCall, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void
    ) {
        // Tasks that start inside inherit the value.
        CallUnderWay.$id.withValue(call.id) {
            runner.run(call, conversation: conversation, done)
        }
    }

    func refuse(
        _ call: FunctionCall, because words: String, conversation: Int,
        _ done: @escaping @Sendable (ToolOutcome) async -> Void
    ) {
        runner.refuse(call, because: words, conversation: conversation, done)
    }

    func takeBack(_ calls: [CallKey]) { runner.takeBack(calls) }

    func shown(_ call: FunctionCall) -> JSONValue { call.arguments }
}
