internal import Configuration
internal import ModelTypes
internal import Tools
internal import WireCodec

// Chooses the escaping that a place in a request needs, by the text around it.

extension WebTemplate {
    /// An address: its host, path and query.
    init(url pieces: [SecretText.Piece], schema: Schema) throws(WebTemplateError) {
        let pieces = TemplatePiece.parse(pieces)
        guard case .text(let start)? = pieces.first, let mark = start.firstRange(of: "://"),
            ["http", "https"].contains(start[..<mark.lowerBound].lowercased())
        else { throw .badURL }
        var parts: [Part] = []
        var place = Escape.host
        for (index, piece) in pieces.enumerated() {
            if place == .host, case .secret = piece { throw .secretHost }
            parts.append(Part(piece: piece, escape: place))
            guard case .text(let text) = piece else { continue }
            let rest = index == 0 ? text[mark.upperBound...] : text[...]
            guard !rest.contains("#") else { throw .badURL }
            if place == .host, rest.contains("/") { place = .path }
            if rest.contains("?") { place = .query }
        }
        try self.init(parts, schema: schema)
    }

    /// Whether an argument is in the host of an address.
    var hasOpenHost: Bool {
        parts.contains { part in
            if case .argument = part.piece { part.escape == .host } else { false }
        }
    }

    /// A body of a content type; a JSON body must be JSON whatever is in its places.
    init(body pieces: [SecretText.Piece], type: String, schema: Schema) throws(WebTemplateError) {
        let type = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        if type == "application/json" || type.hasSuffix("+json") {
            try self.init(Self.json(TemplatePiece.parse(pieces)), schema: schema)
            do {
                _ = try JSONValue(parsing: sample)
            } catch {
                throw .badJSON(error.description)
            }
        } else if type == "application/x-www-form-urlencoded" {
            try self.init(pieces, .query, schema: schema)
        } else if type.hasSuffix("/xml") || type.hasSuffix("+xml") || type == "text/html" {
            try self.init(pieces, .markup, schema: schema)
        } else {
            try self.init(pieces, .plain, schema: schema)
        }
    }

    /// Places between quotes are parts of a string, others are values.
    private static func json(_ pieces: [TemplatePiece]) -> [Part] {
        zip(pieces, pieces.areInJSONTexts).map { piece, isQuoted in
            Part(piece: piece, escape: isQuoted ? .jsonText : .jsonValue)
        }
    }

    /// The body with something in every place.
    ///
    /// A backslash before a place would swallow the first character of a value; before an x it is
    /// not a JSON escape, so it is found.
    private var sample: String {
        parts.map { part in
            if case .text(let text) = part.piece { return text }
            return part.escape == .jsonText ? "x" : "0"
        }.joined()
    }
}
