package import WireCodec

/// A function that the model may call, as it is declared in a session's setup.
package struct FunctionDeclaration: Sendable, Equatable {
    /// Whether the model waits for the answer.
    package enum Behavior: String, Sendable, CaseIterable {
        case blocking = "BLOCKING"
        case nonBlocking = "NON_BLOCKING"
    }

    /// A letter or underscore first, then letters, digits and `_ . : -`; at most 128.
    package var name: String
    /// What it does and when to call it, in words for the model.
    package var description: String
    /// The arguments as plain JSON Schema of type object; nil for a function without any.
    package var parameters: JSONValue?
    /// Its result, as JSON Schema; nil leaves it undescribed.
    package var response: JSONValue?
    /// Left to the model's own default when nil.
    package var behavior: Behavior?

    /// A function; `parameters` is a JSON Schema.
    package init(
        name: String, description: String, parameters: JSONValue? = nil, behavior: Behavior? = nil
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.behavior = behavior
    }

    /// The declaration in the wire format.
    package var json: JSONValue {
        var object = JSONObject([
            ("name", .string(name)), ("description", .string(description)),
        ])
        object["parametersJsonSchema"] = parameters
        object["responseJsonSchema"] = response
        object["behavior"] = behavior.map { .string($0.rawValue) }
        return .object(object)
    }
}

/// A call that the model makes.
package struct FunctionCall: Sendable, Equatable {
    /// Identifies the call in the answer and in a cancellation; opaque.
    package var id: String
    package var name: String
    /// The arguments by name; an object.
    package var arguments: JSONValue

    /// A call as the model made it; `arguments` is an object.
    package init(id: String, name: String, arguments: JSONValue) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// The answer to one call.
package struct FunctionResponse: Sendable, Equatable {
    /// When the model speaks about the answer to a call that it did not wait for.
    package enum Scheduling: String, Sendable, CaseIterable {
        case silent = "SILENT"
        case whenIdle = "WHEN_IDLE"
        case interrupt = "INTERRUPT"
    }

    /// Empty for a call without one, which Vertex may make.
    package var id: String
    /// Must be the call's name: newer models treat an answer without it as a failure.
    package var name: String
    /// `output` holds the result, `error` a failure; otherwise the whole object is the result.
    package var response: JSONValue
    /// Only for a call that the model did not wait for.
    package var scheduling: Scheduling?
    /// Whether more answers to the same call follow; only where the model did not wait.
    package var willContinue = false
    /// Pictures and similar data that belong to the answer.
    package var parts: [Content.Part] = []

    /// An answer to the call of this id; `response` is an object.
    package init(
        id: String, name: String, response: JSONValue, scheduling: Scheduling? = nil
    ) {
        self.id = id
        self.name = name
        self.response = response
        self.scheduling = scheduling
    }

    /// The answer without the fields for a model that did not wait for it.
    package var plain: FunctionResponse {
        var plain = self
        plain.scheduling = nil
        plain.willContinue = false
        return plain
    }

    /// The answer in the wire format.
    package var json: JSONValue {
        var object = JSONObject([("name", .string(name)), ("response", response)])
        if !id.isEmpty { object["id"] = .string(id) }
        object["scheduling"] = scheduling.map { .string($0.rawValue) }
        if willContinue { object["willContinue"] = true }
        if !parts.isEmpty { object["parts"] = .array(parts.map(\.json)) }
        return .object(object)
    }
}
