internal import Configuration
internal import ModelTypes
internal import Tools

extension ToolSettings.Risk {
    /// The same, as the runner takes it.
    var toolRisk: ToolRisk {
        switch self {
        case .read: .read
        case .low: .low
        case .high: .high
        case .unlock: .unlock
        }
    }
}

// The keys that all kinds share, as the runner takes them.
extension ToolSettings {
    /// A call that may take longer than this is one that the model does not wait for.
    private static let patienceMilliseconds = 10_000

    /// The limits of a call.
    var terms: ToolTerms { terms(longestMilliseconds: deadlineMilliseconds) }

    /// The limits of a call that may take longer than its deadline, while it reports progress.
    func terms(longestMilliseconds: Int) -> ToolTerms {
        var terms = ToolTerms(deadline: .milliseconds(deadlineMilliseconds))
        terms.resultBytes = resultLimitBytes
        terms.callsPerMinute = callsPerMinute
        terms.behavior =
            switch behavior {
            case .auto: longestMilliseconds > Self.patienceMilliseconds ? .nonBlocking : nil
            case .blocking: .blocking
            case .nonBlocking: .nonBlocking
            }
        terms.scheduling =
            switch scheduling {
            case .auto: nil
            case .silent: .silent
            case .whenIdle: .whenIdle
            case .interrupt: .interrupt
            }
        terms.risk = risk.toolRisk
        terms.confirmation =
            switch confirmation {
            case .byRisk, .none: nil
            case .button: .button
            case .phrase: .phrase(phrase)
            case .pin: .pin
            }
        terms.secrets = Set(secretParameters)
        return terms
    }

    /// The declaration of a function for the model.
    func declaration() throws(ToolDeclarationError) -> ToolDeclaration {
        let properties = JSONObject(parameters.map { ($0.name, $0.schema.json) })
        return try ToolDeclaration(
            name: name, description: description,
            parameters: [
                "type": "object", "properties": .object(properties),
                "required": .array(required.map { .string($0) }),
            ], terms: terms)
    }
}
