internal import WireCodec

extension ServerSession {
    /// Calls the functions of a turn.
    mutating func call(_ turn: Scenario.Turn, at now: Int64) {
        var turn = turn
        var trailing: [Int16] = []
        if quirks.remove(.soundAfterCall) != nil {
            let count = min(scenario.chunkMilliseconds * 24, turn.voice.count / 3)
            send(audio: Array(turn.voice[..<count]))
            trailing = Array(turn.voice[count..<2 * count])
            turn.voice.removeFirst(2 * count)
        }
        let wanted = turn.calls.filter { terms.functions[$0.name] != nil }
        var messages: [JSONValue] = []
        var events: [ServerEvent] = []
        for call in wanted {
            let id = nextCallID()
            calls.open(
                .init(
                    id: id, name: call.name, isBlocking: terms.functions[call.name] ?? true,
                    group: turnIndex), of: turn)
            messages.append(
                ["id": .string(id), "name": .string(call.name), "args": call.arguments])
            events.append(.called(name: call.name, id: id))
        }
        tellHandle()
        for batch in turn.callsApart ? messages.map({ [$0] }) : [messages] {
            var message: JSONObject = ["toolCall": ["functionCalls": .array(batch)]]
            if terms.profile.status == .everywhere {
                message["interactionStatus"] = "IN_PROGRESS"
            }
            send(.object(message))
        }
        for event in events { tell(event) }
        if !trailing.isEmpty { send(audio: trailing) }
        note(.call, at: now)
    }

    private mutating func nextCallID() -> String {
        let number = service.with { shared in
            shared.callCount += 1
            return shared.callCount
        }
        switch terms.profile.callStyle {
        case .word: return "function-call-\(number)"
        case .short: return "fc_\(number)"
        case .uuid: return Self.uuid(number)
        }
    }

    mutating func takeResponses(_ value: JSONValue, at now: Int64) {
        for response in value["functionResponses"]?.array ?? [] where phase == .live {
            let id = response["id"]?.string
            // Only Vertex accepts a response without an id (section 3.3).
            let isIdentified = id != nil || access.backend == .vertex
            guard isIdentified, response["name"]?.string != nil,
                response["response"]?.object != nil,
                response["scheduling"] == nil || terms.profile.allowsScheduling
            else { return refuse(Refusal(.invalidArgument), at: now) }
            guard let call = calls.find(id: id, name: response["name"]?.string) else {
                tell(load == nil ? .answeredInVain(response) : .answered(response))
                continue
            }
            tell(.answered(response))
            take(response, of: call, at: now)
        }
    }

    private mutating func take(_ response: JSONValue, of call: OpenCalls.Call, at now: Int64) {
        if !call.isBlocking, response["willContinue"]?.bool == true { return }
        let scheduling = call.isBlocking ? nil : response["scheduling"]?.string
        guard let turn = calls.close(call) else { return }
        let isBusy = generation != nil || calls.isBlocking || isUserSpeaking
        switch scheduling {
        case "SILENT":
            // Only the context has grown; a turn that was only the call ends.
            if isBusy { tellHandle() } else { completeTurn(at: now) }
        case "INTERRUPT" where generation != nil:
            answers.add(.saying(turn))
            cut(at: now)
        case _ where isBusy: answers.add(.saying(turn))
        default: speak(turn, at: now)
        }
    }
}
