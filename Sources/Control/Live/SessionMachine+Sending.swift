internal import ModelTypes
internal import VoiceSession
internal import WireCodec

// Which of the owner's items are sent, and when.

extension SessionMachine {
    mutating func answer(_ responses: [FunctionResponse]) {
        let sent = responses.flatMap { calls.answer($0) }
        for response in sent where response.id.isEmpty { addAnswer(response) }
        let known = sent.filter { !$0.id.isEmpty }
        if !known.isEmpty { add(.toolResponses(known)) }
    }

    /// Adds the answer to a call, which the service may have made without an id.
    mutating func addAnswer(_ response: FunctionResponse) {
        // Only Vertex accepts an answer without the call's id; other services get it as text.
        guard response.id.isEmpty, !rules.isVertex else { return add(.toolResponses([response])) }
        let words =
            "(\(response.name) was called without an id. It gave "
            + "\(response.response.serialized). Answer the user now.)"
        // It is answered like words, by the rest of the answer that made the call.
        add(.text(words), account.number ?? answers.give())
    }

    /// The words whose end is sent next need no answer, as when no speech was heard in them: one
    /// may come, but its absence says nothing about the session.
    package mutating func expectNoReply() {
        // Where the service detects the turns, an answer that is due also covers these words.
        isReplyDoubtful = rules.isManual || line?.replyDueSince == nil && !log.hasUnsentEnd
    }

    /// Sends what is held, answers to calls first.
    mutating func flush(at now: Int64) {
        guard case .ready = state else { return }
        giveAccount()
        while let next = log.nextUnsent() {
            noteSending(of: next, at: now)
            actions.append(.send(next.item))
        }
    }

    private mutating func noteSending(of next: UplinkLog.Outgoing, at now: Int64) {
        switch next.item {
        case .content(_, isComplete: false), .video, .contextUpdate: break
        default: line?.hasSpoken = true
        }
        switch next.item {
        case .toolResponses:
            line?.replyDueSince = now
            answers.coming?.isCompletionDue = false
        case .activityEnd, .audioStreamEnd, .text, .content(_, isComplete: true):
            let isDoubtful = next.isDoubtful
            if !isDoubtful { line?.replyDueSince = now }
            // The service may still be generating its answer; leaving now would repeat everything.
            line?.doubtfulUntil = isDoubtful ? now + Self.stallTimeout : nil
            answers.wordsEnded(
                next.answer ?? answers.give(), isDoubtful: isDoubtful,
                isWithinWords: rules.isManual && log.isWithinSentWords)
            line?.isInteracting = false
        case .activityStart:
            answers.wordsBegan()
        case .audio:
            if !rules.isManual, !answers.isWithinWords { answers.wordsBegan() }
            // The user gets no answer while speaking.
            if answers.coming?.isRepetition ?? true { line?.noteWork(at: now) }
        case .content, .video, .contextUpdate:
            break
        }
    }

    /// Tells a session that does not know the turn what happened in it.
    private mutating func giveAccount() {
        // Calls of this connection are answered by the protocol itself.
        guard account.isDue, calls.isEveryAnswerKnown, !calls.isAnyAwaited else { return }
        let asksForAnswer = !log.hasUnsent
        // Content must not come within words, and would interrupt the answer to them.
        let mayExplain = line?.replyDueSince == nil && !log.isWithinSentWords
        // A user who says more does not want the rest of an answer, but the model must know what
        // was done.
        if calls.isAnyLost, !mayExplain { return }
        guard calls.isAnyLost || asksForAnswer && mayExplain else { return forgetAccount() }
        account.give(asksForAnswer: asksForAnswer)
        let item = account.item(
            lost: calls.lost, asksForAnswer: asksForAnswer, asText: !rules.takesContent)
        // It continues the answer that was cut.
        log.putFirst(item, answer: account.number ?? answers.give())
    }

    /// Whether the turn has something that only its own sessions knew.
    var hasAccount: Bool { !calls.isEmpty || account.isOfCutAnswer }

    /// Nothing of this turn must be told to another session.
    mutating func forgetAccount() {
        calls.endTurn()
        account.reset()
    }

    /// The words up to this number are answered.
    mutating func settle(through answer: AnswerNumber) {
        // Where the service does not report what it has consumed, an answer is the only sign.
        if line?.hasIndexes ?? false {
            log.settleHeld(through: answer)
        } else {
            log.settle(through: answer)
        }
    }

    /// Discards what is held and not sent.
    package mutating func discard() {
        guard !isReady else { return }
        forgetInput()
    }

    /// Discards what was said; with `dropsRest` also the rest of the words that are being said.
    mutating func forgetInput(dropsRest: Bool = false) {
        log.discard()
        uplink.reset(dropsRest: dropsRest)
    }
}
