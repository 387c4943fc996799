internal import ModelTypes

// What the service says.

extension SessionMachine {
    /// The reason of a turn that ends because the user is taken to go on.
    private static let needsMore = "NEED_MORE_INPUT"

    /// A message came; its content is told to the owner.
    package mutating func received(_ message: ServerMessage, at now: Int64) -> [SessionAction] {
        for notice in message.notices { tell(.notice(notice)) }
        switch state {
        case .settingUp:
            if message.isSetupComplete { becomeReady(at: now) }
        case .ready:
            tellContent(of: message, at: now)
            flush(at: now)
        case .idle, .asleep, .connecting, .closing, .waiting, .failed:
            // What comes after our close is lost with the connection.
            return take()
        }
        if let resumption = message.resumption { take(resumption, at: now) }
        if let left = message.goAway {
            isLeaveDue = true
            leaveBy = now + max(0, left - Self.goAwaySpare)
        }
        leaveIfQuiet(at: now)
        return take()
    }

    private mutating func take(_ resumption: ServerMessage.Resumption, at now: Int64) {
        guard rules.isResumable else { return }
        isResumableNow = resumption.handle != nil
        guard let newest = resumption.handle else { return }
        handle = Handle(text: newest, receivedAt: now)
        handleDueUntil = nil
        if let index = resumption.consumedIndex {
            hasIndexes = true
            log.hold(upTo: index)
        }
        actions.append(.keep(handle: newest))
    }

    private mutating func tellContent(of message: ServerMessage, at now: Int64) {
        noteProgress(message, at: now)
        let message = hasSpoken ? message : unasked(message)
        if message.isInterrupted {
            isResidueDue = isResidueDue || isOldAnswerDue
            isOldAnswerDue = false
            tell(.interrupted)
            awaitNewest(at: now)
        }
        if let words = message.inputTranscript, !words.text.isEmpty {
            transcript.hear(words.text)
            tell(.inputTranscript(words.text))
        }
        if message.hasAnswer { answerCame(message, at: now) }
        if !message.audio.isEmpty { tell(.audio(message.audio)) }
        if message.hasUnplayableAudio { tell(.answerFailed) }
        if let words = message.outputTranscript, !words.text.isEmpty {
            transcript.say(words.text)
            tell(.outputTranscript(words.text))
        }
        for text in message.texts { tell(.text(text)) }
        if let grounding = message.grounding { tell(.grounding(grounding)) }
        if let activity = message.voiceActivity { tell(.voiceActivity(activity)) }
        takeCalls(of: message)
        if message.isGenerationComplete { generated(at: now) }
        if let usage = message.usage { tell(.usage(usage)) }
        if message.isInterrupted, !isAnswerAwaited { replyDueSince = nil }
        if message.isTurnComplete { turnCompleted(message, at: now) }
    }

    /// Words interrupted an answer; where they were sent whole before anything of it came, it was
    /// taken for theirs.
    private mutating func awaitNewest(at now: Int64) {
        guard isResidueDue, !isAnswerAwaited, !log.isActivityOpen else { return }
        isAnswerAwaited = true
        replyDueSince = now
        answer = nil
        isGenerated = false
    }

    /// The service works, or says that it does, which is not the same as an answer.
    private mutating func noteProgress(_ message: ServerMessage, at now: Int64) {
        if let status = message.interactionStatus { isInteracting = status == .inProgress }
        guard message.showsWork, let due = replyDueSince else { return }
        replyDueSince = max(due, now)
    }

    /// A message without what answers nothing: the service was seen to repeat an old answer on
    /// each new connection.
    private mutating func unasked(_ message: ServerMessage) -> ServerMessage {
        guard message.hasAnswer else { return message }
        tell(.notice("an answer is not told: nothing was said on this connection"))
        if !message.toolCalls.isEmpty {
            let nothing: JSONValue = ["error": "nothing was done: nobody asked for it"]
            sendAside(
                .toolResponses(
                    message.toolCalls.map {
                        FunctionResponse(id: $0.id, name: $0.name, response: nothing)
                    }))
        }
        var rest = message
        rest.audio = []
        rest.texts = []
        rest.outputTranscript = nil
        rest.toolCalls = []
        return rest
    }

    private mutating func answerCame(_ message: ServerMessage, at now: Int64) {
        lastActivity = now
        replyDueSince = now
        // The user's newer words, perhaps whole on their way, are not what this answers.
        guard !isOldAnswerDue else {
            if hasIndexes { log.settleHeld(isOld: true) } else { log.settleOld() }
            return
        }
        isAnswerAwaited = false
        var came = answer ?? Answer(since: now)
        came.samples += Int64(message.audio.count)
        if !came.isAudible {
            came.isAudible =
                message.audio.contains { $0.magnitude > Self.audibleLevel }
                || !message.toolCalls.isEmpty
        }
        answer = came
        isGenerated = false
        stalls = 0
        handle?.tries = 0
        if came.isAudible { emptyTurns = 0 }
        uplink.answerCame()
        // Where the service does not tell what it has, an answer is the only sign.
        if hasIndexes { log.settleHeld(isOld: false) } else { log.settle() }
    }

    private mutating func generated(at now: Int64) {
        tell(.generationComplete)
        isGenerated = true
        if openCalls.isEmpty, !isAccountDue { bridge.reset() }
        // The turn's end is told when the sound would have been heard (section 4.1).
        guard let answer, replyDueSince != nil else { return }
        let length = answer.samples * 1_000_000_000 / Self.answerRate
        replyDueSince = max(now, answer.since + length)
    }

    private mutating func takeCalls(of message: ServerMessage) {
        if !message.toolCalls.isEmpty {
            // The model goes on by itself; being told now would only disturb it.
            isAccountDue = false
            let new = message.toolCalls.filter { !isAnsweredBefore($0) }
            for call in new { bridge.add(call) }
            openCalls.formUnion(message.toolCalls.map(\.id))
            isOldAnswerDue = false
            if !new.isEmpty { tell(.toolCalls(new)) }
        }
        if !message.cancelledCalls.isEmpty {
            openCalls.subtract(message.cancelledCalls)
            tell(.toolCallsCancelled(bridge.cancel(message.cancelledCalls)))
        }
    }

    /// Whether a call repeats one of a lost connection, whose answer then is its answer, too.
    private mutating func isAnsweredBefore(_ call: FunctionCall) -> Bool {
        guard let response = bridge.claim(call) else { return false }
        if let response {
            add(
                .toolResponses([
                    FunctionResponse(id: call.id, name: call.name, response: response)
                ]))
        }
        return true
    }

    private mutating func turnCompleted(_ message: ServerMessage, at now: Int64) {
        if let reason = message.turnCompleteReason {
            tell(.notice("the service ended the turn early: \(reason)"))
            // Who is to go on needs no answer yet.
            if reason != Self.needsMore { tell(.answerFailed) }
        }
        lastActivity = now
        let wasOld = isOldAnswerDue
        isOldAnswerDue = false
        if isResidueDue {
            isResidueDue = false
            // The end of what was interrupted, while the words that did it await their answer.
            if isAnswerAwaited { return }
        }
        // Also one of words without sound: nobody hears them.
        let isSilence = answer.map { !$0.isAudible } ?? false
        let isEmpty =
            !wasOld
            && (isSilence || (isAnswerAwaited && isSilentSince && !message.isWaitingForInput))
        // Words that came into the answer and did not interrupt it are still to be answered.
        isAnswerAwaited = isAnswerAwaited && wasOld
        replyDueSince = isAnswerAwaited ? now : nil
        if !isAnswerAwaited { uplink.answerCame() }
        if answer?.isAudible == true { backoff.proved() }
        tell(.turnComplete(message.usage))
        endTurn()
        if rules.isResumable { handleDueUntil = now + Self.handlePatience }
        guard isEmpty, message.turnCompleteReason != Self.needsMore else { return }
        emptyTurns += 1
        guard emptyTurns >= Self.emptyTurnLimit else { return }
        // A session in this state was never seen to recover.
        emptyTurns = 0
        forgetInput(dropsRest: true)
        forgetHandle()
        tell(.notice("the session answers nothing any more; a fresh one is begun"))
        leave(at: now)
    }

    mutating func endTurn() {
        transcript.endTurn()
        answer = nil
        isGenerated = false
        continuations = 0
        accountAsks = false
        // Calls that are still open belong to a turn to come.
        if openCalls.isEmpty, !isAccountDue { bridge.reset() }
    }
}
