internal import ModelTypes
internal import VoiceSession
internal import WireCodec

// What of the owner's words goes out, and when.

extension SessionMachine {
    mutating func answer(_ responses: [FunctionResponse]) {
        let sent = responses.flatMap { calls.answer($0) }
        for response in sent where response.id.isEmpty { addAnswer(response) }
        let known = sent.filter { !$0.id.isEmpty }
        if !known.isEmpty { add(.toolResponses(known)) }
    }

    /// Adds the answer to a call, which the service may have made without an id.
    mutating func addAnswer(_ response: FunctionResponse) {
        // Only Vertex takes an answer without the call's id; others get it in words.
        guard response.id.isEmpty, !rules.isVertex else { return add(.toolResponses([response])) }
        let words =
            "(\(response.name) was called without an id. It gave "
            + "\(response.response.serialized). Answer the user now.)"
        // It is answered as words are, by the rest of the answer that made the call.
        add(.text(words), account.number ?? answers.give())
    }

    /// No answer is awaited to the words whose end is said next, as when nobody was heard to speak
    /// in them: one may come, but that none comes says nothing about the session.
    package mutating func expectNoReply() {
        // Where the service finds the turns, an answer that is due is so to these words, too.
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
            // The service may be at its answer all the same; whoever leaves then has to say it all
            // once more.
            line?.doubtfulUntil = isDoubtful ? now + Self.stallTimeout : nil
            answers.wordsEnded(
                next.answer ?? answers.give(), isDoubtful: isDoubtful,
                isWithinWords: rules.isManual && log.isWithinSentWords)
            line?.isInteracting = false
        case .activityStart:
            answers.wordsBegan()
        case .audio:
            if !rules.isManual, !answers.isWithinWords { answers.wordsBegan() }
            // Nobody is answered while he speaks.
            if answers.coming?.isRepetition ?? true { line?.noteWork(at: now) }
        case .content, .video, .contextUpdate:
            break
        }
    }

    /// Tells a session that never heard of a turn what became of it.
    private mutating func giveAccount() {
        // Calls of this connection are answered in the service's own way.
        guard account.isDue, calls.isEveryAnswerKnown, !calls.isAnyAwaited else { return }
        let asksForAnswer = !log.hasUnsent
        // Content may not come within words, and would cut the answer to them.
        let mayExplain = line?.replyDueSince == nil && !log.isWithinSentWords
        // Who has more to say does not want the rest of an answer, but must know what was done.
        if calls.isAnyLost, !mayExplain { return }
        guard calls.isAnyLost || asksForAnswer && mayExplain else { return forgetAccount() }
        account.give(asksForAnswer: asksForAnswer)
        let item = account.item(
            lost: calls.lost, asksForAnswer: asksForAnswer, asText: !rules.takesContent)
        // It goes on with the answer that was cut.
        log.putFirst(item, answer: account.number ?? answers.give())
    }

    /// Whether there is something that only this turn's sessions knew.
    var hasAccount: Bool { !calls.isEmpty || account.isOfCutAnswer }

    /// Nothing of this turn is to be told to another session.
    mutating func forgetAccount() {
        calls.endTurn()
        account.reset()
    }

    /// The words up to this number are answered.
    mutating func settle(through answer: AnswerNumber) {
        // Where the service does not tell what it has, an answer is the only sign.
        if line?.hasIndexes ?? false {
            log.settleHeld(through: answer)
        } else {
            log.settle(through: answer)
        }
    }

    /// Forgets what is held and not sent.
    package mutating func discard() {
        guard !isReady else { return }
        forgetInput()
    }

    /// Forgets what was said; with `dropsRest` also what is still being said of it.
    mutating func forgetInput(dropsRest: Bool = false) {
        log.discard()
        uplink.reset(dropsRest: dropsRest)
    }
}
