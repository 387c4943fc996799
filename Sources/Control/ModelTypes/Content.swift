/// One speaker's contribution to a conversation, as text.
package struct Content: Sendable, Equatable {
    /// Who speaks.
    package enum Role: String, Sendable {
        case user, model
    }

    package var role: Role
    /// Each part is a paragraph.
    package var parts: [String]

    /// One speaker's words, a paragraph a part.
    package init(role: Role, parts: [String]) {
        self.role = role
        self.parts = parts
    }

    /// The content as the wire has it.
    package var json: JSONValue {
        ["role": .string(role.rawValue), "parts": .array(parts.map { ["text": .string($0)] })]
    }
}
