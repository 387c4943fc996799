internal import ModelTypes

// What of the owner's words goes out, and when.

extension SessionMachine {
    mutating func answer(_ responses: [FunctionResponse]) {
        var known: [FunctionResponse] = []
        for var response in responses {
            response.id = bridge.answer(response.id, response.response)
            guard openCalls.remove(response.id) != nil else { continue }
            noteAnswered(response.id)
            if Self.isNameless(response.id) {
                add(answerItem(response))
            } else {
                known.append(response)
            }
        }
        if !known.isEmpty { add(.toolResponses(known)) }
    }

    /// Keeps in mind that a call was answered, so that its repetition is known for one.
    mutating func noteAnswered(_ id: String) {
        guard !Self.isNameless(id), !answeredCalls.contains(id) else { return }
        answeredCalls.append(id)
        if answeredCalls.count > Self.answeredLimit { answeredCalls.removeFirst() }
    }

    /// The answer to a call, whose id may be one of ours.
    func answerItem(_ response: FunctionResponse) -> UplinkItem {
        guard Self.isNameless(response.id) else { return .toolResponses([response]) }
        // Only Vertex takes an answer without the call's id; others get it in words.
        guard rules.isVertex else { return .text(TurnBridge.words(for: response)) }
        var response = response
        response.id = ""
        return .toolResponses([response])
    }

    /// No answer is awaited to the words whose end is said next, as when nobody was heard to speak
    /// in them: one may come, but that none comes says nothing about the session.
    package mutating func expectNoReply() {
        // Behind other words an answer is due to those.
        let isAnswering = !rules.isManual && replyDueSince != nil
        isReplyDoubtful = !isAnswering && !log.hasUnsentEnd
    }

    /// Sends what is held, answers to calls first.
    mutating func flush(at now: Int64) {
        guard case .ready = state else { return }
        giveAccount()
        while let item = log.nextUnsent() {
            noteSending(of: item, at: now)
            actions.append(.send(item))
        }
    }

    private mutating func noteSending(of item: UplinkItem, at now: Int64) {
        switch item {
        case .content(_, isComplete: false), .video, .contextUpdate: break
        default: hasSpoken = true
        }
        switch item {
        case .toolResponses:
            replyDueSince = now
            isCompletionDue = false
        case .activityEnd, .audioStreamEnd, .text, .content(_, isComplete: true):
            replyDueSince = isReplyDoubtful ? replyDueSince : now
            isAnswerAwaited = !isReplyDoubtful
            // The service may be at its answer all the same; whoever leaves then has to say it all
            // once more.
            doubtfulUntil = isReplyDoubtful ? now + Self.stallTimeout : nil
            isSilentSince = true
            isInteracting = false
            answer = nil
            isGenerated = false
            isCompletionDue = false
        case .activityStart:
            isResidueDue = isResidueDue || replyDueSince != nil
            noteNewWords()
            isSilentSince = false
        case .audio:
            if !rules.isManual, isSilentSince { noteNewWords() }
            isSilentSince = false
            // Nobody is answered while he speaks.
            if answer?.isRepetition ?? true, let due = replyDueSince {
                replyDueSince = max(due, now)
            }
        case .content, .video, .contextUpdate:
            break
        }
    }

    /// Words go out, perhaps into an answer.
    private mutating func noteNewWords() {
        // Of an answer that has begun comes more, or its end. A noise is not answered at all, and
        // beside a call that the model does not wait for, new words are answered at once.
        // Of a call that was only repeated nothing may come, and what does come would be taken from
        // the new words.
        guard replyDueSince != nil, let answer, !answer.isRepetition, openCalls.isEmpty,
            !isOldAnswerDue
        else { return }
        isOldAnswerDue = true
        log.newWordsBegan()
    }

    /// Tells a session that never heard of a turn what became of it.
    private mutating func giveAccount() {
        // Calls of this connection are answered in the service's own way.
        guard isAccountDue, bridge.isAnswered, openCalls.isEmpty else { return }
        let asksForAnswer = !log.hasUnsent
        // Content may not come within words, and would cut the answer to them.
        let canBeTold = replyDueSince == nil && !log.isWithinSentWords
        // Who has more to say does not want the rest of an answer, but must know what was done.
        if bridge.hasLostCalls, !canBeTold { return }
        isAccountDue = false
        guard bridge.hasLostCalls || asksForAnswer && canBeTold else { return bridge.reset() }
        accountAsks = asksForAnswer
        log.putFirst(
            bridge.account(asksForAnswer: asksForAnswer, asText: !rules.takesContent))
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
