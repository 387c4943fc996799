package import Tools
package import WireCodec

/// What a server's machine wants done, in order.
package enum ServerAction: Sendable, Equatable {
    /// Start the program, or get ready to send; `opened` must follow.
    case open
    /// End it; `lost` must follow when it has ended completely.
    case close
    /// Send a message; `id` is set if it is a request of ours.
    case send(JSONValue, id: Int64?)
    /// The protocol's version is this from now on.
    case agreed(version: String)
    /// A call has ended.
    case finish(call: Int, CallOutcome)
    /// These are the server's tools now.
    case offer([OfferedTool])
    /// The server could not be started, for this reason; it may be tried again.
    case failed(String)
    /// Nothing runs any more, as requested.
    case stopped
    /// For the log.
    case log(ToolLogLevel, String)
}

/// How a call ended.
package enum CallOutcome: Sendable, Equatable {
    /// The `result` of tools/call, whatever it says.
    case result(JSONValue)
    /// Why there is none, in words for the model.
    case failed(String)
}

/// A tool as its server describes it.
package struct OfferedTool: Sendable, Equatable {
    /// The server's own name.
    package var name: String
    package var description: String
    package var inputSchema: JSONValue

    /// A tool of a server.
    package init(name: String, description: String, inputSchema: JSONValue) {
        self.name = name
        self.description = description
        self.inputSchema = inputSchema
    }

    /// One entry of tools/list; nil without a name.
    init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, !name.isEmpty else { return nil }
        self.name = name
        let title = json["title"]?.string ?? json["annotations"]?["title"]?.string ?? ""
        let words = json["description"]?.string ?? ""
        description = words.isEmpty ? title : words
        inputSchema = json["inputSchema"] ?? [:]
    }
}

/// What a transport reports.
package enum TransportEvent: Sendable {
    /// Messages can be sent.
    case opened
    /// A JSON text came that may be a message.
    case message(JSONValue)
    /// Something came that is not JSON; its beginning.
    case noise(String)
    /// The server wrote something for people.
    case words(String)
    /// A message of ours did not arrive, or its answer will not come; `id` is set if it was a
    /// request.
    case undelivered(id: Int64?, reason: String, fate: Fate)
    /// It has ended completely.
    case lost(String)

    /// What became of a message without an answer.
    package enum Fate: Sendable, Equatable {
        /// It never left, or was refused: nothing was done.
        case refused
        /// The server has not executed it and wants a new session.
        case sessionGone
        /// It may have been executed.
        case unknown
    }
}
