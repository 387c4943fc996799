package import VoiceSession

// Events of the session.

extension ConversationMachine {
    /// The session is set up; `resumed` when it knows what was said before.
    package mutating func sessionReady(resumed: Bool, at time: Int64) -> [ConversationAction] {
        if !resumed { calls.conversationBegan() }
        link = .up
        linkDeadline = nil
        reportedOutage = nil
        wasOnline = true
        for line in Earcon.outages { spokenAt[line] = nil }
        record(.online(resumed: resumed))
        restartWait(at: time)
        return settle()
    }

    /// The session is lost and reconnects by itself.
    ///
    /// `isNetworkMissing`: this machine has no route to the network.
    package mutating func sessionOffline(
        _ reason: String, isNetworkMissing: Bool, at time: Int64
    ) -> [ConversationAction] {
        link = .down
        // A device that has had a session has a network.
        lineOfOutage = isNetworkMissing && !wasOnline ? .noNetwork : .offline
        // A lasting reason is reported once, however often it occurs.
        if reason != reportedOutage { record(.offline(reason)) }
        reportedOutage = reason
        loseReply()
        switch phase {
        case .listening, .thinking:
            linkDeadline =
                linkDeadline ?? time + .milliseconds(settings.offlinePatienceMilliseconds)
        case .idle, .speaking:
            break
        }
        return settle()
    }

    /// The session was closed after a long silence; the user's next words reconnect it.
    package mutating func sessionAsleep() -> [ConversationAction] {
        link = .asleep
        return settle()
    }

    /// There is no session until something is changed; `line` says what.
    package mutating func sessionRefused(
        _ advice: String, because line: Earcon, at time: Int64
    ) -> [ConversationAction] {
        link = .refused
        lineOfOutage = line
        record(.refused(advice))
        reportedOutage = advice
        loseReply()
        // A user who waits for an answer hears it each time, others once.
        let isAwaited = phase == .listening || isThinking
        abandonTurns(at: time)
        if isAwaited || isNews(line, at: time) { tell(line, at: time) }
        return settle()
    }

    /// An interrupted generation is never continued; what has come is still played.
    private mutating func loseReply() {
        completeHeld(isTurnOver: true)
        completeReply()
    }

    /// An answer is due to words whose end the session has.
    ///
    /// It is not played if the user has taken the words back, or is already saying more.
    package mutating func answerDue(_ answer: AnswerNumber, isWanted: Bool) {
        answers.note(answer)
        if !isWanted {
            answers.takeBack()
        } else if !settings.usesAutomaticDetection, uplink.isBusy {
            answers.interruptAll()
        }
    }

    /// Audio of a reply came: samples at the output rate; `isAudible` unless it is silence.
    package mutating func audioArrived(
        _ samples: [Int16], isAudible: Bool, of answer: AnswerNumber, at time: Int64
    ) -> [ConversationAction] {
        guard answers.isHeard(answer) else { return settle() }
        answers.note(answer)
        guard isHeard(answer) else {
            // With manual detection nothing new is played before the end of the user's words is
            // sent.
            answers.interrupt(answer)
            return settle()
        }
        let length = rates.outputLength(samples.count)
        if isAddedToHeld(length, isAudible: isAudible, of: answer) {
            emit(.play(samples))
            return settle()
        }
        if isAnswerToInterruption(answer) {
            silence(cause: .voice, at: time)
            phase = .idle
        }
        switch phase {
        case .idle, .thinking, .listening:
            phase = .speaking(
                Speaking(
                    answer: answer, since: time, playedBy: time + length, isAudible: isAudible))
        case .speaking(var speaking):
            speaking.answer = max(speaking.answer, answer)
            speaking.isComplete = false
            speaking.isEnded = false
            speaking.isDrained = false
            speaking.isToolAnswerDue = false
            speaking.isAudible = speaking.isAudible || isAudible
            speaking.playedBy = max(speaking.playedBy, time) + length
            phase = .speaking(speaking)
        }
        if isAudible { isToolDone = false }
        emit(.play(samples))
        return settle()
    }

    /// The service interrupted an answer because it heard the user; `next` is due in its place.
    package mutating func interrupted(
        _ answer: AnswerNumber, next: AnswerNumber?, at time: Int64
    ) -> [ConversationAction] {
        answers.note(max(answer, next ?? .none))
        dropHeldInterrupted()
        switch phase {
        case .idle, .listening, .thinking:
            break
        case .speaking(let speaking):
            // It is a late report about an answer that the user had interrupted.
            guard answer >= speaking.answer else { break }
            silence(cause: .server, at: time)
            if uplink.open != nil {
                phase = .listening
            } else {
                // A user who has heard nothing of an answer yet still waits for one.
                let isUnheard = endOfWords != nil
                phase = .thinking(awaiting(from: time, isDoubtful: next == nil && !isUnheard))
            }
        }
        return settle()
    }

    /// The reply is complete, though the turn is not over.
    package mutating func generationComplete(_ answer: AnswerNumber) -> [ConversationAction] {
        guard answers.isHeard(answer) else { return settle() }
        completeHeld(isTurnOver: false)
        endReply()
        return settle()
    }

    /// The service's turn is over, and with it an answer.
    package mutating func turnComplete(_ answer: AnswerNumber) -> [ConversationAction] {
        guard answers.isHeard(answer) else { return settle() }
        if let kept = held, !kept.speaking.isComplete, answer >= kept.speaking.answer {
            completeHeld(isTurnOver: true)
            return settle()
        }
        switch phase {
        case .idle, .listening:
            break
        case .thinking(var thinking):
            // Another answer is awaited.
            guard answer >= answers.newest else { break }
            // With a tool running or words still on their way, another reply follows.
            if !calls.isAwaiting, !uplink.isBusy {
                // Such a model has decided that it was not addressed.
                if settings.mayStaySilent, !isToolDone, !isAnswerShown {
                    thinking.isDoubtful = true
                }
                phase = .thinking(thinking)
                endUnheard("the answer had no sound")
            } else if !uplink.isBusy {
                thinking.isTurnOver = true
                phase = .thinking(thinking)
            }
        case .speaking(let speaking):
            if answer >= speaking.answer { completeReply() }
        }
        return settle()
    }

    /// Reports to the speaker, once, that no more of this reply comes.
    private mutating func endReply() {
        guard case .speaking(var speaking) = phase, !speaking.isEnded else { return }
        speaking.isEnded = true
        phase = .speaking(speaking)
        emit(.endReply)
    }

    private mutating func completeReply() {
        endReply()
        guard case .speaking(var speaking) = phase else { return }
        speaking.isComplete = true
        phase = .speaking(speaking)
        if speaking.isDrained || !hasSpeaker { finishReply() }
    }

    /// The reply is complete and played.
    mutating func finishReply() {
        record(.replyPlayed)
        if case .speaking(let speaking) = phase, !speaking.isAudible {
            tellUnheard("the answer was silence")
        }
        // A loudspeaker that comes back later must not play what was not played.
        if !hasSpeaker { emit(.flushSpeaker) }
        if uplink.open != nil {
            phase = .listening
        } else {
            phase = .idle
        }
    }

    /// The awaited answer does not come, and nothing of it was heard.
    mutating func endUnheard(_ notice: String) {
        guard case .thinking(let thinking) = phase else { return }
        endOfWords = nil
        phase = .idle
        // A noise was not a question.
        if !thinking.isDoubtful { tellUnheard(notice) }
    }

    /// Plays a sound because a turn ends without an audible answer; a completed function still
    /// counts as done.
    private mutating func tellUnheard(_ notice: String) {
        record(.notice(notice))
        emit(.tellText)
        emit(.sound(isToolDone ? .done : .error))
        isToolDone = false
        isAnswerShown = false
    }

    /// A part of an answer came that is not sound, such as its words.
    package mutating func answerShown(at time: Int64) -> [ConversationAction] {
        // During a held or playing reply it is a part of that reply.
        guard held == nil, isThinking else { return settle() }
        isAnswerShown = true
        confirmWords(at: time)
        return settle()
    }

    /// The service transcribed words of the user.
    package mutating func wordsHeard(at time: Int64) -> [ConversationAction] {
        dropHeld()
        interruptResumed(at: time)
        confirmWords(at: time)
        return settle()
    }
}
