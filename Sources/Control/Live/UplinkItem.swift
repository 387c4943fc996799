package import ModelTypes
internal import VoiceSession
internal import WireCodec

/// One thing said to the service, in the order it was said (live-protocol.md section 3).
package enum UplinkItem: Sendable, Equatable {
    /// The user begins to speak; only with manual detection.
    case activityStart
    /// Mono samples at the session's input rate.
    case audio([Int16])
    /// The user has spoken; only with manual detection.
    case activityEnd
    /// The microphone pauses; only with automatic detection.
    case audioStreamEnd
    /// A single picture; one a second is used at most.
    case video(mimeType: String, data: [UInt8])
    /// Words typed or made up by the program.
    case text(String)
    /// Turns for the history; with `isComplete` the model answers them.
    ///
    /// Cuts whatever the model is saying, and must not be mixed into a turn of sound.
    case content([Content], isComplete: Bool)
    /// Answers to calls.
    case toolResponses([FunctionResponse])
    /// Another instruction or other tools from now on; nil leaves what there is.
    case contextUpdate(instruction: String?, tools: [FunctionDeclaration]?)

    /// Appends the message as the wire has it.
    package func append(to message: inout [UInt8]) {
        switch self {
        case .activityStart:
            message.append(contentsOf: #"{"realtimeInput":{"activityStart":{}}}"#.utf8)
        case .audio(let samples):
            AudioMessage.append(
                samples[...], sampleRate: SessionRates.live.input, to: &message)
        case .activityEnd:
            message.append(contentsOf: #"{"realtimeInput":{"activityEnd":{}}}"#.utf8)
        case .audioStreamEnd:
            message.append(contentsOf: #"{"realtimeInput":{"audioStreamEnd":true}}"#.utf8)
        case .video, .text, .content, .toolResponses, .contextUpdate:
            json.append(to: &message)
        }
    }

    /// The rarer messages, for which a tree is good enough.
    private var json: JSONValue {
        switch self {
        case .video(let type, let data):
            let picture = Content.Part.inlineData(mimeType: type, data: data).json
            return ["realtimeInput": ["video": picture["inlineData"] ?? [:]]]
        case .text(let text):
            return ["realtimeInput": ["text": .string(text)]]
        case .content(let turns, let isComplete):
            var content: JSONObject = [:]
            if !turns.isEmpty { content["turns"] = .array(turns.map(\.json)) }
            content["turnComplete"] = .bool(isComplete)
            return ["clientContent": .object(content)]
        case .toolResponses(let responses):
            return ["toolResponse": ["functionResponses": .array(responses.map(\.json))]]
        case .contextUpdate(let instruction, let tools):
            var update: JSONObject = [:]
            update["systemInstruction"] = instruction.map { Content(role: .user, text: $0).json }
            // The wrapper tells "no tools any more" from "not said".
            update["tools"] = tools.map { tools in
                let group: JSONValue = ["functionDeclarations": .array(tools.map(\.json))]
                return ["tools": tools.isEmpty ? [] : [group]]
            }
            return ["contextUpdate": .object(update)]
        case .activityStart, .audio, .activityEnd, .audioStreamEnd:
            return [:]
        }
    }

    /// Whether the model may answer it.
    var endsWords: Bool {
        switch self {
        case .activityEnd, .audioStreamEnd, .text: true
        case .content(_, let isComplete): isComplete
        case .activityStart, .audio, .video, .toolResponses, .contextUpdate: false
        }
    }

    /// Whether the user's words are open behind it; nil: it changes nothing about that.
    var opensWords: Bool? {
        switch self {
        case .activityStart, .audio: true
        case .activityEnd, .audioStreamEnd: false
        case .video, .text, .content, .toolResponses, .contextUpdate: nil
        }
    }

    var isAudio: Bool { if case .audio = self { true } else { false } }
}

/// What may be said when, so that nothing leaves that the service would close for.
struct UplinkRules {
    let isManual: Bool
    let isVertex: Bool
    /// A turn of sound that is begun and not ended.
    private(set) var isTurnOpen = false
    /// An activity is begun of which there is no sound yet.
    private var isStartDue = false
    /// A turn of sound was ended, and nothing of its answer has come.
    private var isSoundUnanswered = false
    /// The turn whose rest is being said was forgotten.
    private var isForgotten = false

    init(isManual: Bool, isVertex: Bool) {
        self.isManual = isManual
        self.isVertex = isVertex
    }

    /// Whether an item belongs to words whose beginning was forgotten, so that it goes with them.
    mutating func isRest(_ item: UplinkItem) -> Bool {
        guard isForgotten else { return false }
        switch item {
        case .audio: return true
        case .activityEnd, .audioStreamEnd:
            isForgotten = false
            return true
        case .activityStart:
            isForgotten = false
            return false
        case .video, .text, .content, .toolResponses, .contextUpdate: return false
        }
    }

    /// Why an item cannot be said now; nil, and taken note of, when it can.
    mutating func refusal(of item: UplinkItem) -> String? {
        switch item {
        case .activityStart:
            if !isManual { return "activity marks need manual detection" }
            // A second start within an activity is ignored by the service (section 3.4).
            isStartDue = isStartDue || !isTurnOpen
            isTurnOpen = true
        case .activityEnd:
            if !isManual { return "activity marks need manual detection" }
            if !isTurnOpen { return "an activity was ended that was not begun" }
            isTurnOpen = false
            if isStartDue {
                isStartDue = false
                return "an activity without sound"
            }
            isSoundUnanswered = true
        case .audio(let samples):
            if isManual, !isTurnOpen { return "sound outside of an activity is not heard" }
            if samples.isEmpty { return "there is no sound in this" }
            isTurnOpen = true
        case .audioStreamEnd:
            if isManual { return "audioStreamEnd needs automatic detection" }
            isSoundUnanswered = isSoundUnanswered || isTurnOpen
            isTurnOpen = false
        case .content:
            if isTurnOpen { return "client content must not be mixed into a turn of sound" }
            if isSoundUnanswered {
                return "client content must not follow sound that is not answered; send text"
            }
        case .video(let type, let data):
            if !type.hasPrefix("image/") { return "'\(type)' is no type of a picture" }
            if data.isEmpty { return "there is no picture in this" }
        case .toolResponses(let responses):
            if !isVertex, responses.contains(where: \.id.isEmpty) {
                return "an answer to a call needs the call's id"
            }
            if responses.contains(where: { $0.response.object == nil }) {
                return "an answer to a call must be an object"
            }
        case .contextUpdate(let instruction, let tools):
            if instruction == nil, tools == nil { return "there is nothing in this update" }
        case .text:
            break
        }
        return nil
    }

    /// Whether an activity's start is to be sent before its first sound, which comes now.
    mutating func takeStart() -> Bool {
        defer { isStartDue = false }
        return isStartDue
    }

    /// Something of the answer has come, or its turn is over.
    mutating func answerCame() { isSoundUnanswered = false }

    /// What was begun is forgotten.
    ///
    /// With `dropsRest` the turn that is open is still being said, and its rest goes with it.
    mutating func reset(dropsRest: Bool) {
        isForgotten = dropsRest && isTurnOpen
        isTurnOpen = false
        isStartDue = false
        isSoundUnanswered = false
    }
}
