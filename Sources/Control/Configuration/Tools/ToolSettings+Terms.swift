internal import ModelTypes
package import Tools
internal import WireCodec

// The keys that all kinds share, as the runner takes them.
extension ToolSettings {
    /// The model does not wait for a call that may take longer than this.
    private static let patienceMilliseconds = 10_000

    /// The limits of a call.
    package var terms: ToolTerms { terms(longestMilliseconds: deadlineMilliseconds) }

    /// The limits of a call that may take longer than its deadline, while it reports progress.
    package func terms(longestMilliseconds: Int) -> ToolTerms {
        var terms = ToolTerms(deadline: .milliseconds(deadlineMilliseconds))
        terms.resultBytes = resultLimitBytes
        terms.callsPerMinute = callsPerMinute
        terms.behavior =
            behavior ?? (longestMilliseconds > Self.patienceMilliseconds ? .nonBlocking : nil)
        terms.scheduling = scheduling
        terms.risk = risk
        terms.confirmation = confirmation
        terms.secrets = Set(secretParameters)
        return terms
    }

    /// The declaration of a function for the model.
    package func declaration() throws(ToolDeclarationError) -> ToolDeclaration {
        let properties = JSONObject(parameters.map { ($0.name, $0.schema.json) })
        return try ToolDeclaration(
            name: name, description: description,
            parameters: [
                "type": "object", "properties": .object(properties),
                "required": .array(required.map { .string($0) }),
            ], terms: terms)
    }
}

extension TOMLNode {
    /// The value as JSON, as a tool's parameters are given to the model.
    var json: JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .integer(let number): .int(number)
        case .float(let number): .double(number)
        case .boolean(let bool): .bool(bool)
        case .array(let nodes): .array(nodes.map(\.json))
        case .table(let table): .object(JSONObject(table.members.map { ($0.key, $0.node.json) }))
        }
    }
}
