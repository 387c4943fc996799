internal import WireCodec

extension ServerSession {
    /// How many fragments a transcription is sent in.
    private static let heardFragments = 3

    /// Makes the model answer the input, now or after what it is doing.
    ///
    /// Typed text was not heard, so it is not transcribed.
    mutating func answer(at now: Int64, isTyped: Bool = false) {
        guard !scenario.turns.isEmpty else { return completeTurn(at: now) }
        guard !meter.isOver else { return refuse(Refusal(.invalidArgument), at: now) }
        guard generation == nil, !calls.isBlocking else {
            return answers.add(.next(isTyped: isTyped))
        }
        let index = turnIndex % scenario.turns.count
        let turn = scenario.turns[index]
        turnIndex += 1
        tell(.answerBegan(turn: index))
        if terms.transcribesInput, !isTyped {
            for word in Generation.fragments(of: turn.heard, count: Self.heardFragments) {
                send(["serverContent": ["inputTranscription": ["text": .string(word)]]])
            }
        }
        if terms.profile.sendsEmptyFrames { send(["serverContent": [:]]) }
        for extra in turn.extras { send(extra) }
        guard turn.calls.contains(where: { terms.functions[$0.name] != nil }) else {
            return speak(turn, at: now)
        }
        if turn.fillerVoice.isEmpty, turn.filler.isEmpty {
            call(turn, at: now)
        } else {
            begin(
                Generation(
                    turn, voice: turn.fillerVoice, says: turn.filler, thought: nil,
                    ending: .calls, scenario: scenario, now: now), at: now)
        }
    }

    /// Speaks a turn's answer, from the beginning or after its filler and calls.
    mutating func speak(_ turn: Scenario.Turn, at now: Int64) {
        let isSoundless = quirks.remove(.soundlessTurn) != nil
        let isSilent =
            isSoundless || quirks.contains(.soundless)
            || !terms.profile.modalities.contains("AUDIO")
        let isCut = quirks.remove(.cutAnswer) != nil
        var voice = isSilent ? [] : turn.voice
        if isCut { voice = Array(voice.prefix(voice.count / 2)) }
        let thought = terms.profile.sendsThoughts && !turn.thought.isEmpty ? turn.thought : nil
        begin(
            Generation(
                turn, voice: voice, says: isSilent ? "" : turn.says, thought: thought,
                text: terms.profile.writes ? turn.heard : nil,
                ending: isCut ? .abrupt : .turn, scenario: scenario, now: now), at: now)
    }

    private mutating func begin(_ new: Generation, at now: Int64) {
        generation = new
        continueGeneration(at: now)
    }

    mutating func continueGeneration(at now: Int64) {
        while let current = generation, let step = generation?.next(at: now) {
            switch step {
            case .thought(let text):
                send([
                    "serverContent": [
                        "modelTurn": ["parts": [["text": .string(text), "thought": true]]]
                    ]
                ])
            case .text(let text):
                send(["serverContent": ["modelTurn": ["parts": [["text": .string(text)]]]]])
            case .audio(let samples):
                send(audio: samples, isFirst: generation?.isBeginning ?? false)
                if generation?.isBeginning == true { note(.reply, at: now) }
            case .words(let text):
                guard terms.transcribesOutput else { continue }
                send(["serverContent": ["outputTranscription": ["text": .string(text)]]])
            case .generationComplete: send(["serverContent": ["generationComplete": true]])
            case .callsDue:
                generation = nil
                // Models with a status end the turn here and the interaction later.
                if terms.profile.status == .everywhere { sendTurnComplete(status: "IN_PROGRESS") }
                call(current.turn, at: now)
            case .turnComplete:
                generation = nil
                if quirks.remove(.repeatedTurn) != nil {
                    sendTurnComplete(status: "IDLE", reason: current.turn.completeReason)
                    return speak(current.turn, at: now)
                }
                completeTurn(at: now, reason: current.turn.completeReason)
            }
        }
    }

    mutating func send(audio samples: [Int16], isFirst: Bool = false) {
        meter.speak(samples: samples.count)
        // Some models put several parts into one message at the beginning of a turn.
        let half = samples.count / 2
        let parts =
            isFirst && terms.profile.sendsSeveralParts && half > 0
            ? [Array(samples[..<half]), Array(samples[half...])] : [samples]
        send(AudioInput.message(parts, backend: access.backend))
    }

    // MARK: - The end of a turn

    /// The user's input interrupts what the model is doing.
    mutating func interrupt(at now: Int64) {
        guard terms.interrupts else { return }
        let cancelled = calls.cancel(all: false)
        if !cancelled.isEmpty { send(cancellation: cancelled) }
        guard generation != nil || !cancelled.isEmpty else { return }
        cut(at: now)
    }

    /// Ends the model's answer, without `generationComplete`.
    mutating func cut(at now: Int64) {
        var content: JSONObject = ["interrupted": true]
        let stale = generation?.nextSound ?? []
        if !stale.isEmpty, quirks.remove(.staleSound) != nil {
            let message = AudioInput.message([stale], backend: access.backend)
            content["modelTurn"] = message["serverContent"]?["modelTurn"]
        }
        generation = nil
        tell(.interrupted)
        send(["serverContent": .object(content)])
        completeTurn(at: now)
    }

    mutating func send(cancellation ids: [String]) {
        send(["toolCallCancellation": ["ids": .array(ids.map { .string($0) })]])
        tell(.cancelled(ids: ids))
    }

    private mutating func sendTurnComplete(status: String, reason: String? = nil) {
        var content: JSONObject = ["turnComplete": true]
        content["turnCompleteReason"] = reason.map { .string($0) }
        if terms.profile.status == .everywhere {
            content["interactionStatus"] = .string(status)
        }
        send([
            "serverContent": .object(content),
            "usageMetadata": meter.complete(for: access.backend),
        ])
    }

    mutating func completeTurn(at now: Int64, reason: String? = nil) {
        sendTurnComplete(status: calls.isEmpty ? "IDLE" : "IN_PROGRESS", reason: reason)
        tell(.turnCompleted)
        let next = turnIndex
        service.with { shared in
            shared.counts.turns += 1
            shared.nextTurn = next
        }
        tellHandle()
        note(.turn, at: now)
        goOn(at: now)
    }

    /// Continues with an answer that waited for silence.
    mutating func goOn(at now: Int64) {
        guard phase == .live, generation == nil, !calls.isBlocking, !isUserSpeaking else { return }
        switch answers.pop() {
        case nil: break
        case .next(let isTyped): answer(at: now, isTyped: isTyped)
        case .saying(let turn): speak(turn, at: now)
        }
    }
}
