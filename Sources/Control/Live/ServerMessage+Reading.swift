internal import ModelTypes
internal import VoiceSession
internal import WireCodec

// Reads a frame into a message.

extension ServerMessage {
    /// Reads a standalone frame.
    package init(_ frame: [UInt8]) {
        var reply = ReplyAudio()
        self.init(frame, &reply)
    }

    /// Reads a frame; one that is not a JSON object gives only a notice.
    init(_ frame: [UInt8], _ reply: inout ReplyAudio) {
        self.init()
        let json: JSONValue
        var isWhole = true
        do {
            json = try JSONValue(parsing: frame)
        } catch {
            // One unreadable part must not cost the others.
            guard let rest = try? JSONValue(foreign: frame) else {
                notices.append("a message of the service is not JSON: \(error)")
                return
            }
            notices.append("a message of the service is only partly readable: \(error)")
            json = rest
            isWhole = false
        }
        guard let object = json.object else {
            notices.append("a message of the service is \(json.kind) instead of an object")
            return
        }
        let members = object.withoutNulls
        for (key, value) in members { read(key, value, &reply) }
        if members.contains(where: { $0.key != "error" && Self.keys.contains($0.key) }) {
            if let error { notices.append("the service reports an error: \(error.text)") }
            error = nil
        }
        // The missing part may matter to a call.
        if !isWhole { swap(&toolCalls, &unreadableCalls) }
        settleTurn()
        // The frame that reports the interruption may carry audio of what was interrupted.
        if isInterrupted {
            audio = []
            texts = []
            outputTranscript = nil
        }
        // The beginning of the next answer must not be joined to the rest of this one.
        guard isInterrupted || isGenerationComplete || isTurnComplete else { return }
        var held: [Int16] = []
        reply.end(to: &held)
        if !isInterrupted { audio += held }
    }

    /// What a message of the service may hold (live-protocol.md section 4).
    private static let keys: Set<String> = [
        "setupComplete", "serverContent", "toolCall", "toolCallCancellation", "goAway",
        "sessionResumptionUpdate", "usageMetadata", "voiceActivity", "interactionStatus",
        "voiceActivityDetectionSignal",
    ]

    private mutating func read(
        _ key: String, _ value: JSONValue, _ reply: inout ReplyAudio
    ) {
        switch key {
        case "setupComplete":
            guard isObject(value, key) else { return }
            isSetupComplete = true
            sessionID = value["sessionId"]?.string
            consentSignature = value["voiceConsentSignature"]?["signature"]?.string
        case "serverContent": if isObject(value, key) { readContent(value, &reply) }
        case "toolCall": if isObject(value, key) { readCalls(value) }
        case "toolCallCancellation":
            guard let ids = value["ids"]?.array else { return note(key, "has no list of ids") }
            cancelledCalls = ids.compactMap(\.string)
        case "goAway": readGoAway(value)
        case "sessionResumptionUpdate": readResumption(value)
        case "usageMetadata": if isObject(value, key) { usage = Usage(json: value) }
        // The reference has it in the content, the guide's samples beside it: both are read.
        case "interactionStatus": readStatus(value)
        case "voiceActivity": readActivity(value)
        case "voiceActivityDetectionSignal":
            let type = value["vadSignalType"]?.string ?? ""
            if type.hasSuffix("_SOS") { voiceActivity = VoiceActivity(isStart: true) }
            if type.hasSuffix("_EOS") { voiceActivity = VoiceActivity(isStart: false) }
        case "error": error = ServiceError(value)
        default: break
        }
    }

    // MARK: - Values that may be of a wrong kind

    private mutating func note(_ path: String, _ what: String) {
        notices.append("in a message of the service, \(path) \(what)")
    }

    private mutating func isObject(_ value: JSONValue, _ path: String) -> Bool {
        if value.object != nil { return true }
        note(path, "is \(value.kind) instead of an object")
        return false
    }

    /// A boolean; the wire was seen to write some as strings.
    private mutating func flag(_ value: JSONValue?, _ path: String) -> Bool {
        switch value {
        case nil, .null, .bool(false), .string("false"): return false
        case .bool(true), .string("true"): return true
        case .some(let other):
            note(path, "is \(other.kind) instead of a boolean")
            return false
        }
    }

    /// A duration such as "11.600s" (nanoseconds).
    private func duration(_ value: JSONValue?) -> Int64? {
        value.flatMap(WireDuration.init)?.nanoseconds
    }

    // MARK: - Content

    private mutating func readContent(_ content: JSONValue, _ reply: inout ReplyAudio) {
        isInterrupted = flag(content["interrupted"], "interrupted")
        isGenerationComplete = flag(content["generationComplete"], "generationComplete")
        isTurnComplete = flag(content["turnComplete"], "turnComplete")
        isWaitingForInput = flag(content["waitingForInput"], "waitingForInput")
        turnCompleteReason = content["turnCompleteReason"]?.string
        if let status = content["interactionStatus"] { readStatus(status) }
        if let state = content["speechState"]?.string {
            voiceActivity = VoiceActivity(isStart: state == "SPEECH")
        }
        inputTranscript = transcript(content["inputTranscription"], "inputTranscription")
        outputTranscript = transcript(content["outputTranscription"], "outputTranscription")
        interimInputTranscript = transcript(
            content["interimInputTranscription"], "interimInputTranscription")
        readGrounding(content["groundingMetadata"], content["urlContextMetadata"])
        guard let turn = content["modelTurn"] else { return }
        guard let parts = turn["parts"]?.array else {
            if turn["parts"] != nil { note("modelTurn.parts", "is not a list") }
            return
        }
        for part in parts { readPart(part, &reply) }
    }

    private mutating func readStatus(_ value: JSONValue) {
        switch value.string {
        case "IN_PROGRESS": interactionStatus = .inProgress
        case "IDLE", "REQUIRES_ACTION": interactionStatus = .idle
        case "WAITING_FOR_INPUT":
            interactionStatus = .idle
            isWaitingForInput = true
        default: break
        }
    }

    /// With a status, the interaction continues past turnComplete until it is idle (section 8.1).
    private mutating func settleTurn() {
        switch interactionStatus {
        case .inProgress: isTurnComplete = false
        case .idle: isTurnComplete = true
        case nil: break
        }
    }

    private mutating func transcript(_ value: JSONValue?, _ path: String) -> Transcript? {
        guard let value, isObject(value, path) else { return nil }
        let isFinished = flag(value["finished"], "\(path).finished")
        let text = value["text"] ?? ""
        guard let string = text.string else {
            note("\(path).text", "is \(text.kind) instead of a string")
            return nil
        }
        guard !string.isEmpty || isFinished else { return nil }
        let words = (value["words"]?.array ?? []).compactMap { word in
            word["word"]?.string.map {
                Transcript.Word(
                    text: $0, start: duration(word["startOffset"]), end: duration(word["endOffset"])
                )
            }
        }
        return Transcript(
            text: string, isFinished: isFinished, language: value["languageCode"]?.string,
            speaker: value["speakerLabel"]?.string, start: duration(value["startOffset"]),
            end: duration(value["endOffset"]), words: words)
    }

    private mutating func readGrounding(_ search: JSONValue?, _ reading: JSONValue?) {
        let pages = (reading?["urlMetadata"]?.array ?? []).compactMap { page in
            page["retrievedUrl"]?.string.map {
                Grounding.Page(url: $0, status: page["urlRetrievalStatus"]?.string ?? "")
            }
        }
        guard search?.object?.isEmpty == false || !pages.isEmpty else { return }
        let sources = (search?["groundingChunks"]?.array ?? []).compactMap { chunk in
            chunk["web"]?["uri"]?.string.map {
                Grounding.Source(uri: $0, title: chunk["web"]?["title"]?.string ?? "")
            }
        }
        let supports = (search?["groundingSupports"]?.array ?? []).map { support in
            Grounding.Support(
                text: support["segment"]?["text"]?.string ?? "",
                sources: (support["groundingChunkIndices"]?.array ?? []).compactMap {
                    $0.int.map(Int.init)
                })
        }
        var found = Grounding(
            queries: (search?["webSearchQueries"]?.array ?? []).compactMap(\.string),
            sources: sources)
        found.supports = supports
        found.searchEntryPoint = search?["searchEntryPoint"]?["renderedContent"]?.string
        found.pages = pages
        grounding = found
    }

    private mutating func readPart(_ part: JSONValue, _ reply: inout ReplyAudio) {
        // A thought is not for the user, neither as sound nor as text.
        if flag(part["thought"], "thought") {
            isThinking = true
            if let text = part["text"]?.string { thoughts.append(text) }
            return
        }
        if let text = part["text"]?.string { texts.append(text) }
        guard let data = part["inlineData"] else { return }
        let type = data["mimeType"]?.string ?? "audio/pcm"
        guard let format = AudioFormat(mimeType: Array(type.utf8)[...]) else {
            hasUnplayableAudio = true
            // All pieces of an answer have one type, which is reported once.
            guard reply.isNewTrouble(type) else { return }
            return note("inlineData", "is of type '\(type.prefix(80))', which cannot be played")
        }
        guard let text = data["data"]?.string else {
            hasUnplayableAudio = true
            return note("inlineData", "has no data")
        }
        guard let bytes = Base64.decode(Array(text.utf8)[...]) else {
            hasUnplayableAudio = true
            return note("inlineData.data", "is not base64")
        }
        reply.append(bytes, format, to: &audio)
    }

    // MARK: - Calls, the connection, the detection

    private mutating func readCalls(_ value: JSONValue) {
        guard let calls = value["functionCalls"]?.array else {
            return note("toolCall", "has no list of calls")
        }
        for call in calls where call != .null {
            guard let name = call["name"]?.string, !name.isEmpty else {
                note("functionCalls", "has a call without a name")
                continue
            }
            if flag(call["willContinue"], "willContinue") || call["partialArgs"] != nil {
                // Never requested, and half of a call is not a call.
                note("functionCalls", "has a partial call, '\(name)', which is not carried out")
                continue
            }
            let arguments = call["args"] ?? [:]
            if arguments.object == nil { note("args", "is \(arguments.kind) instead of an object") }
            toolCalls.append(
                FunctionCall(id: call["id"]?.string ?? "", name: name, arguments: arguments))
        }
    }

    private mutating func readGoAway(_ value: JSONValue) {
        goAway = GoAway(timeLeft: duration(value["timeLeft"]))
        if goAway?.timeLeft == nil {
            note("goAway.timeLeft", "is not a duration; the connection is replaced after this turn")
        }
    }

    private mutating func readResumption(_ value: JSONValue) {
        guard isObject(value, "sessionResumptionUpdate") else { return }
        let isResumable = flag(value["resumable"], "resumable")
        let handle = value["newHandle"]?.string ?? ""
        let index = value["lastConsumedClientMessageIndex"]
        resumption = Resumption(
            handle: isResumable && !handle.isEmpty ? handle : nil,
            consumedIndex: index?.int ?? index?.string.flatMap { Int64($0) })
    }

    private mutating func readActivity(_ value: JSONValue) {
        switch value["type"]?.string {
        case "ACTIVITY_START":
            voiceActivity = VoiceActivity(isStart: true, offset: duration(value["audioOffset"]))
        case "ACTIVITY_END":
            voiceActivity = VoiceActivity(isStart: false, offset: duration(value["audioOffset"]))
        default: break
        }
    }
}

extension JSONObject {
    /// The members without those that are null, at any depth: in JSON null also means "absent", and
    /// relays that write out whole objects use it for every absent member.
    ///
    /// The arguments of calls are left as they are, because they belong to the tools.
    fileprivate var withoutNulls: JSONObject {
        JSONObject(
            compactMap { key, value in
                key == "args" ? (key, value) : value.withoutNulls.map { (key, $0) }
            })
    }
}

extension JSONValue {
    fileprivate var withoutNulls: JSONValue? {
        switch self {
        case .null: nil
        case .object(let members): .object(members.withoutNulls)
        // Positions in a list matter.
        case .array(let elements): .array(elements.map { $0.withoutNulls ?? .null })
        case .bool, .int, .double, .string: self
        }
    }
}
