// The user's actions, and the microphone's events.

extension ConversationMachine {
    /// The talk button went down at that time.
    ///
    /// A press does what users expect: it dismisses a ringing alarm, otherwise stops an answer,
    /// otherwise opens a turn. In hold mode it stops the answer and opens a turn at once.
    package mutating func buttonPressed(at time: Int64) -> [ConversationAction] {
        guard touch(at: time) == .nothing else { return settle() }
        pressEndsMute(at: time)
        if let refusal = refusal {
            // A user who hears an answer wants to stop it. One who waits for it wants to say more,
            // and would otherwise hear nothing: neither the answer nor why the device does not
            // listen.
            if !isThinking || held != nil, stopAnswer(at: time) { return settle() }
            tell(refusal, at: time)
            return settle()
        }
        // In hold and hands-free mode an open turn already belongs to the button or the voice.
        if uplink.open == nil {
            openTurn(
                by: .button, at: time, gate: .openMicrophone(at: max(time, mutedUntil ?? time)))
            if let since = speechSince,
                since >= time - .milliseconds(settings.preRollMilliseconds)
            {
                uplink.noteSpeech()
            }
        }
        return settle()
    }

    /// The talk button went down, and it is not yet known whether it will be held.
    ///
    /// Does what need not wait for that: everything except opening a turn.
    package mutating func buttonTouched(
        at time: Int64
    ) -> (use: TouchUse, actions: [ConversationAction]) {
        var use = touch(at: time)
        if use == .nothing, stopAnswer(at: time) { use = .stopped }
        return (use, settle())
    }

    /// What a press does before opening a turn, or instead.
    private mutating func touch(at time: Int64) -> TouchUse {
        if dismissAlarm() { return .dismissed }
        guard settings.mode == .tap else { return .nothing }
        if uplink.open != nil {
            closeTurn(at: time, wordsEnd: time, kind: .release)
            return .stopped
        }
        return stopAnswer(at: time) ? .stopped : .nothing
    }

    /// The talk button came up at that time.
    package mutating func buttonReleased(at time: Int64) -> [ConversationAction] {
        switch settings.mode {
        case .hold, .handsFree:
            if let turn = uplink.open, turn.opener == .button {
                let held = time - turn.openedAt
                closeTurn(
                    at: time, wordsEnd: time, kind: .release,
                    isReplyWanted: held >= .milliseconds(settings.minimumHoldMilliseconds))
            }
        case .tap:
            break
        }
        return settle()
    }

    /// The user wants silence: nothing more of what is said or awaited is played.
    package mutating func stopRequested(at time: Int64) -> [ConversationAction] {
        dismissAlarm()
        if phase == .listening {
            dropHeld()
            closeTurn(at: time, wordsEnd: time, kind: .cut, isReplyWanted: false)
        } else {
            stopAnswer(at: time)
        }
        return settle()
    }

    /// Ends the answer that is played or awaited; returns false when there is none.
    @discardableResult
    private mutating func stopAnswer(at time: Int64) -> Bool {
        let wasHeld = held != nil
        dropHeld()
        switch phase {
        case .idle:
            return wasHeld
        case .listening:
            return false
        case .thinking:
            takeBack()
            endOfWords = nil
            phase = .idle
        case .speaking(let speaking):
            silence(cause: .button, at: time)
            if !speaking.isComplete { takeBack() }
            if uplink.open != nil {
                closeTurn(at: time, wordsEnd: time, kind: .cut, isReplyWanted: false)
            }
            phase = .idle
        }
        return true
    }

    /// Takes back what was said, and the words that are still on their way.
    private mutating func takeBack() {
        answers.takeBack()
        uplink.takeBack()
    }

    /// An alarm rings, until it is dismissed or `alarmEnded`.
    package mutating func alarmRang() -> [ConversationAction] {
        isRinging = true
        return settle()
    }

    /// The alarm has stopped ringing.
    package mutating func alarmEnded() -> [ConversationAction] {
        isRinging = false
        return settle()
    }

    @discardableResult
    private mutating func dismissAlarm() -> Bool {
        guard isRinging else { return false }
        isRinging = false
        emit(.dismissAlarm)
        return true
    }

    /// Why a press cannot open a turn.
    var refusal: Earcon? {
        if isSilenced { return .muted }
        if !hasMicrophone { return .noMicrophone }
        return nil
    }

    /// Muting, or unmuting, was requested.
    ///
    /// An open turn ends with what was said before. A mute by the switch stays.
    package mutating func muteToggled(at time: Int64) -> [ConversationAction] {
        if isSwitchMuted {
            record(.notice("the microphone is muted by its switch, and only that can unmute it"))
            emit(.sound(.muted))
            return settle()
        }
        isMuted.toggle()
        isMutedByWords = false
        record(.muted(isMuted))
        if !isMuted { mutedUntil = time }
        if isMuted { closeTurn(at: time, wordsEnd: time, kind: .cut) }
        return settle()
    }

    /// The mute switch was turned; only the switch can undo that.
    package mutating func muteSwitched(
        _ isOn: Bool, at time: Int64
    ) -> [ConversationAction] {
        guard isOn != isSwitchMuted else { return settle() }
        let before = isSilenced
        isSwitchMuted = isOn
        if isSilenced != before {
            record(.muted(isSilenced))
            if !isSilenced { mutedUntil = time }
        }
        if isOn { closeTurn(at: time, wordsEnd: time, kind: .cut) }
        return settle()
    }

    /// The local detector heard an onset.
    package mutating func speechStarted(sample: Int64, at time: Int64) -> [ConversationAction] {
        speechSince = time
        switch settings.mode {
        case .hold:
            if uplink.open?.opener == .request { uplink.noteSpeech() }
        case .tap:
            uplink.noteSpeech()
        case .handsFree:
            if uplink.open != nil {
                uplink.noteSpeech()
            } else if refusal == nil, link != .refused, mayInterrupt {
                // A noise is no reason to ask a service again that has refused. Speech that began
                // while the microphone was muted is sent from the end of the mute.
                let begin = mutedUntil.flatMap { $0 > time ? $0 : nil }
                openTurn(
                    by: .voice, at: time,
                    gate: begin.map { .openMicrophone(at: $0) }
                        ?? .openMicrophoneAtSpeech(sample: sample))
                uplink.noteSpeech()
            }
        }
        return settle()
    }

    /// Whether an onset may be the user's voice rather than the device's own.
    private var mayInterrupt: Bool {
        switch phase {
        case .idle, .listening, .thinking: true
        case .speaking: settings.voiceInterrupts
        }
    }

    /// The local detector found the end of speech at `wordsEnd`, and reports it at `time`.
    ///
    /// The gate closes at `time`, after the hangover, so that a soft last sound is not cut off.
    package mutating func speechEnded(
        wordsEnd: Int64, at time: Int64
    ) -> [ConversationAction] {
        speechSince = nil
        guard let turn = uplink.open, turn.hasSpeech else { return settle() }
        let closes =
            switch settings.mode {
            case .hold: turn.opener == .request
            case .tap: settings.endsTapAtSpeechEnd || turn.opener == .request
            case .handsFree: turn.opener != .button
            }
        if closes { closeTurn(at: time, wordsEnd: wordsEnd, kind: .speech) }
        return settle()
    }

    /// Samples came; `first` counts since the engine started.
    package mutating func samplesArrived(_ samples: [Int16], first: Int64) -> [ConversationAction] {
        if let (skip, isBeginning) = uplink.samples(first: first, count: samples.count) {
            if isBeginning { emit(.beginWords) }
            emit(.sendAudio(skip == 0 ? samples : Array(samples.dropFirst(skip))))
        }
        return settle()
    }

    /// Every sample up to the closing mark has come.
    package mutating func segmentEnded() -> [ConversationAction] {
        if let turn = uplink.finish() { finishTurn(turn) }
        return settle()
    }

    /// The microphone was lost: no more samples come than those before.
    package mutating func microphoneLost(_ text: String, at time: Int64) -> [ConversationAction] {
        hasMicrophone = false
        speechSince = nil
        record(.soundLost(.capture, text))
        return endTurns(at: time)
    }

    /// No more samples come: the open words are ended, so that no activity stays open.
    package mutating func endTurns(at time: Int64) -> [ConversationAction] {
        closeTurn(at: time, wordsEnd: time, kind: .cut)
        for turn in uplink.finishAll() { finishTurn(turn) }
        return settle()
    }

    /// The microphone is back.
    package mutating func microphoneBack(_ text: String) -> [ConversationAction] {
        hasMicrophone = true
        spokenAt[.noMicrophone] = nil
        record(.soundBack(.capture, text))
        return settle()
    }
}
