// Opening, closing and abandoning turns.

extension ConversationMachine {
    /// Opens a turn and interrupts what is being said or awaited.
    mutating func openTurn(by opener: TurnOpener, at time: Int64, gate: ConversationAction) {
        guard !uplink.isFull else {
            record(.notice("a turn was refused: too many turns wait for the microphone"))
            return emit(.sound(.error))
        }
        interruptReply(cause: opener == .voice ? .voice : .button, at: time)
        turnCount += 1
        uplink.append(Uplink.Turn(number: turnCount, opener: opener, openedAt: time))
        endOfWords = nil
        isToolDone = false
        isAnswerShown = false
        phase = .listening
        record(.turnOpened(turnCount, by: opener))
        emit(gate)
        if link != .up {
            linkDeadline =
                linkDeadline ?? time + .milliseconds(settings.offlinePatienceMilliseconds)
            if opener != .voice || link == .asleep { emit(.connect) }
        }
        // The reason for a refusal may be fixed by now, such as a key: the attempt will show it.
        if link == .down {
            if opener != .voice { tell(lineOfOutage, at: time) }
        } else if settings.soundsListening || opener == .request {
            // A request opens the microphone without a press, so people in the room must hear it.
            emit(.sound(.listening))
        }
    }

    /// Interrupts the reply that plays or is awaited.
    mutating func interruptReply(cause: InterruptionCause, at time: Int64) {
        if held != nil {
            // Another sound that may not be a voice; only its end decides.
            if cause == .voice { return heldVoice(isHeard: true, at: time) }
            dropHeld()
        }
        switch phase {
        case .speaking(let speaking):
            if cause == .voice, settings.falseInterruptionMilliseconds > 0 {
                return hold(speaking, at: time)
            }
            silence(cause: cause, at: time)
        case .idle, .listening, .thinking:
            break
        }
        answers.interruptAll()
    }

    /// Silences the speaker; the time that this takes is measured.
    mutating func silence(cause: InterruptionCause, at time: Int64) {
        emit(.flushSpeaker)
        record(.interrupted(by: cause))
        interruption = (time, cause)
    }

    /// Closes the open turn.
    ///
    /// `wordsEnd` is when the user's words ended; latency is measured from it.
    mutating func closeTurn(
        at time: Int64, wordsEnd: Int64, kind: EndOfWords, isReplyWanted: Bool = true
    ) {
        guard let turn = uplink.close(at: time, isReplyWanted: isReplyWanted) else { return }
        emit(.closeMicrophone(at: time))
        heldVoice(isHeard: false, at: time)
        endOfWords = isReplyWanted ? (wordsEnd, kind) : nil
        guard case .listening = phase else { return }
        if isReplyWanted {
            let isDoubtful = turn.opener == .voice && !turn.isConfirmed
            phase = .thinking(awaiting(from: time, isDoubtful: isDoubtful))
        } else {
            answers.takeBack()
            phase = .idle
        }
    }

    /// A wait for the reply that starts at a time.
    func awaiting(from time: Int64, isDoubtful: Bool) -> Thinking {
        let wait =
            isDoubtful ? settings.unheardTimeoutMilliseconds : settings.thinkingTimeoutMilliseconds
        return Thinking(until: time + .milliseconds(wait), isDoubtful: isDoubtful)
    }

    /// Restarts the wait for the reply, after something that delayed it.
    mutating func restartWait(at time: Int64) {
        guard case .thinking(let thinking) = phase else { return }
        phase = .thinking(awaiting(from: time, isDoubtful: thinking.isDoubtful))
    }

    /// The service showed that it heard words, so its reply gets the full wait.
    mutating func confirmWords(at time: Int64) {
        uplink.noteConfirmation()
        guard case .thinking(let thinking) = phase, thinking.isDoubtful else { return }
        phase = .thinking(awaiting(from: time, isDoubtful: false))
    }

    /// The session has all samples of a turn, or no more will come.
    mutating func finishTurn(_ turn: Uplink.Turn) {
        guard !turn.isAbandoned else { return }
        guard turn.hasBegun else {
            record(.turnClosed(turn.number, .empty))
            guard !uplink.isBusy else { return }
            // Nothing was said, so nothing is held and no answer will come.
            linkDeadline = nil
            if !calls.isAwaiting { endUnheard("nothing came from the microphone") }
            return
        }
        if !turn.isReplyWanted { emit(.expectNoReply) }
        emit(.endWords(isReplyWanted: turn.isReplyWanted))
        record(.turnClosed(turn.number, .sent))
    }

    /// The samples of a turn did not come in time, so its words, or their end, are lost.
    mutating func giveUpMark(of turn: Uplink.Turn) {
        if turn.hasSpeech, !turn.hasBegun, case .thinking(var thinking) = phase {
            // The user did speak, though only the device has heard it.
            thinking.isDoubtful = false
            phase = .thinking(thinking)
        }
        if !turn.isAbandoned {
            record(.notice("the microphone's samples came too late: the processor is too busy"))
        }
        finishTurn(turn)
    }

    /// Drops everything that is held for a session that does not come.
    mutating func abandonTurns(at time: Int64) {
        linkDeadline = nil
        dropHeld()
        if uplink.open != nil { emit(.closeMicrophone(at: time)) }
        for turn in uplink.abandon(at: time) { record(.turnClosed(turn.number, .abandoned)) }
        emit(.discardInput)
        endOfWords = nil
        switch phase {
        case .listening, .thinking: phase = .idle
        case .idle, .speaking: break
        }
    }
}
