package import ModelTypes
package import Tools

/// A tool of the configuration: the keys that all kinds share, and the kind's own.
package struct ToolSettings: Sendable {
    /// The settings that only this kind has.
    package var kind: any ToolKind
    package var name: String
    /// Empty for a source of functions.
    package var description: String
    /// Parameter name to its JSON Schema, as an inline table.
    package var parameters: [(name: String, schema: TOMLNode)] = []
    package var required: [String] = []
    package var deadlineMilliseconds: Int
    package var resultLimitBytes: Int
    package var callsPerMinute: Int
    /// Whether the model waits for the answer; nil: not for a call that may take long, else the
    /// model's own default.
    package var behavior: FunctionDeclaration.Behavior?
    /// When the model speaks about an answer that it did not wait for; nil: the service's default,
    /// which is when it is idle.
    package var scheduling: FunctionResponse.Scheduling?
    package var risk: ToolRisk
    package var confirm: ConfirmationRule
    /// Arguments that the audit log hides.
    package var secretParameters: [String]
    package var position: Position

    /// How the user confirms a call; nil: not at all.
    package var confirmation: ToolConfirmation? { confirm.means(for: risk) }

    /// How the user confirms a call that lets someone in, whatever the risk of the rest; nil: not
    /// at all.
    package var unlockingConfirmation: ToolConfirmation? { confirm.means(for: .unlock) }

    /// Whether its name is that of a function, which must be unique.
    package var isFunction: Bool { type(of: kind).shape == .function }

    /// Whether it is only a part of a function, such as one output of many.
    package var isPart: Bool { type(of: kind).shape == .part }

    /// Whether it is a source of functions.
    package var isSource: Bool { type(of: kind).shape == .source }

    /// Its name in error texts.
    package var title: String { "\(type(of: kind).shape == .part ? "output" : "tool") \(name)" }
}

extension TableReader {
    /// A longer deadline would keep a call open that no user waits for any more (milliseconds).
    package static let deadlineRange = 100...600_000
    static let resultRange = 256...1_048_576

    /// Reads one table of a kind.
    mutating func tool(_ kind: any ToolKind.Type) -> ToolSettings? {
        // Everything is read before a missing key ends it, so that all keys are known.
        let toolName = text("name")
        let description: String? = kind.shape == .source ? "" : text("description")
        let (parameters, required) = kind.shape == .function ? parameters() : ([], [])
        let deadline = number("deadline_ms", 10_000, Self.deadlineRange)
        let result = number("result_limit_bytes", 16_384, Self.resultRange)
        let rate = number("calls_per_minute", 60, 1...6_000)
        let behavior: FunctionDeclaration.Behavior? = wireChoice("behavior")
        let scheduling: FunctionResponse.Scheduling? = wireChoice("scheduling")
        let said = choice("risk", kind.usualRisk)
        let confirm = confirmation()
        let secrets = strings("secret_parameters", [])
        guard let own = kind.read(&self), let toolName, let description, let deadline, let result,
            let rate, let said, let confirm, let secrets
        else { return nil }
        let risk = has("risk") ? said : own.ownRisk
        if risk == .read, case .always = confirm {
            note("confirm", "is \"\(confirm.word)\", but a tool of risk \"read\" never asks")
        }
        return ToolSettings(
            kind: own, name: toolName, description: description, parameters: parameters,
            required: required, deadlineMilliseconds: deadline, resultLimitBytes: result,
            callsPerMinute: rate, behavior: behavior, scheduling: scheduling, risk: risk,
            confirm: confirm, secretParameters: secrets, position: position)
    }

    private mutating func parameters() -> ([(name: String, schema: TOMLNode)], [String]) {
        let parameters = schemas()
        let names = parameters.map(\.name)
        let required = strings("required", names) ?? []
        checkNames(known: names)
        return (parameters, required)
    }

    /// The keys `confirm` and `phrase`.
    private mutating func confirmation() -> ConfirmationRule? {
        let word = oneOf(ConfirmationRule.words, "confirm")
        let phrase: String? = value("phrase", "")
        guard let word, let phrase else { return nil }
        let rule = ConfirmationRule(word, phrase: phrase)
        if case .always(.phrase) = rule {
            // One short word is said by chance.
            if phrase.filter(\.isLetter).count < 6 {
                note("phrase", "must say what is to be said, with six letters or more")
            }
        } else if !phrase.isEmpty {
            note("phrase", "is used only with confirm = \"phrase\"")
        }
        return rule
    }

    /// A choice that the wire spells in its own way; nil for "auto", which is the default.
    private mutating func wireChoice<Choice: RawRepresentable & CaseIterable>(
        _ key: String
    ) -> Choice? where Choice.RawValue == String {
        let word = oneOf(["auto"] + Choice.allCases.map(\.word), key)
        return Choice.allCases.first { $0.word == word }
    }

    /// One of several words; the first is the default.
    private mutating func oneOf(_ words: [String], _ key: String) -> String? {
        guard let word: String = value(key, words.first) else { return nil }
        guard !words.contains(word) else { return word }
        let allowed = words.map { "\"\($0)\"" }.joined(separator: ", ")
        note(key, "is \(TOMLValue.string(word).shown); allowed: \(allowed)")
        return words.first
    }
}

extension RawRepresentable where RawValue == String {
    /// A word of the wire as the settings write it: "non-blocking" for NON_BLOCKING.
    fileprivate var word: String { rawValue.lowercased().replacing("_", with: "-") }
}

extension ToolSettings {
    /// The behaviour as TOML writes it.
    var behaviorWord: String { behavior?.word ?? "auto" }
    /// The scheduling as TOML writes it.
    var schedulingWord: String { scheduling?.word ?? "auto" }
}

extension ConfirmationRule {
    /// The words of TOML, the default first.
    fileprivate static let words = ["by-risk", "none", "button", "phrase", "pin"]

    fileprivate init(_ word: String, phrase: String) {
        switch word {
        case "none": self = .never
        case "button": self = .always(.button)
        case "phrase": self = .always(.phrase(phrase))
        case "pin": self = .always(.pin)
        default: self = .byRisk
        }
    }

    /// The word of TOML.
    var word: String {
        switch self {
        case .byRisk: "by-risk"
        case .never: "none"
        case .always(.button): "button"
        case .always(.phrase): "phrase"
        case .always(.pin): "pin"
        }
    }

    /// What must be said; empty if nothing must be.
    var phrase: String {
        if case .always(.phrase(let words)) = self { words } else { "" }
    }
}
