import Linux
internal import WireCodec

extension ServerSession {
    mutating func take(_ json: JSONValue, at now: Int64) {
        guard let object = json.object, object.members.count == 1, let member = object.members.first
        else { return refuse(Refusal(.invalidArgument), at: now) }
        if phase == .live {
            messageIndex += 1
            guard isTokenGood(at: now) else { return }
        }
        switch (member.key, phase) {
        case ("setup", .awaitingSetup): takeSetup(member.value, at: now)
        case (_, .awaitingSetup), ("setup", _): refuse(Refusal(.invalidArgument), at: now)
        case ("realtimeInput", _):
            if isDoneWithHistory(at: now) { takeInput(member.value, at: now) }
        case ("toolResponse", _): takeResponses(member.value, at: now)
        case ("clientContent", _): takeContent(member.value, at: now)
        case ("contextUpdate", _): takeUpdate(member.value, at: now)
        default: break
        }
        tellProgress()
    }

    private mutating func takeSetup(_ client: JSONValue, at now: Int64) {
        if let refused = credentialRefusal(isResuming: Self.handle(in: client) != nil, at: now) {
            return refuse(refused, at: now)
        }
        let setup = token?.merged(with: client) ?? client
        let handle = Self.handle(in: setup)
        connection = service.with { shared in
            shared.connectionCount += 1
            return shared.connectionCount
        }
        plan = FaultPlan(scenario.faults, connection: connection)
        note(.setup, at: now)
        if handle != nil, phase == .awaitingSetup { note(.resume, at: now) }
        guard phase == .awaitingSetup else { return }
        let text = setup["model"]?.string ?? ""
        guard let model = access.modelName(text), scenario.models.contains(model),
            ModelProfile.named(model).backends.contains(access.backend)
        else {
            return refuse(
                Refusal(
                    1008,
                    "\(text) is not found for API version \(access.version), or is not supported "
                        + "for bidiGenerateContent. Call ListModels to see the list of available "
                        + "models."), at: now)
        }
        let check = SetupCheck(profile: .named(model), access: access)
        if let refused = check.refusal(of: setup) ?? resume(handle, model: model, at: now) {
            return refuse(refused, at: now)
        }
        accept(setup, profile: check.profile)
        phase = .live
        send(["setupComplete": .object(completion)])
        tell(.setUp(["setup": setup], resumed: handle != nil))
        scheduleEnd(at: now)
        note(.ready, at: now)
    }

    private var completion: JSONObject {
        access.backend == .vertex ? ["sessionId": .string(Self.uuid(session))] : [:]
    }

    private static func handle(in setup: JSONValue) -> String? {
        let handle = setup["sessionResumption"]?["handle"]?.string
        return handle?.isEmpty == true ? nil : handle
    }

    /// A number in the format of Vertex's session ids.
    static func uuid(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "5e551011-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count)
            + digits
    }

    private mutating func accept(_ setup: JSONValue, profile: ModelProfile) {
        let input = setup["realtimeInputConfig"]
        let detection = input?["automaticActivityDetection"]
        terms.profile = profile
        terms.isManual = detection?["disabled"]?.bool ?? false
        terms.interrupts = input?["activityHandling"]?.string != "NO_INTERRUPTION"
        terms.tellsActivity = setup["explicitVadSignal"]?.bool ?? false
        terms.transcribesInput = setup["inputAudioTranscription"] != nil
        terms.transcribesOutput = setup["outputAudioTranscription"] != nil
        let resumption = setup["sessionResumption"]
        terms.givesHandles =
            profile.isResumable && (resumption != nil || profile.givesHandlesUnasked)
        terms.isTransparent = resumption?["transparent"]?.bool ?? false
        if !terms.isManual { gate = SpeechGate(detection, backend: access.backend) }
        terms.functions = Self.functions(in: setup["tools"]?.array ?? [], profile: profile)
        expectsHistory = setup["historyConfig"]?["initialHistoryInClientContent"]?.bool ?? false
        meter.setCompression(setup["contextWindowCompression"])
        for part in setup["systemInstruction"]?["parts"]?.array ?? [] {
            meter.read(part["text"]?.string ?? "")
        }
        load = LoadEcho(scenario)
    }

    static func functions(in tools: [JSONValue], profile: ModelProfile) -> [String: Bool] {
        var functions: [String: Bool] = [:]
        for function in tools.flatMap({ $0["functionDeclarations"]?.array ?? [] }) {
            guard let name = function["name"]?.string else { continue }
            switch function["behavior"]?.string {
            case "BLOCKING": functions[name] = true
            case "NON_BLOCKING": functions[name] = false
            default: functions[name] = profile.blocksByDefault
            }
        }
        return functions
    }

    private mutating func scheduleEnd(at now: Int64) {
        guard let lifetime = scenario.connectionLifetime else { return }
        agenda.set(.forceEnd, at: now + lifetime.nanoseconds)
        guard scenario.goAwayLead > .zero else { return }
        let lead = min(scenario.goAwayLead, lifetime)
        agenda.set(.announceEnd, at: now + (lifetime - lead).nanoseconds)
    }
}
