internal import WebSockets
internal import WireCodec

/// The errors that the service returns over HTTP, in its own JSON.
enum ServiceError {
    /// There is no such method.
    static func notFound(_ path: String) -> WebSocketListener.PlainAnswer {
        answer(
            404, "Not Found", status: "NOT_FOUND",
            "There is nothing at \(path): this is a simulated service, which has the Live "
                + "session (BidiGenerateContent) and no other method.")
    }

    /// The limit of connections is reached.
    static let overloaded = answer(
        503, "Service Unavailable", status: "UNAVAILABLE",
        "The model is overloaded. Please try again later.")

    private static func answer(
        _ code: Int64, _ phrase: String, status: String, _ message: String
    ) -> WebSocketListener.PlainAnswer {
        let error: JSONValue = [
            "error": [
                "code": .int(code), "message": .string(message), "status": .string(status),
            ]
        ]
        return .init(status: Int(code), phrase: phrase, body: error.serialized + "\n")
    }
}
