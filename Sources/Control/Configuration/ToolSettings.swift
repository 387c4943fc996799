/// A tool of the configuration: the keys that all kinds share, and the kind's own.
package struct ToolSettings: Sendable {
    /// How much harm a call can do.
    package enum Risk: String, Sendable, CaseIterable {
        /// Only looks; never asks.
        case read
        /// What anyone in the room may do with a hand.
        case low
        /// What costs money, wakes the house or cannot be undone; asks when nothing is said.
        case high
        /// Lets somebody in; always to be asked.
        case unlock
    }

    /// How the user confirms a call.
    package enum Confirm: String, Sendable, CaseIterable {
        /// As the risk says: by the button for "high" and "unlock".
        case byRisk = "by-risk"
        case none
        case button
        case phrase
        case pin
    }

    /// Whether the model waits for the answer.
    package enum Behavior: String, Sendable, CaseIterable {
        /// It does not for what may take long; else the model's own default.
        case auto
        case blocking
        case nonBlocking = "non-blocking"
    }

    /// When the model speaks about an answer that it did not wait for.
    package enum Scheduling: String, Sendable, CaseIterable {
        /// The service's default, which is when-idle.
        case auto
        case silent
        case whenIdle = "when-idle"
        case interrupt
    }

    /// What only this kind has.
    package var kind: any ToolKind
    package var name: String
    /// Empty for a kind that brings functions along.
    package var description: String
    /// Parameter name to its JSON Schema, as an inline table.
    package var parameters: [(name: String, schema: TOMLNode)] = []
    package var required: [String] = []
    package var deadlineMilliseconds: Int
    package var resultLimitBytes: Int
    package var callsPerMinute: Int
    package var behavior: Behavior
    package var scheduling: Scheduling
    package var risk: Risk
    package var confirm: Confirm
    /// What must be said; empty unless `confirm` is `.phrase`.
    package var phrase: String
    /// Arguments that the audit log hides.
    package var secretParameters: [String]
    package var position: Position

    /// The means of confirmation, with what the risk asks for when nothing is said.
    package var confirmation: Confirm {
        guard confirm == .byRisk else { return confirm }
        switch risk {
        case .read, .low: return .none
        case .high, .unlock: return .button
        }
    }

    /// Whether its name is that of a function, as no other's may be.
    package var isFunction: Bool { type(of: kind).shape == .function }

    /// Whether it is but a part of a function, such as one output of many.
    package var isPart: Bool { type(of: kind).shape == .part }

    /// What it is called in error texts.
    package var title: String { "\(type(of: kind).shape == .part ? "output" : "tool") \(name)" }
}

extension TableReader {
    /// Longer deadlines keep a call open that nobody waits for any more (milliseconds).
    static let deadlineRange = 100...600_000
    static let resultRange = 256...1_048_576

    /// Reads one table of a kind.
    mutating func tool(_ kind: any ToolKind.Type) -> ToolSettings? {
        // All of it is read before something that is missing ends it, so that all is known.
        let toolName = text("name")
        let description: String? = kind.shape == .source ? "" : text("description")
        let (parameters, required) = kind.shape == .function ? parameters() : ([], [])
        let deadline = number("deadline_ms", 10_000, Self.deadlineRange)
        let result = number("result_limit_bytes", 16_384, Self.resultRange)
        let rate = number("calls_per_minute", 60, 1...6_000)
        let behavior = choice("behavior", ToolSettings.Behavior.auto)
        let scheduling = choice("scheduling", ToolSettings.Scheduling.auto)
        let said = choice("risk", kind.usualRisk)
        let confirm = choice("confirm", ToolSettings.Confirm.byRisk)
        let phrase: String? = value("phrase", "")
        let secrets = strings("secret_parameters", [])
        guard let own = kind.read(&self), let toolName, let description, let deadline, let result,
            let rate, let behavior, let scheduling, let said, let confirm, let phrase, let secrets
        else { return nil }
        let risk = has("risk") ? said : own.ownRisk
        checkConfirmation(risk, confirm, phrase)
        return ToolSettings(
            kind: own, name: toolName, description: description, parameters: parameters,
            required: required, deadlineMilliseconds: deadline, resultLimitBytes: result,
            callsPerMinute: rate, behavior: behavior, scheduling: scheduling, risk: risk,
            confirm: confirm, phrase: phrase, secretParameters: secrets, position: position)
    }

    private mutating func parameters() -> ([(name: String, schema: TOMLNode)], [String]) {
        let parameters = schemas()
        let names = parameters.map(\.name)
        let required = strings("required", names) ?? []
        checkNames(known: names)
        return (parameters, required)
    }

    private mutating func checkConfirmation(
        _ risk: ToolSettings.Risk, _ confirm: ToolSettings.Confirm, _ phrase: String
    ) {
        if confirm == .phrase {
            // One short word is said by chance.
            if phrase.filter(\.isLetter).count < 6 {
                note("phrase", "must say what is to be said, with six letters or more")
            }
        } else if !phrase.isEmpty {
            note("phrase", "is said only with confirm = \"phrase\"")
        }
        if risk == .read, [.button, .phrase, .pin].contains(confirm) {
            note("confirm", "is \"\(confirm.rawValue)\", but a tool of risk \"read\" never asks")
        }
    }
}
