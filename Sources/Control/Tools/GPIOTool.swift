package import ModelTypes

/// One switched output, as the configuration names it.
package struct NamedOutput: Sendable {
    /// What the model calls it, such as "lamp".
    package var name: String
    /// What it is, for the model: "the lamp on the desk".
    package var description: String
    package var port: any OutputPort
    /// Whether it is on at rest: at the start, at the end, and around a pulse.
    package var restsOn: Bool

    /// An output; its port has been put to rest by whoever made it.
    package init(name: String, description: String, port: any OutputPort, restsOn: Bool) {
        self.name = name
        self.description = description
        self.port = port
        self.restsOn = restsOn
    }
}

/// Switches the named outputs.
///
/// All of them are one function with the names as an enumeration: a model picks a value out of a
/// list better than one among many functions that differ in a word, and the list costs fewer
/// tokens at every turn.
///
/// ## Concurrency
/// An actor, so that a line is switched by one call at a time. A pulse sleeps without holding it;
/// whatever switches the same output meanwhile ends the pulse and stands.
package actor GPIOTool: Tool {
    package nonisolated let declaration: ToolDeclaration
    private let outputs: [NamedOutput]
    private let clock: any ToolClock
    /// Counts the orders to each output; a pulse that was overtaken leaves the output alone.
    private var orders: [String: Int] = [:]

    /// A pulse lasts no longer than this.
    package static let maximumPulseMilliseconds: Int64 = 10_000
    /// A pulse of unstated length, as a door opener wants it.
    static let usualPulseMilliseconds: Int64 = 500
    private static let deadline = Duration.milliseconds(maximumPulseMilliseconds) + .seconds(2)

    /// Needs at least one output; two of one name are refused.
    ///
    /// `clock` measures pulses.
    package init(
        outputs: [NamedOutput], clock: any ToolClock
    ) throws(ToolDeclarationError) {
        let names = outputs.map(\.name)
        guard Set(names).count == names.count else { throw .duplicate(Self.name) }
        self.outputs = outputs
        self.clock = clock
        let list = outputs.map { "\($0.name): \($0.description)" }.joined(separator: "; ")
        declaration = try ToolDeclaration(
            name: Self.name,
            description:
                "Switches a device on or off, pulses it, or reads how it stands. Devices: \(list).",
            parameters: Self.parameters(names), deadline: Self.deadline)
    }

    /// The function's name.
    package static let name = "switch_output"

    private static func parameters(_ names: [String]) -> JSONValue {
        .object([
            "type": .string("object"),
            "properties": .object([
                "output": .object([
                    "type": .string("string"), "description": .string("The device."),
                    "enum": .array(names.map(JSONValue.string)),
                ]),
                "action": .object([
                    "type": .string("string"),
                    "description": .string(
                        "on, off, toggle; pulse: switch over and back; read: only look."),
                    "enum": .array(Action.allCases.map { .string($0.rawValue) }),
                ]),
                "milliseconds": .object([
                    "type": .string("integer"),
                    "description": .string(
                        "How long a pulse lasts; \(usualPulseMilliseconds) if absent."),
                    "minimum": .int(1), "maximum": .int(maximumPulseMilliseconds),
                ]),
            ]),
            "required": .array([.string("output"), .string("action")]),
        ])
    }

    private enum Action: String, CaseIterable {
        case on, off, toggle, pulse, read
    }

    /// Does what the model asks, and says how the output then stands.
    package func call(_ arguments: ToolArguments) async throws -> JSONValue {
        guard let output = outputs.first(where: { $0.name == arguments.string("output") }),
            let action = arguments.string("action").flatMap(Action.init)
        else { preconditionFailure("arguments that do not fit the schema were let through") }
        switch action {
        case .on: try order(output, true)
        case .off: try order(output, false)
        case .toggle: try order(output, !output.port.isOn())
        case .pulse:
            let milliseconds = arguments.integer("milliseconds") ?? Self.usualPulseMilliseconds
            try await pulse(output, .milliseconds(milliseconds))
        case .read: break
        }
        let state = try output.port.isOn() ? "on" : "off"
        return .object(["output": .string(output.name), "state": .string(state)])
    }

    /// Puts every output to rest, as at the end of the program; goes on when one of them fails.
    package func rest() {
        for output in outputs { try? order(output, output.restsOn) }
    }

    private func order(_ output: NamedOutput, _ isOn: Bool) throws {
        orders[output.name, default: 0] += 1
        try output.port.set(isOn)
    }

    private func pulse(_ output: NamedOutput, _ duration: Duration) async throws {
        try order(output, !output.restsOn)
        let mine = orders[output.name]
        // A pulse that is cancelled ends early, but it ends.
        try? await clock.wait(duration)
        guard orders[output.name] == mine else {
            throw ToolFailure("the pulse was ended by another order to \(output.name)")
        }
        try order(output, output.restsOn)
    }
}
