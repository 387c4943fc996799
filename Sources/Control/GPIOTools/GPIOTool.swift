package import Linux
package import Tools
package import WireCodec

/// Switches the named outputs, and reads them and the inputs.
///
/// All of them are one function with the names as an enumeration: a model picks a value from a list
/// more reliably than one of many functions that differ in a word, and the list costs fewer tokens
/// at every turn. The guard of a call is that of its line.
///
/// ## Concurrency
/// An actor, so that a line is switched by one call at a time. A pulse sleeps without holding it;
/// a call that switches the same output meanwhile ends the pulse, and its state remains.
package actor GPIOTool: Tool {
    package nonisolated let declaration: ToolDeclaration
    private let lines: [GPIOTool.Line]
    private let clock: any DeviceClock
    /// Counts the orders to each output; a pulse that was overtaken leaves the output alone.
    private var orders: [String: Int] = [:]

    /// A pulse lasts no longer than this.
    package static let maximumPulseMilliseconds: Int64 = 10_000
    private static let deadline = Duration.milliseconds(maximumPulseMilliseconds) + .seconds(2)

    /// Needs at least one line; two lines of the same name are refused.
    ///
    /// `clock` measures pulses.
    package init(
        lines: [GPIOTool.Line], clock: any DeviceClock
    ) throws(ToolDeclarationError) {
        let names = lines.map(\.name)
        guard Set(names).count == names.count else { throw .duplicate(Self.name) }
        self.lines = lines
        self.clock = clock
        let list = lines.map { "\($0.name): \($0.description)" }.joined(separator: "; ")
        declaration = try ToolDeclaration(
            name: Self.name,
            description:
                "Switches a device on or off, pulses it, or reads how it stands. Devices: \(list).",
            parameters: Self.parameters(names), terms: ToolTerms(deadline: Self.deadline))
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
                    "enum": .array(GPIOTool.Line.Action.allCases.map { .string($0.rawValue) }),
                ]),
                "milliseconds": .object([
                    "type": .string("integer"),
                    "description": .string("How long a pulse lasts, if not as usual."),
                    "minimum": .int(1), "maximum": .int(maximumPulseMilliseconds),
                ]),
            ]),
            "required": .array([.string("output"), .string("action")]),
        ])
    }

    private nonisolated func order(
        _ arguments: ToolArguments
    ) -> (line: GPIOTool.Line, action: GPIOTool.Line.Action) {
        guard let line = lines.first(where: { $0.name == arguments.string("output") }),
            let action = arguments.string("action").flatMap(GPIOTool.Line.Action.init)
        else { preconditionFailure("arguments that do not fit the schema were let through") }
        return (line, action)
    }

    /// The line's own terms; to read is never a risk.
    package nonisolated func guarding(_ arguments: ToolArguments) -> CallGuard {
        let (line, action) = order(arguments)
        let isRead = action == .read
        return CallGuard(
            subject: line.name, risk: isRead ? .read : line.terms.risk,
            confirmation: isRead ? nil : line.terms.confirmation,
            callsPerMinute: line.terms.callsPerMinute)
    }

    /// Does what the model asks, and returns the line's state afterwards.
    package func call(_ arguments: ToolArguments) async throws -> JSONValue {
        let (line, action) = order(arguments)
        guard line.actions.contains(action) else {
            let allowed = GPIOTool.Line.Action.allCases.filter(line.actions.contains)
                .map(\.rawValue).joined(separator: ", ")
            throw ToolFailure(
                "nothing was done: \(line.name) does not take \(action.rawValue), only \(allowed)")
        }
        let isOn: Bool
        switch line.port {
        case .input(let port): isOn = try port.isOn()
        case .output(let port, let restsOn):
            switch action {
            case .on: try switchOver(line, port, true)
            case .off: try switchOver(line, port, false)
            case .toggle: try switchOver(line, port, !port.isOn())
            case .pulse:
                let milliseconds = arguments.integer("milliseconds") ?? line.pulseMilliseconds
                try await pulse(line, port, restsOn, .milliseconds(milliseconds))
            case .read: break
            }
            isOn = try port.isOn()
        }
        return .object(["output": .string(line.name), "state": .string(isOn ? "on" : "off")])
    }

    /// Puts every output to rest, as at the end of the program; goes on when one of them fails.
    package func rest() {
        for line in lines {
            guard case .output(let port, let restsOn) = line.port else { continue }
            try? switchOver(line, port, restsOn)
        }
    }

    private func switchOver(_ line: GPIOTool.Line, _ port: any OutputPort, _ isOn: Bool) throws {
        orders[line.name, default: 0] += 1
        try port.set(isOn)
    }

    private func pulse(
        _ line: GPIOTool.Line, _ port: any OutputPort, _ restsOn: Bool, _ duration: Duration
    ) async throws {
        try switchOver(line, port, !restsOn)
        let mine = orders[line.name]
        // A pulse that is cancelled ends early, but it ends.
        try? await clock.wait(duration)
        guard orders[line.name] == mine else {
            throw ToolFailure("the pulse was ended by another order to \(line.name)")
        }
        try switchOver(line, port, restsOn)
    }
}
