internal import ModelTypes
internal import VoiceSession
internal import WireCodec

// Messages of the service.

extension SessionMachine {
    /// The reason of a turn that ends because the user is expected to continue.
    private static let needsMore = "NEED_MORE_INPUT"

    /// A message came; its content is reported to the owner.
    ///
    /// `random` is in 0..<1, for the wait where the message ends the connection.
    package mutating func received(
        _ message: ServerMessage, at now: Int64, random: Double
    ) -> [SessionAction] {
        for notice in message.notices { tell(.notice(notice)) }
        switch state {
        case .settingUp(let settingUp):
            if message.isSetupComplete { becomeReady(settingUp, at: now) }
        case .ready:
            tellContent(of: message, at: now)
            flush(at: now)
        case .idle, .asleep, .connecting, .closing, .waiting, .failed:
            // Messages after our close are lost with the connection.
            return take()
        }
        if let error = message.error {
            failed(error, at: now, random: random)
            return take()
        }
        if let resumption = message.resumption { take(resumption, at: now) }
        if let goAway = message.goAway { noteGoAway(goAway, at: now) }
        leaveIfQuiet(at: now)
        return take()
    }

    /// The service is going away: leave in time, at a quiet moment.
    private mutating func noteGoAway(_ goAway: ServerMessage.GoAway, at now: Int64) {
        let since: Int64
        switch state {
        case .ready(let ready): since = ready.since
        // The end of a connection may be announced before it is set up.
        case .settingUp: since = now
        case .idle, .asleep, .connecting, .closing, .waiting, .failed: return
        }
        let isNew = !(line?.hasServed ?? false) && now - since < ConnectionPace.stable
        // If the time is not known, the open turn may finish.
        let left = goAway.timeLeft.map { max(0, $0 - Self.goAwaySpare) }
        let end = now + (left ?? Self.rotationPatience)
        var due = leave ?? Leave(by: end)
        due.by = min(due.by, end)
        if isNew {
            // A service that is being drained announces it on every new connection.
            due.notBefore =
                left == nil
                ? since + ConnectionPace.stable : max(now, end - Self.goAwayWindow)
        }
        leave = due
    }

    private mutating func take(_ resumption: ServerMessage.Resumption, at now: Int64) {
        guard rules.isResumable else { return }
        line?.isResumableNow = resumption.handle != nil
        guard let newest = resumption.handle else { return }
        handle = SessionHandle(newest, since: now)
        line?.handleDueUntil = nil
        if let index = resumption.consumedIndex {
            line?.hasIndexes = true
            log.hold(upTo: index)
        }
        actions.append(.keep(handle: newest))
    }

    private mutating func tellContent(of message: ServerMessage, at now: Int64) {
        noteProgress(message, at: now)
        // Two calls, because choosing a message into a variable would copy it with all its members.
        if line?.hasSpoken ?? true {
            tell(message, at: now)
        } else {
            tell(unasked(message), at: now)
        }
    }

    private mutating func tell(_ message: ServerMessage, at now: Int64) {
        if message.isInterrupted { interrupted(at: now) }
        if let words = message.inputTranscript, !words.text.isEmpty {
            transcript.hear(words.text)
            tell(.inputTranscript(words.text))
        }
        var number = answers.current
        if isRepetition(message) {
            number = repetitionCame(at: now)
        } else if message.hasAnswer {
            answerCame(message, at: now)
            number = answers.current
        }
        if !message.audio.isEmpty { tell(.audio(message.audio, of: number)) }
        if message.hasUnplayableAudio { tell(.answerFailed(number)) }
        if let words = message.outputTranscript, !words.text.isEmpty {
            transcript.say(words.text)
            tell(.outputTranscript(words.text, of: number))
        }
        for text in message.texts { tell(.text(text, of: number)) }
        if let grounding = message.grounding { tell(.grounding(grounding)) }
        if let activity = message.voiceActivity { tell(.voiceActivity(activity)) }
        takeCalls(of: message, number, at: now)
        if message.isGenerationComplete { generated(at: now) }
        if let usage = message.usage { tell(.usage(TokenUse(usage))) }
        if message.isTurnComplete { turnCompleted(message, at: now) }
    }

    private mutating func interrupted(at now: Int64) {
        let cut = answers.interrupted()
        if let (words, number) = cut.renumbered { log.renumber(words, number) }
        tell(.interrupted(cut.number, next: cut.next))
        if answers.isDue {
            line?.stillOwesReply(at: now)
        } else {
            line?.replyDueSince = nil
        }
    }

    /// The service works, or says that it does, which is not an answer yet.
    private mutating func noteProgress(_ message: ServerMessage, at now: Int64) {
        if let status = message.interactionStatus { line?.isInteracting = status == .inProgress }
        if message.showsWork { line?.noteWork(at: now) }
    }

    /// A message without unrequested answers: the service was seen to repeat an old answer on each
    /// new connection.
    private mutating func unasked(_ message: ServerMessage) -> ServerMessage {
        defer { if message.isTurnComplete { line?.isUnaskedNoted = false } }
        guard message.hasAnswer else { return message }
        // Reported once per answer, however many messages it has.
        if line?.isUnaskedNoted == false {
            line?.isUnaskedNoted = true
            tell(.notice("an answer is dropped: nothing was said on this connection"))
        }
        refuse(message.toolCalls, because: "nothing was done: nobody asked for it")
        var rest = message
        rest.audio = []
        rest.texts = []
        rest.outputTranscript = nil
        rest.toolCalls = []
        return rest
    }

    /// Answers calls that are not carried out.
    mutating func refuse(_ calls: [FunctionCall], because reason: String) {
        // Only Vertex accepts an answer without an id.
        let answerable = calls.filter { rules.isVertex || !$0.id.isEmpty }
        guard !answerable.isEmpty else { return }
        let nothing: JSONValue = ["error": .string(reason)]
        sendAside(
            .toolResponses(
                answerable.map {
                    FunctionResponse(id: $0.id, name: $0.name, response: nothing)
                }))
    }

    private mutating func answerCame(_ message: ServerMessage, at now: Int64) {
        line?.lastActivity = now
        line?.replyDueSince = now
        settle(through: answers.contentCame(isCall: message.isOfCalls, at: now))
        // This does not answer newer words of the user, which may already be sent in full.
        guard answers.isOfNow else { return }
        line?.doubtfulUntil = nil
        let isAudible = answers.note(
            samples: message.audio.count,
            isAudible: !message.toolCalls.isEmpty
                || message.audio.contains { $0.magnitude > Self.audibleLevel })
        setbacks.answerCame(isAudible: isAudible)
        handle?.answered()
        uplink.answerCame()
    }

    /// Whether a message holds only calls that this session has made before.
    private func isRepetition(_ message: ServerMessage) -> Bool {
        guard message.isOfCalls else { return false }
        return message.toolCalls.allSatisfy { calls.isRepetition($0.id) }
    }

    /// Calls came again, which answers no words: words that await an answer still do.
    private mutating func repetitionCame(at now: Int64) -> AnswerNumber {
        line?.lastActivity = now
        let number = answers.repetitionCame(at: now, isAwaited: line?.replyDueSince != nil)
        line?.stillOwesReply(at: now)
        return number
    }

    private mutating func generated(at now: Int64) {
        tell(.generationComplete(answers.generated()))
        if !calls.isAnyAwaited, !account.isDue { forgetAccount() }
        // The service reports the turn's end when playback of the sound would end (section 4.1).
        guard let answer = answers.coming, !answer.isOld, line?.replyDueSince != nil
        else { return }
        let length = SessionRates.live.outputLength(Int(answer.samples))
        line?.replyDueSince = max(now, answer.since.adding(length))
    }

    private mutating func takeCalls(
        of message: ServerMessage, _ number: AnswerNumber, at now: Int64
    ) {
        if !message.toolCalls.isEmpty {
            // The model continues by itself; an account would only disturb it now.
            account.setDue(false)
            makeCalls(message.toolCalls, number, at: now)
        }
        if !message.unreadableCalls.isEmpty {
            refuse(
                message.unreadableCalls,
                because: "nothing was done: the arguments are nested too deep, or hold a number "
                    + "that is too large")
            line?.replyDueSince = now
        }
        if !message.cancelledCalls.isEmpty {
            let taken = calls.takeBack(message.cancelledCalls)
            if !taken.isEmpty { tell(.toolCallsCancelled(taken)) }
        }
    }

    private mutating func makeCalls(
        _ made: [FunctionCall], _ number: AnswerNumber, at now: Int64
    ) {
        var told: [FunctionCall] = []
        var refused: [FunctionCall] = []
        for call in made {
            switch calls.make(call, at: now) {
            case .tell(let call): told.append(call)
            case .wait: break
            case .answer(let response): addAnswer(response)
            case .refuse: refused.append(call)
            }
        }
        if !told.isEmpty { account.calls(of: number) }
        answers.called()
        if !told.isEmpty { tell(.toolCalls(told, of: number)) }
        refuse(refused, because: "nothing was done: too many calls await an answer")
    }

    private mutating func turnCompleted(_ message: ServerMessage, at now: Int64) {
        let wasSilent = !answers.isWithinWords
        let over = answers.completed()
        note(over, at: now)
        if let reason = message.turnCompleteReason {
            tell(.notice("the service ended the turn early: \(reason)"))
            // A user who is expected to continue needs no answer yet.
            if reason != Self.needsMore { tell(.answerFailed(over.number)) }
        }
        line?.lastActivity = now
        guard !answers.isDue else {
            // It ends the interrupted answer; the words that interrupted it still await theirs.
            line?.stillOwesReply(at: now)
            if !over.isReported { tell(.turnComplete(over.number)) }
            return
        }
        // An answer in text without sound counts as silence, too: the user does not hear it.
        let isSilence = over.answer.map { !$0.isAudible } ?? false
        let isEmpty = isSilence || over.isUnanswered && wasSilent && !message.isWaitingForInput
        line?.replyDueSince = nil
        uplink.answerCame()
        if over.answer?.isAudible == true { attempts.proved() }
        line?.hasServed = true
        if !over.isReported { tell(.turnComplete(over.number)) }
        endTurn()
        if rules.isResumable { line?.handleDueUntil = now + Self.handlePatience }
        guard isEmpty, message.turnCompleteReason != Self.needsMore else { return }
        guard setbacks.turnWasEmpty() else { return }
        // A session in this state was never seen to recover.
        forgetInput(dropsRest: true)
        forgetHandle()
        tell(.notice("the session no longer answers; starting a fresh one"))
        close(at: now)
    }

    /// Records what the end of an answer means for words that have none.
    mutating func note(_ over: Answers.Completion, at now: Int64) {
        if let (words, number) = over.renumbered { log.renumber(words, number) }
        if !over.isOld {
            let doubtfulUntil: Int64? = answers.isSupposed ? now + Self.stallTimeout : nil
            line?.doubtfulUntil = doubtfulUntil
        }
    }

    mutating func endTurn() {
        transcript.endTurn()
        account.endTurn()
        // Calls that are still open belong to a later turn.
        if !calls.isAnyAwaited, !account.isDue { forgetAccount() }
    }
}
