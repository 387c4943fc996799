package import ModelTypes
internal import Synchronization

/// What a simulated session wants done.
enum ServerAction: Sendable {
    case send(JSONValue)
    case close(code: UInt16, reason: String)
    case tell(ServerEvent)
}

/// What happened in a simulated session, for tests and for the demonstration.
package enum ServerEvent: Sendable {
    /// A setup was accepted; the whole message.
    case setUp(JSONValue, resumed: Bool)
    /// The user's words began and ended; all samples between.
    case wordsBegan
    case wordsEnded([Int16])
    case called(name: String, id: String)
    /// The client answered a call.
    case answered(JSONValue)
    /// Generation was cut.
    case interrupted
    case turnCompleted
    /// The client broke a rule and was closed.
    case refused(code: UInt16, reason: String)
}

/// One session of the simulated service: messages and time in, messages and closes out.
///
/// It checks strictly what the client sends and closes as the service does
/// (live-protocol.md sections 1.6 and 3.4).
struct ServerSession {
    /// More turns do not wait.
    private static let waitingLimit = 16
    /// Silence before speech is kept for so long (samples: two minutes).
    private static let silenceLimit = 120 * 16_000

    private enum Phase { case awaitingSetup, live, closed }

    private let scenario: Scenario
    private let key: String?
    private let handles: HandleStore
    private var phase = Phase.awaitingSetup
    private var isManual = false
    private var functions: Set<String> = []
    private var gate: SpeechGate?
    private var activity: [Int16]?
    private var turnIndex = 0
    private var generation: Generation?
    private var pendingCall: (id: String, turn: Scenario.Turn)?
    private var callCount = 0
    private var transcribesInput = false
    private var transcribesOutput = false
    private var meter = TokenMeter()
    private var interrupts = true
    /// Turns of the user that wait for the end of the answer, when they must not interrupt it.
    private var waiting = 0
    private var model = ""
    private var load: LoadEcho?
    private var actions: [ServerAction] = []

    init(scenario: Scenario, key: String?, handles: HandleStore) {
        self.scenario = scenario
        self.key = key
        self.handles = handles
        load = LoadEcho(scenario)
        if scenario.goesOnAcrossSessions { turnIndex = handles.nextTurn.load(ordering: .relaxed) }
    }

    /// When `deadlineReached` is to be called.
    var deadline: Int64? { generation?.nextAt }

    private mutating func take() -> [ServerAction] {
        defer { actions = [] }
        return actions
    }

    private mutating func refuse(_ code: UInt16, _ reason: String) {
        phase = .closed
        generation = nil
        actions.append(.tell(.refused(code: code, reason: reason)))
        actions.append(.close(code: code, reason: reason))
    }

    // MARK: - Messages

    /// Microphone samples that came in a message of the usual shape.
    mutating func audio(_ samples: [Int16], at now: Int64) -> [ServerAction] {
        guard phase == .live else {
            if phase == .awaitingSetup { refuse(1007, SetupRules.invalidArgument) }
            return take()
        }
        takeAudio(samples, at: now)
        return take()
    }

    /// Any message.
    mutating func message(_ bytes: [UInt8], at now: Int64) -> [ServerAction] {
        guard phase != .closed else { return [] }
        do {
            let json = try JSONValue(parsing: bytes)
            if let fault = WireShape.clientMessage.fault(in: json, at: "") {
                refuse(1007, fault)
            } else {
                take(WireShape.normalized(json), at: now)
            }
        } catch {
            refuse(1007, "Invalid JSON payload received. \(error)")
        }
        return take()
    }

    private mutating func take(_ json: JSONValue, at now: Int64) {
        guard let object = json.object, object.members.count == 1, let member = object.members.first
        else { return refuse(1007, SetupRules.invalidArgument) }
        switch (member.key, phase) {
        case ("setup", .awaitingSetup): takeSetup(member.value, json, at: now)
        case (_, .awaitingSetup), ("setup", _):
            refuse(1007, SetupRules.invalidArgument)
        case ("realtimeInput", _): takeInput(member.value, at: now)
        case ("toolResponse", _): takeResponses(member.value, at: now)
        case ("clientContent", _): takeContent(member.value, at: now)
        default: break
        }
    }

    private mutating func takeSetup(_ setup: JSONValue, _ whole: JSONValue, at now: Int64) {
        guard let key else {
            return refuse(
                1008,
                "Method doesn't allow unregistered callers (callers without established "
                    + "identity). Please use API Key or other form of API consumer identity.")
        }
        guard key == scenario.key else {
            return refuse(1007, "API key not valid. Please pass a valid API key.")
        }
        model = setup["model"]?.string ?? ""
        guard scenario.models.contains(where: { "models/\($0)" == model }) else {
            return refuse(
                1008,
                "\(model) is not found for API version v1beta, or is not supported for "
                    + "bidiGenerateContent.")
        }
        if let fault = SetupRules.fault(in: setup) { return refuse(1007, fault) }
        let handle = setup["sessionResumption"]?["handle"]?.string
        if let handle {
            switch handles.lookUp(handle, model: model, at: now) {
            case .turn(let turn): turnIndex = turn
            case .unknown: return refuse(1008, "BidiGenerateContent session not found")
            case .expired: return refuse(1008, "BidiGenerateContent session expired")
            case .otherModel: return refuse(1007, SetupRules.invalidArgument)
            }
        }
        let handling = setup["realtimeInputConfig"]?["activityHandling"]?.string
        interrupts = handling != "NO_INTERRUPTION"
        let detection = setup["realtimeInputConfig"]?["automaticActivityDetection"]
        isManual = detection?["disabled"]?.bool ?? false
        if !isManual {
            gate = SpeechGate(
                prefixMilliseconds: Int(detection?["prefixPaddingMs"]?.int ?? 20),
                silenceMilliseconds: Int(detection?["silenceDurationMs"]?.int ?? 800))
        }
        functions = Set(
            (setup["tools"]?.array ?? []).flatMap { $0["functionDeclarations"]?.array ?? [] }
                .compactMap { $0["name"]?.string })
        transcribesInput = setup["inputAudioTranscription"] != nil
        transcribesOutput = setup["outputAudioTranscription"] != nil
        phase = .live
        actions.append(.send(["setupComplete": [:]]))
        actions.append(.tell(.setUp(whole, resumed: handle != nil)))
    }

    private mutating func takeInput(_ input: JSONValue, at now: Int64) {
        guard let object = input.object, object.members.count == 1,
            let member = object.members.first
        else { return refuse(1007, SetupRules.invalidArgument) }
        switch member.key {
        case "audio":
            guard let type = member.value["mimeType"]?.string, AudioInput.isPCM(type),
                let data = member.value["data"]?.string, let samples = AudioInput.samples(of: data)
            else { return refuse(1007, SetupRules.invalidArgument) }
            takeAudio(samples, at: now)
        case "activityStart", "activityEnd":
            guard isManual else {
                return refuse(
                    1007,
                    "Explicit activity control is not supported when automatic activity "
                        + "detection is enabled.")
            }
            if member.key == "activityStart" {
                beginActivity(at: now)
            } else {
                endActivity(at: now)
            }
        case "audioStreamEnd":
            guard !isManual else { return refuse(1007, SetupRules.invalidArgument) }
            if gate?.flush() != nil { wordsEnded(at: now) }
            if load != nil { completeTurn(at: now) }
        case "text":
            interrupt(at: now)
            answer(at: now)
        default: break
        }
    }

    private mutating func takeContent(_ content: JSONValue, at now: Int64) {
        interrupt(at: now)
        if content["turnComplete"]?.bool ?? false { answer(at: now) }
    }

    // MARK: - The user's words

    private mutating func takeAudio(_ samples: [Int16], at now: Int64) {
        meter.heard(samples.count)
        if load != nil {
            // In place: it holds the sound that is sent.
            let (messages, said) = load?.take(samples.count) ?? ([], 0)
            meter.said(said)
            actions += messages.map { .send($0) }
            return
        }
        if isManual {
            // The service ignores it; a client that does it has lost its order.
            guard activity != nil else {
                return refuse(1007, SetupRules.invalidArgument)
            }
            activity?.append(contentsOf: samples)
            return
        }
        if activity == nil { activity = [] }
        activity?.append(contentsOf: samples)
        for event in gate?.take(samples) ?? [] {
            switch event {
            case .began:
                actions.append(.tell(.wordsBegan))
                if interrupts { interrupt(at: now) }
            case .ended: wordsEnded(at: now)
            }
        }
        // At twice the limit, so that not every chunk moves all that is kept.
        if gate?.isSpeech == false, let count = activity?.count, count > 2 * Self.silenceLimit {
            activity?.removeFirst(count - Self.silenceLimit)
        }
    }

    private mutating func beginActivity(at now: Int64) {
        // A second start within an activity is ignored (section 3.4).
        guard activity == nil else { return }
        activity = []
        actions.append(.tell(.wordsBegan))
        if interrupts { interrupt(at: now) }
    }

    private mutating func endActivity(at now: Int64) {
        guard let words = activity else {
            return refuse(1007, SetupRules.invalidArgument)
        }
        guard !words.isEmpty else {
            actions.append(.send(["serverContent": ["turnComplete": true]]))
            return refuse(1007, "Precondition check failed.")
        }
        wordsEnded(at: now)
    }

    private mutating func wordsEnded(at now: Int64) {
        actions.append(.tell(.wordsEnded(activity ?? [])))
        activity = nil
        answer(at: now)
    }

    // MARK: - The model's answer

    private mutating func answer(at now: Int64) {
        guard generation == nil, pendingCall == nil else {
            waiting = min(waiting + 1, Self.waitingLimit)
            return
        }
        guard !scenario.turns.isEmpty else { return completeTurn(at: now) }
        let turn = scenario.turns[turnIndex % scenario.turns.count]
        turnIndex += 1
        handles.nextTurn.store(turnIndex, ordering: .relaxed)
        if transcribesInput {
            for word in Generation.fragments(of: turn.heard, count: 3) {
                actions.append(
                    .send(["serverContent": ["inputTranscription": ["text": .string(word)]]]))
            }
        }
        if let call = turn.call, functions.contains(call.name) {
            callCount += 1
            let id = "function-call-\(callCount)"
            pendingCall = (id, turn)
            actions.append(.send(HandleStore.none))
            actions.append(
                .send([
                    "toolCall": [
                        "functionCalls": [
                            ["id": .string(id), "name": .string(call.name), "args": call.arguments]
                        ]
                    ]
                ]))
            actions.append(.tell(.called(name: call.name, id: id)))
        } else {
            speak(turn, at: now)
        }
    }

    private mutating func speak(_ turn: Scenario.Turn, at now: Int64) {
        generation = Generation(turn: turn, scenario: scenario, now: now)
        continueGeneration(at: now)
    }

    private mutating func takeResponses(_ value: JSONValue, at now: Int64) {
        for response in value["functionResponses"]?.array ?? [] {
            guard let id = response["id"]?.string, response["name"]?.string != nil,
                response["response"]?.object != nil
            else { return refuse(1007, SetupRules.invalidArgument) }
            actions.append(.tell(.answered(response)))
            guard let pending = pendingCall, pending.id == id else { continue }
            pendingCall = nil
            if load == nil { speak(pending.turn, at: now) }
        }
    }

    private mutating func interrupt(at now: Int64) {
        guard generation != nil || pendingCall != nil else { return }
        if let pending = pendingCall {
            pendingCall = nil
            actions.append(.send(["toolCallCancellation": ["ids": [.string(pending.id)]]]))
        }
        generation = nil
        actions.append(.tell(.interrupted))
        waiting = 0
        actions.append(.send(["serverContent": ["interrupted": true]]))
        completeTurn(at: now)
    }

    mutating func deadlineReached(at now: Int64) -> [ServerAction] {
        continueGeneration(at: now)
        return take()
    }

    private mutating func continueGeneration(at now: Int64) {
        while let step = generation?.next(at: now) {
            switch step {
            case .audio(let samples):
                meter.said(samples.count)
                actions.append(.send(AudioInput.message(samples)))
            case .words(let text):
                guard transcribesOutput else { continue }
                actions.append(
                    .send(["serverContent": ["outputTranscription": ["text": .string(text)]]]))
            case .generationComplete:
                actions.append(.send(["serverContent": ["generationComplete": true]]))
            case .turnComplete:
                generation = nil
                completeTurn(at: now)
                guard waiting > 0 else { return }
                waiting -= 1
                answer(at: now)
            }
        }
    }

    private mutating func completeTurn(at now: Int64) {
        actions.append(
            .send(["serverContent": ["turnComplete": true], "usageMetadata": meter.endTurn()]))
        actions.append(.tell(.turnCompleted))
        actions.append(.send(handles.update(turn: turnIndex, model: model, at: now)))
    }
}
