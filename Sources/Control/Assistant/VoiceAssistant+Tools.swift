internal import Live
internal import ModelTypes
internal import Tools

// The functions that the model calls.

extension VoiceAssistant {
    func take(_ calls: [FunctionCall], at time: Int64) {
        var keys: [String] = []
        for call in calls {
            // A call without an id is answered without one, but kept apart from its like.
            namelessCalls += call.id.isEmpty ? 1 : 0
            let key = call.id.isEmpty ? "nameless \(namelessCalls)" : call.id
            keys.append(key)
            self.calls[key] = (call, time)
            record(
                .toolCalled(
                    id: call.id, name: call.name, arguments: ports.tools.shown(call).serialized))
        }
        perform(machine.toolCallsArrived(keys, at: time), .calls(keys))
    }

    func run(_ key: String) {
        guard let call = calls[key]?.call else { return }
        ports.tools.run(call) { outcome in
            self.assumeIsolated { $0.finish(key, outcome) }
        }
    }

    private func finish(_ key: String, _ outcome: ToolOutcome) {
        guard !isStopped else { return }
        let now = ports.alarm.now
        switch outcome {
        case .answered(let response):
            perform(machine.toolFinished(key, at: now), .answer(key, response))
        case .cancelled:
            perform(machine.toolCallsCancelled([key], at: now))
        case .repeated:
            break
        }
    }

    func answer(_ key: String, _ response: FunctionResponse) {
        if let known = calls.removeValue(forKey: key) {
            record(
                .toolAnswered(
                    id: response.id, name: response.name,
                    response: response.response.serialized,
                    milliseconds: ports.alarm.now.milliseconds(since: known.since)))
        }
        ports.session.sendToolResponses([response])
    }

    func refuse(_ key: String) {
        guard let call = calls[key]?.call else { return }
        let words = "nothing was done: the user took the request back"
        answer(
            key,
            FunctionResponse(
                id: call.id, name: call.name, response: ["error": .string(words)]))
    }
}
