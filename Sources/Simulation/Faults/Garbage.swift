/// Frames that the service should never send, and that a client must survive.
package enum Garbage: String, Sendable, CaseIterable {
    case empty
    case text
    case truncated
    case list
    case number
    case null
    case emptyObject = "empty_object"
    case unknownKeys = "unknown_keys"
    case unknownEnums = "unknown_enums"
    case wrongTypes = "wrong_types"
    case nulls
    case strings
    case badBase64 = "bad_base64"
    case oddSamples = "odd_samples"
    case otherRate = "other_rate"
    case otherMedia = "other_media"
    case badUTF8 = "bad_utf8"
    case deep
    case long
    case error
    case byteOrderMark = "byte_order_mark"
    case twoObjects = "two_objects"

    /// The deepest nesting that is sent; more than our parsers accept.
    private static let depth = 5000
    /// The longest frame that is sent (bytes).
    private static let longBytes = 2 << 20

    /// The payload of the frame.
    package var bytes: [UInt8] {
        switch self {
        case .badUTF8:
            Array(#"{"serverContent": {"outputTranscription": {"text": ""#.utf8) + [
                0xC3, 0x28, 0xFF,
            ]
                + Array(#""}}}"#.utf8)
        case .byteOrderMark: [0xEF, 0xBB, 0xBF] + Array("{}".utf8)
        case .deep:
            [UInt8](repeating: UInt8(ascii: "["), count: Self.depth)
                + [UInt8](repeating: UInt8(ascii: "]"), count: Self.depth)
        case .long:
            Array(#"{"novelty": ""#.utf8)
                + [UInt8](repeating: UInt8(ascii: "x"), count: Self.longBytes) + Array(#""}"#.utf8)
        default: Array(text.utf8)
        }
    }

    private var text: String {
        switch self {
        case .empty, .badUTF8, .byteOrderMark, .deep, .long: ""
        case .text: "Service Unavailable"
        case .truncated: #"{"serverContent": {"modelTurn": {"parts": [{"inlineDa"#
        case .list: #"[{"serverContent": {}}]"#
        case .number: "42"
        case .null: "null"
        case .emptyObject: "{}"
        case .unknownKeys:
            #"{"novelty": {"a": 1}, "serverContent": {"mood": "good", "modelTurn": {"parts": [{"hologram": {}}]}}}"#
        case .unknownEnums:
            #"{"serverContent": {"turnCompleteReason": "BORED", "interactionStatus": "PERHAPS"}, "voiceActivity": {"type": "HUMMING"}}"#
        case .wrongTypes:
            #"{"serverContent": 7, "toolCall": {"functionCalls": {"id": 1}}, "goAway": "soon", "sessionResumptionUpdate": [], "usageMetadata": "many", "toolCallCancellation": {"ids": 3}}"#
        case .nulls:
            #"{"serverContent": {"modelTurn": null, "interrupted": null}, "toolCall": null, "goAway": null, "sessionResumptionUpdate": null}"#
        case .strings:
            #"{"usageMetadata": {"promptTokenCount": "12", "totalTokenCount": "many"}}"#
        case .badBase64:
            #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": "%%%="}}]}}}"#
        case .oddSamples:
            #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": "AAAA"}}]}}}"#
        case .otherRate:
            #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm;rate=11025", "data": "AAA="}}]}}}"#
        case .otherMedia:
            #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, {"executableCode": {"language": "PYTHON", "code": "1"}}]}}}"#
        case .error: #"{"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}"#
        case .twoObjects: "{}\n{}"
        }
    }
}
