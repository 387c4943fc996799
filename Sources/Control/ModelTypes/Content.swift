package import WireCodec

/// One speaker's contribution to a conversation.
package struct Content: Sendable, Equatable {
    /// Who speaks.
    package enum Role: String, Sendable {
        case user, model
    }

    /// A piece of a contribution.
    package enum Part: Sendable, Equatable {
        /// A paragraph.
        case text(String)
        /// Bytes of a MIME type.
        case inlineData(mimeType: String, data: [UInt8])
        /// A file that was uploaded before.
        case fileData(mimeType: String, uri: String)
    }

    package var role: Role
    package var parts: [Part]

    /// One speaker's parts, in order.
    package init(role: Role, parts: [Part]) {
        self.role = role
        self.parts = parts
    }

    /// One speaker's words, a paragraph each.
    package init(role: Role, text: String...) {
        self.init(role: role, parts: text.map { .text($0) })
    }

    /// The content in the wire format.
    package var json: JSONValue {
        ["role": .string(role.rawValue), "parts": .array(parts.map(\.json))]
    }
}

extension Content.Part {
    /// The part in the wire format; bytes in the standard alphabet of base64.
    package var json: JSONValue {
        switch self {
        case .text(let text):
            return ["text": .string(text)]
        case .inlineData(let type, let data):
            var text: [UInt8] = []
            Base64.append(data, to: &text)
            return [
                "inlineData": [
                    "mimeType": .string(type),
                    "data": .string(String(decoding: text, as: UTF8.self)),
                ]
            ]
        case .fileData(let type, let uri):
            return ["fileData": ["mimeType": .string(type), "fileUri": .string(uri)]]
        }
    }
}
