internal import Configuration
internal import ModelTypes
internal import Tools
internal import WireCodec

/// A text with places, each with the way a value is escaped there.
struct WebTemplate: Sendable {
    /// A piece and its place.
    struct Part: Sendable, Equatable {
        let piece: TemplatePiece
        let escape: Escape
    }

    let parts: [Part]

    /// Checks that every argument may be in its place.
    init(_ parts: [Part], schema: Schema) throws(WebTemplateError) {
        for case .argument(let name) in parts.map(\.piece) {
            do {
                try schema.checkPlace(of: name)
            } catch {
                throw .place(error.description)
            }
        }
        self.parts = parts
    }

    /// A text whose places are all of one kind.
    init(_ pieces: [SecretText.Piece], _ escape: Escape, schema: Schema) throws(WebTemplateError) {
        try self.init(
            TemplatePiece.parse(pieces).map { Part(piece: $0, escape: escape) }, schema: schema)
    }

    /// The text of a call.
    func fill(_ arguments: ToolArguments, _ secrets: [String: Secret]) throws(ToolFailure) -> String
    {
        var filled = ""
        for part in parts {
            switch part.piece {
            case .text(let text): filled += text
            case .argument(let name): filled += try part.escape.write(name, arguments)
            case .secret(let name):
                guard let secret = secrets[name] else {
                    preconditionFailure("a secret of a template was not looked up")
                }
                filled += part.escape.write(secret)
            }
        }
        return filled
    }

    /// The names of the secrets in it.
    var secretNames: [String] {
        parts.compactMap { if case .secret(let name) = $0.piece { name } else { nil } }
    }

    /// Whether it has no places.
    var isPlain: Bool {
        parts.allSatisfy { if case .text = $0.piece { true } else { false } }
    }

    /// The text without its places.
    var plainText: String {
        parts.map { if case .text(let text) = $0.piece { text } else { "" } }.joined()
    }
}

/// Why a request cannot be made from the settings.
enum WebTemplateError: Error, Equatable, CustomStringConvertible {
    case place(String)
    case badURL
    case openHost
    case secretHost
    case badHost(String)
    case tooManyHosts(Int)
    case badHeader(String)
    case ownHeader(String)
    case openType
    case bodyWithout(String)
    case badJSON(String)
    case badPointer(String)

    var description: String {
        switch self {
        case .place(let text): text
        case .badURL:
            "the url must begin with http:// or https:// and a host, without user name, blanks and "
                + "#"
        case .openHost:
            "an argument is in the url's host, so hosts must name the allowed ones"
        case .secretHost: "a secret cannot be the url's host, since error texts name it"
        case .badHost(let text):
            "hosts holds \"\(text)\", which is not a host; write \"name\" or \"name:8443\""
        case .tooManyHosts(let limit): "hosts names more than \(limit)"
        case .badHeader(let name): "\"\(name)\" is not a header's name, or its value has line ends"
        case .ownHeader(let name): "the header \(name) is made by the program"
        case .openType: "the header Content-Type must not hold arguments or secrets"
        case .bodyWithout(let method): "a \(method) request has no body"
        case .badJSON(let reason): "the body is not JSON (\(reason)); see the header Content-Type"
        case .badPointer(let text):
            "the answer's place \"\(text)\" must be \"/a/0/b\" (RFC 6901) or \"a.0.b\""
        }
    }
}
