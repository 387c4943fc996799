package import ModelTypes
package import WireCodec

/// An action that the model may request.
///
/// The runner checks the arguments, enforces the rate limit, asks the user, and enforces the
/// deadline and the size of the result; a tool only does its work. It is called on the pool, never
/// on the event loop, and may block its caller but not others.
package protocol Tool: Sendable {
    /// What the model reads about it, and the limits of a call.
    var declaration: ToolDeclaration { get }

    /// The conditions of a call; the arguments have been checked against the schema.
    ///
    /// For tools with some calls that are more dangerous than others; by default all calls have the
    /// declaration's terms.
    func guarding(_ arguments: ToolArguments) -> CallGuard

    /// Carries out the call; the arguments have been checked against the declaration's schema.
    ///
    /// The result is for the model: report what was done and the present state, because a model
    /// repeats calls that return nothing. Throws `ToolFailure` with words for the model. When the
    /// task is cancelled it must undo what must not persist, and return soon.
    func call(_ arguments: ToolArguments) async throws -> JSONValue
}

extension Tool {
    /// The declaration's own terms.
    package func guarding(_ arguments: ToolArguments) -> CallGuard {
        CallGuard(
            subject: declaration.name, risk: declaration.terms.risk,
            confirmation: declaration.terms.confirmation,
            callsPerMinute: declaration.terms.callsPerMinute)
    }
}

/// What the model reads about a tool, and the limits of a call.
package struct ToolDeclaration: Sendable {
    package let name: String
    package let description: String
    /// The parameters as JSON Schema for the model.
    package let parameters: JSONValue
    /// The same schema for the check of arguments.
    package let schema: Schema
    /// The limits of a call, and how it is treated.
    package let terms: ToolTerms

    /// The limit of a name (live-protocol.md 2.4).
    package static let maximumNameLength = 128

    /// Checks the declaration, so that a fault is found at the start and not in a conversation.
    package init(
        name: String, description: String, parameters: JSONValue, terms: ToolTerms
    ) throws(ToolDeclarationError) {
        let schema: Schema
        do {
            schema = try Schema(parameters)
        } catch {
            throw .badSchema(name, error)
        }
        try self.init(
            name: name, description: description, parameters: parameters, schema: schema,
            terms: terms)
    }

    /// A declaration whose schema comes from a third party.
    package init(
        name: String, description: String, foreign: ForeignSchema, terms: ToolTerms
    ) throws(ToolDeclarationError) {
        try self.init(
            name: name, description: description, parameters: foreign.announced,
            schema: foreign.schema, terms: terms)
    }

    private init(
        name: String, description: String, parameters: JSONValue, schema: Schema, terms: ToolTerms
    ) throws(ToolDeclarationError) {
        guard Self.isValid(name: name) else { throw .badName(name) }
        guard !description.isEmpty else { throw .noDescription(name) }
        guard terms.deadline > .zero else { throw .badDeadline(name) }
        guard case .object = schema.kind else {
            throw .badSchema(
                name, SchemaError(path: "parameters", problem: "must be of type object"))
        }
        self.name = name
        self.description = description
        self.parameters = parameters
        self.schema = schema
        self.terms = terms
    }

    /// The declaration that the setup message sends to the model.
    package var announcement: FunctionDeclaration {
        FunctionDeclaration(
            name: name, description: description, parameters: hasParameters ? parameters : .none,
            behavior: terms.behavior)
    }

    /// Whether a call takes any arguments; the service does not accept an empty schema.
    private var hasParameters: Bool {
        if case .object(let members) = schema.kind { !members.properties.isEmpty } else { false }
    }

    private static func isValid(name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= maximumNameLength else {
            return false
        }
        func isLetter(_ byte: UInt8) -> Bool {
            (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        }
        func isOther(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || [0x2E, 0x3A, 0x2D].contains(byte)
        }
        return isLetter(first) && name.utf8.allSatisfy { isLetter($0) || isOther($0) }
    }
}

/// Why a tool cannot be offered.
package enum ToolDeclarationError: Error, Sendable, Equatable, CustomStringConvertible {
    case badName(String)
    case noDescription(String)
    case badDeadline(String)
    case badSchema(String, SchemaError)
    case badTemplate(String, String)
    case duplicate(String)
    case tooMany(Int)

    package var description: String {
        switch self {
        case .badName(let name):
            "the tool name \"\(name)\" must begin with a letter or _, go on with letters, digits, "
                + "_ . : or -, and have at most \(ToolDeclaration.maximumNameLength) characters"
        case .noDescription(let name):
            "the tool \"\(name)\" needs a description; the model chooses by it"
        case .badDeadline(let name):
            "the deadline of the tool \"\(name)\" must be greater than zero"
        case .badSchema(let name, let error):
            "the tool \"\(name)\": \(error)"
        case .badTemplate(let name, let problem):
            "the tool \"\(name)\": \(problem)"
        case .duplicate(let name):
            "two tools are named \"\(name)\""
        case .tooMany(let count):
            "\(count) tools are too many; at most \(ToolRegistry.maximumTools) can be declared"
        }
    }
}

/// A failure in words that the model can act on; they may be spoken to the user.
package struct ToolFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    /// A failure with its whole text.
    package init(_ description: String) {
        self.description = description
    }
}

/// The checked arguments of a call, by name.
package struct ToolArguments: Sendable, Equatable {
    /// All of them, in the order in which they came.
    package let values: JSONObject

    /// Arguments that fit the tool's schema.
    package init(_ values: JSONObject) {
        self.values = values
    }

    /// The argument as it came; nil when it is absent.
    package subscript(name: String) -> JSONValue? { values[name] }

    /// A text argument.
    package func string(_ name: String) -> String? {
        if case .string(let text)? = values[name] { text } else { nil }
    }

    /// A whole number, even if it came as 3.0.
    package func integer(_ name: String) -> Int64? {
        values[name].flatMap(SchemaCheck.integer)
    }
}
