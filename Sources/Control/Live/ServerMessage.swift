package import ModelTypes
internal import WireCodec

/// One message of the service, read key by key.
///
/// A frame may hold several of its kinds at once, and unknown ones come every few weeks, so every
/// key stands alone: one of a wrong type becomes a notice, an unknown one is passed over.
package struct ServerMessage: Sendable {
    package var isSetupComplete = false
    package var isInterrupted = false
    /// Model audio: mono, 24 kHz.
    package var audio: [Int16] = []
    package var inputTranscript: String?
    package var outputTranscript: String?
    package var isGenerationComplete = false
    package var isTurnComplete = false
    package var turnCompleteReason: String?
    package var toolCalls: [FunctionCall] = []
    package var cancelledCalls: [String] = []
    /// Nanoseconds until the connection is closed.
    package var goAway: Int64?
    package var resumption: Resumption?
    package var usage: Usage?
    /// What could not be understood.
    package var notices: [String] = []

    /// The state of a session's handle.
    package struct Resumption: Sendable, Equatable {
        /// The newest handle; nil while the session cannot be resumed.
        package var handle: String?
    }

    /// A message without content.
    package init() {}

    /// Reads a frame; a frame that is no JSON object gives a notice only.
    package init(_ frame: [UInt8]) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: frame)
        } catch {
            notices.append("a message of the service is no JSON: \(error)")
            return
        }
        guard let object = json.object else {
            notices.append("a message of the service is \(json.kind) instead of an object")
            return
        }
        for (key, value) in object { read(key, value) }
        if let error = json["error"] {
            notices.append("the service reports an error: \(error.serialized.prefix(300))")
        }
        // The frame that tells of the interruption may carry audio of what was interrupted.
        if isInterrupted { audio = [] }
    }

    private mutating func read(_ key: String, _ value: JSONValue) {
        switch key {
        case "setupComplete": isSetupComplete = true
        case "serverContent": if isObject(value, key) { readContent(value) }
        case "toolCall": if isObject(value, key) { readCalls(value) }
        case "toolCallCancellation":
            guard let ids = value["ids"]?.array else { return note(key, "has no list of ids") }
            cancelledCalls = ids.compactMap(\.string)
        case "goAway": readGoAway(value)
        case "sessionResumptionUpdate": readResumption(value)
        case "usageMetadata": if isObject(value, key) { usage = Usage(json: value) }
        default: break
        }
    }

    private mutating func note(_ path: String, _ what: String) {
        notices.append("in a message of the service, \(path) \(what)")
    }

    private mutating func isObject(_ value: JSONValue, _ path: String) -> Bool {
        if value.object != nil { return true }
        note(path, "is \(value.kind) instead of an object")
        return false
    }

    /// A truth value; the wire was seen to write some as strings.
    private mutating func flag(_ value: JSONValue?, _ path: String) -> Bool {
        switch value {
        case nil, .null, .bool(false), .string("false"): return false
        case .bool(true), .string("true"): return true
        case .some(let other):
            note(path, "is \(other.kind) instead of a boolean")
            return false
        }
    }

    private mutating func readContent(_ content: JSONValue) {
        isInterrupted = flag(content["interrupted"], "interrupted")
        isGenerationComplete = flag(content["generationComplete"], "generationComplete")
        let status = content["interactionStatus"]?.string
        // With a status, the interaction goes on past turnComplete until it is idle (section 8.1).
        if let status, status != "INTERACTION_STATUS_UNSPECIFIED" {
            isTurnComplete = status == "IDLE" || status == "REQUIRES_ACTION"
        } else {
            isTurnComplete = flag(content["turnComplete"], "turnComplete")
        }
        turnCompleteReason = content["turnCompleteReason"]?.string
        inputTranscript = transcript(content["inputTranscription"], "inputTranscription")
        outputTranscript = transcript(content["outputTranscription"], "outputTranscription")
        guard let turn = content["modelTurn"] else { return }
        guard let parts = turn["parts"]?.array else {
            if turn["parts"] != nil { note("modelTurn.parts", "is no list") }
            return
        }
        for part in parts { readPart(part) }
    }

    private mutating func transcript(_ value: JSONValue?, _ path: String) -> String? {
        guard let value, isObject(value, path), let text = value["text"] else { return nil }
        guard let string = text.string else {
            note("\(path).text", "is \(text.kind) instead of a string")
            return nil
        }
        return string.isEmpty ? nil : string
    }

    private mutating func readPart(_ part: JSONValue) {
        // Texts are thoughts or doubles of the transcription; only audio is for the ear.
        guard let data = part["inlineData"] else { return }
        let type = data["mimeType"]?.string ?? "audio/pcm"
        guard let rate = AudioMessage.sampleRate(ofMIMEType: Array(type.utf8)[...]) else {
            return note("inlineData", "is of type '\(type)', which is not played")
        }
        guard rate == AudioMessage.defaultOutputRate else {
            return note("inlineData", "has \(rate) Hz instead of \(AudioMessage.defaultOutputRate)")
        }
        guard let text = data["data"]?.string else { return note("inlineData", "has no data") }
        if !Base64.decode(Array(text.utf8)[...], appendingTo: &audio) {
            note("inlineData.data", "is no base64 of whole samples")
        }
    }

    private mutating func readCalls(_ value: JSONValue) {
        guard let calls = value["functionCalls"]?.array else {
            return note("toolCall", "has no list of calls")
        }
        for call in calls {
            guard let name = call["name"]?.string, !name.isEmpty else {
                note("functionCalls", "has a call without a name")
                continue
            }
            let arguments = call["args"] ?? [:]
            if arguments.object == nil { note("args", "is \(arguments.kind) instead of an object") }
            toolCalls.append(
                FunctionCall(id: call["id"]?.string ?? "", name: name, arguments: arguments))
        }
    }

    private mutating func readGoAway(_ value: JSONValue) {
        guard let text = value["timeLeft"]?.string, text.hasSuffix("s"),
            let seconds = Double(text.dropLast()), (0...86_400).contains(seconds)
        else {
            note("goAway.timeLeft", "is no duration; taken as at once")
            goAway = 0
            return
        }
        goAway = Int64(seconds * 1e9)
    }

    private mutating func readResumption(_ value: JSONValue) {
        guard isObject(value, "sessionResumptionUpdate") else { return }
        let isResumable = flag(value["resumable"], "resumable")
        let handle = value["newHandle"]?.string ?? ""
        resumption = Resumption(handle: isResumable && !handle.isEmpty ? handle : nil)
    }
}

extension ServerMessage {
    /// Reads a frame of either sort: one with nothing but audio without a JSON tree.
    package static func read(_ frame: [UInt8]) -> ServerMessage {
        var message = ServerMessage()
        if let rate = AudioMessage.decode(frame, appendingTo: &message.audio),
            rate == AudioMessage.defaultOutputRate
        {
            return message
        }
        return ServerMessage(frame)
    }
}
