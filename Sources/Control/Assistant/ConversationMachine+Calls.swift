package import ModelTypes
package import Tools
package import VoiceSession
internal import WireCodec

// The model's function calls.

extension ConversationMachine {
    /// The model calls functions.
    package mutating func toolCallsArrived(
        _ made: [FunctionCall], of answer: AnswerNumber, at time: Int64
    ) -> [ConversationAction] {
        guard !answers.isUnwanted(answer) else {
            let new = calls.add(made, .refused, at: time)
            if !new.isEmpty { emit(.refuseTools(new, conversation: calls.conversation)) }
            return settle()
        }
        if let held, answer > held.speaking.answer { dropHeld() }
        answers.note(answer)
        confirmWords(at: time)
        let new = calls.add(made, .running, at: time)
        if !new.isEmpty { emit(.runTools(new, conversation: calls.conversation)) }
        if case .idle = phase {
            var thinking = awaiting(from: time, isDoubtful: false)
            thinking.isUnasked = true
            phase = .thinking(thinking)
        }
        return settle()
    }

    /// The service cancels calls, by their ids.
    package mutating func toolCallsCancelled(
        _ identifiers: [String], at time: Int64
    ) -> [ConversationAction] {
        let keys = identifiers.map { calls.key(of: $0) }
        // Also those that are not in progress: one that arrives later is not run.
        emit(.cancelTools(keys))
        for key in keys { forget(key) }
        if !calls.isAwaiting { restartWait(at: time) }
        return settle()
    }

    /// A call has ended.
    package mutating func callEnded(
        _ key: CallKey, _ outcome: ToolOutcome, at time: Int64
    ) -> [ConversationAction] {
        switch outcome {
        case .answered(let response):
            if isAwaited(key, response, at: time) {
                isToolDone = response.failure == nil
                toolAnswered(isSilent: isToolDone && response.scheduling == .silent, at: time)
            }
        case .answeredBefore(let response):
            if isAwaited(key, response, at: time) { toolRepeated(at: time) }
        case .cancelled:
            forget(key)
            if !calls.isAwaiting { restartWait(at: time) }
        case .repeated:
            // The first one gets the answer.
            break
        }
        return settle()
    }

    private mutating func forget(_ key: CallKey) {
        if calls.remove(key) != nil { record(.toolCancelled(id: key.id)) }
    }

    /// Removes a call from the book and forwards its answer; returns whether the answer was
    /// awaited.
    private mutating func isAwaited(
        _ key: CallKey, _ response: FunctionResponse, at time: Int64
    ) -> Bool {
        guard let ended = calls.remove(key) else { return false }
        let milliseconds = time.milliseconds(since: ended.since)
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
        switch ended.standing {
        case .running:
            emit(.answerTool(response))
            return true
        case .refused:
            emit(.answerTool(response))
            return false
        case .outlived:
            return false
        }
    }

    private mutating func toolAnswered(isSilent: Bool, at time: Int64) {
        expectToolAnswer()
        guard !calls.isAwaiting else { return }
        if isSilent, case .thinking(let thinking) = phase, thinking.isTurnOver {
            endUnheard("the answer had no sound")
        } else {
            restartWait(at: time)
        }
    }

    /// A repeated call got the same answer as the first time, so the model need not say anything
    /// more.
    private mutating func toolRepeated(at time: Int64) {
        expectToolAnswer()
        guard !calls.isAwaiting else { return }
        if case .thinking(let thinking) = phase, thinking.isUnasked {
            phase = .idle
        } else {
            restartWait(at: time)
        }
    }
}

extension FunctionResponse {
    /// Why the function failed, in words for the model; nil if it succeeded.
    ///
    /// Every failure is an object with `error`, whatever kind of tool it comes from.
    fileprivate var failure: String? {
        guard let error = response["error"] else { return nil }
        return error.string ?? error.serialized
    }
}
