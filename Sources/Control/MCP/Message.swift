internal import Text
internal import WireCodec

/// A JSON-RPC 2.0 message as MCP uses it.
enum Message: Equatable {
    case request(id: JSONValue, method: String)
    case notification(method: String, params: JSONValue)
    /// The id is nil if it cannot be one of ours.
    case response(id: Int64?, Answer)

    enum Answer: Equatable {
        case result(JSONValue)
        /// The server's own words.
        case error(code: Int64, text: String)
    }

    /// The code for a method that is not known.
    static let methodNotFound: Int64 = -32601
    /// Words of a server are cut (characters).
    private static let wordsLimit = 500

    /// Reads a message; nil if the JSON is not one.
    init?(_ json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        switch (members["method"], members["id"]) {
        case (.string(let method)?, let id?) where id != .null:
            self = .request(id: id, method: method)
        case (.string(let method)?, _):
            self = .notification(method: method, params: members["params"] ?? .null)
        case (nil, let id?):
            if let error = members["error"] {
                let text = error["message"]?.string ?? ""
                self = .response(
                    id: id.int,
                    .error(
                        code: error["code"]?.int ?? 0, text: text.oneLine(limit: Self.wordsLimit)))
            } else if let result = members["result"] {
                self = .response(id: id.int, .result(result))
            } else {
                return nil
            }
        default: return nil
        }
    }

    static func request(_ id: Int64, _ method: String, _ params: JSONValue?) -> JSONValue {
        var json: JSONObject = ["jsonrpc": "2.0", "id": .int(id), "method": .string(method)]
        json["params"] = params
        return .object(json)
    }

    static func notification(_ method: String, _ params: JSONValue? = nil) -> JSONValue {
        var json: JSONObject = ["jsonrpc": "2.0", "method": .string(method)]
        json["params"] = params
        return .object(json)
    }

    static func result(_ id: JSONValue, _ result: JSONValue) -> JSONValue {
        ["jsonrpc": "2.0", "id": id, "result": result]
    }

    static func refusal(_ id: JSONValue, _ method: String) -> JSONValue {
        [
            "jsonrpc": "2.0", "id": id,
            "error": [
                "code": .int(methodNotFound),
                "message": .string("\(method.prefix(100)) is not supported"),
            ],
        ]
    }
}
