internal import Mosquitto
internal import Tools
internal import WireCodec

/// A topic or a payload with places for arguments.
struct MessageTemplate: Sendable {
    /// How a value is escaped in its place.
    private enum Place: Sendable {
        /// Part of a topic: it cannot become several levels or a wildcard.
        case topic
        /// Part of a text.
        case text
        /// Within a text of JSON.
        case jsonText
        /// As a value of JSON.
        case jsonValue
    }

    /// Stands for the call's own id, which is not an argument.
    static let callID = "call_id"

    private let parts: [(piece: TemplatePiece, place: Place)]

    /// A topic to publish under, or with wildcards to listen to.
    init(topic text: String, isFilter: Bool, schema: Schema) throws(MessageTemplateError) {
        let parts = TemplatePiece.parse(text).map { ($0, Place.topic) }
        try self.init(parts, schema)
        let sample = Self.sample(of: parts)
        let problem =
            isFilter ? MQTTTopic.problem(inFilter: sample) : MQTTTopic.problem(inName: sample)
        if let problem { throw .badTopic(text, problem) }
    }

    /// A payload; a JSON payload must be JSON whatever is in its places.
    init(
        payload text: String, format: MQTTToolSettings.Format, schema: Schema
    ) throws(MessageTemplateError) {
        let pieces = TemplatePiece.parse(text)
        guard Self.isJSON(pieces, format) else {
            try self.init(pieces.map { ($0, .text) }, schema)
            return
        }
        let parts = zip(pieces, pieces.areInJSONTexts).map { piece, isInText in
            (piece, isInText ? Place.jsonText : .jsonValue)
        }
        try self.init(parts, schema)
        do {
            _ = try JSONValue(parsing: Self.sample(of: parts))
        } catch {
            throw .badJSON("\(error)")
        }
    }

    private init(
        _ parts: [(TemplatePiece, Place)], _ schema: Schema
    ) throws(MessageTemplateError) {
        for case .argument(let name) in parts.map(\.0) where name != Self.callID {
            do {
                try schema.checkPlace(of: name)
            } catch {
                throw .place(error.description)
            }
        }
        self.parts = parts
    }

    /// A payload that begins like JSON is meant to be JSON.
    private static func isJSON(
        _ pieces: [TemplatePiece], _ format: MQTTToolSettings.Format
    ) -> Bool {
        switch format {
        case .json: return true
        case .text: return false
        case .auto:
            guard case .text(let start)? = pieces.first else { return false }
            let first = start.first { $0 != " " && !$0.isNewline }
            return first == "{" || first == "["
        }
    }

    /// The text with something harmless in every place.
    private static func sample(of parts: [(TemplatePiece, Place)]) -> String {
        parts.map { piece, place in
            if case .text(let text) = piece { return text }
            return place == .jsonValue ? "0" : "x"
        }.joined()
    }

    /// Whether it contains the call's id.
    var holdsCallID: Bool { parts.contains { $0.piece == .argument(Self.callID) } }

    /// The text of a call.
    func fill(_ arguments: ToolArguments, callID: String) throws(ToolFailure) -> String {
        var filled = ""
        for (piece, place) in parts {
            switch piece {
            case .text(let text): filled += text
            case .argument(Self.callID):
                filled += place == .jsonValue ? JSONValue.string(callID).serialized : callID
            case .argument(let name):
                switch place {
                case .topic: filled += try Self.level(name, arguments)
                case .text: filled += arguments.text(name)
                case .jsonText: filled += arguments.jsonText(name)
                case .jsonValue: filled += arguments.jsonValue(name)
                }
            case .secret: preconditionFailure("a template of a message has no secrets")
            }
        }
        return filled
    }

    private static func level(
        _ name: String, _ arguments: ToolArguments
    ) throws(ToolFailure) -> String {
        let text = arguments.text(name)
        let isPlain = text.unicodeScalars.allSatisfy {
            $0 >= " " && $0 != "\u{7F}" && !"+#/$".unicodeScalars.contains($0)
        }
        guard isPlain, !text.isEmpty else {
            throw ToolFailure(
                "nothing was done: \(name) stands in a topic, so it must not be empty nor hold "
                    + "+ # / $ or control characters")
        }
        return text
    }
}

/// Why a message cannot be made from the settings.
enum MessageTemplateError: Error, Equatable, CustomStringConvertible {
    case place(String)
    case badTopic(String, String)
    case badJSON(String)
    case badPlace(String)
    case reserved
    case answerWithout(String)
    case idWithout

    var description: String {
        switch self {
        case .place(let text): text
        case .badTopic(let topic, let problem): "the topic \"\(topic)\" \(problem)"
        case .badJSON(let reason):
            "the payload is not JSON (\(reason)); with format = \"text\" it need not be"
        case .badPlace(let text):
            "the answer's place \"\(text)\" must be \"/a/0/b\" (RFC 6901) or \"a.0.b\""
        case .reserved:
            "no parameter may be called \(MessageTemplate.callID), which stands for the call's "
                + "own number"
        case .answerWithout(let key): "\(key) has no effect without answer_topic"
        case .idWithout:
            "answer_id needs {\(MessageTemplate.callID)} in the payload or the topic, to find it "
                + "again in the answer"
        }
    }
}
