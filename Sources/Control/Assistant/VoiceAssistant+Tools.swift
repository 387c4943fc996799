internal import ModelTypes
internal import Tools
internal import VoiceSession
internal import WireCodec

// The functions that the model calls.

extension VoiceAssistant {
    func take(_ calls: [FunctionCall], of answer: AnswerNumber, at time: Int64) {
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
        perform(machine.toolCallsArrived(keys, of: answer, at: time), .calls(keys))
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
            perform(machine.toolFinished(key, ToolEnd(response), at: now), .answer(key, response))
        case .answeredBefore(let response):
            perform(machine.toolRepeated(key, at: now), .answer(key, response))
        case .cancelled:
            perform(machine.toolCallsCancelled([key], at: now))
        case .repeated:
            break
        }
    }

    func answer(_ key: String, _ response: FunctionResponse) {
        if let known = calls.removeValue(forKey: key) {
            let milliseconds = ports.alarm.now.milliseconds(since: known.since)
            if let reason = response.failure {
                record(
                    .toolFailed(
                        id: response.id, name: response.name, reason: reason,
                        milliseconds: milliseconds))
            } else {
                record(
                    .toolAnswered(
                        id: response.id, name: response.name,
                        response: response.response.serialized, milliseconds: milliseconds))
            }
        }
        ports.session.sendToolResponses([response])
    }

    func refuse(_ key: String) {
        guard let call = calls[key]?.call else { return }
        let words = "nothing was done: the user took the request back"
        ports.tools.refuse(call, because: words) { outcome in
            self.assumeIsolated { $0.refused(key, outcome) }
        }
    }

    /// Nobody waits for a call that was refused, so only the service hears of its answer.
    private func refused(_ key: String, _ outcome: ToolOutcome) {
        switch outcome {
        case .answered(let response), .answeredBefore(let response):
            guard !isStopped, calls[key] != nil else { return }
            answer(key, response)
        case .cancelled, .repeated: break
        }
    }
}

extension FunctionResponse {
    /// Why the function failed, in words for the model; nil when it did its work.
    ///
    /// Every failure is an object with `error`, whatever kind of tool it comes from.
    fileprivate var failure: String? {
        guard let error = response["error"] else { return nil }
        return error.string ?? error.serialized
    }
}

extension ToolEnd {
    fileprivate init(_ response: FunctionResponse) {
        if response.failure != nil {
            self = .failed
        } else {
            self = response.scheduling == .silent ? .doneSilently : .done
        }
    }
}
