// What the loudspeaker reports, and the passing of time.

extension ConversationMachine {
    /// The first sample of a reply was written at that time.
    package mutating func playbackStarted(at time: Int64) -> [ConversationAction] {
        // A mark older than this reply's first audio is a late one of an interrupted reply.
        if case .speaking(let speaking) = phase, time >= speaking.since, let words = endOfWords {
            record(
                .firstSound(
                    milliseconds: time.milliseconds(since: words.at), after: words.kind))
            endOfWords = nil
        }
        return settle()
    }

    /// Everything that the speaker was given has been played.
    package mutating func playbackDrained(at time: Int64) -> [ConversationAction] {
        // It had just finished playing when it was silenced.
        held?.speaking.isDrained = true
        guard case .speaking(var speaking) = phase else { return settle() }
        if speaking.isComplete {
            finishReply()
        } else if calls.isAwaiting {
            phase = .thinking(awaiting(from: time, isDoubtful: false))
        } else {
            speaking.isDrained = true
            phase = .speaking(speaking)
        }
        return settle()
    }

    /// The device outputs digital silence since that time, after a flush.
    package mutating func playbackSilent(at time: Int64) -> [ConversationAction] {
        if let cut = interruption, time >= cut.at {
            record(.silence(milliseconds: time.milliseconds(since: cut.at), after: cut.cause))
            interruption = nil
        }
        return settle()
    }

    /// The loudspeaker was lost; turns end without it.
    package mutating func speakerLost(_ text: String) -> [ConversationAction] {
        hasSpeaker = false
        record(.soundLost(.playback, text))
        if case .speaking(let speaking) = phase, speaking.isComplete { finishReply() }
        return settle()
    }

    /// The loudspeaker is back.
    package mutating func speakerBack(_ text: String) -> [ConversationAction] {
        hasSpeaker = true
        record(.soundBack(.playback, text))
        return settle()
    }

    // MARK: - Deadlines

    /// When `deadlineReached` must be called; nil while nothing is awaited.
    package var deadline: Int64? {
        // Without an array, because this runs with every chunk of a reply and an array would be
        // allocated.
        var earliest = Self.earlier(turnDeadline, silenceDeadline)
        earliest = Self.earlier(earliest, uplink.flushDeadline)
        earliest = Self.earlier(earliest, linkDeadline)
        earliest = Self.earlier(earliest, held?.until)
        earliest = Self.earlier(earliest, thinkingDeadline)
        return Self.earlier(earliest, stallDeadline)
    }

    static func earlier(_ one: Int64?, _ other: Int64?) -> Int64? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    private var turnDeadline: Int64? {
        uplink.open.map { $0.openedAt + .milliseconds(settings.maximumTurnMilliseconds) }
    }

    /// The deadline of a tap or a request that no speech follows.
    private var silenceDeadline: Int64? {
        guard let turn = uplink.open, !turn.hasSpeech,
            turn.opener == .request || settings.mode == .tap && settings.endsTapAtSpeechEnd
        else { return nil }
        return turn.openedAt + .milliseconds(settings.tapSilenceMilliseconds)
    }

    private var thinkingDeadline: Int64? {
        guard case .thinking(let thinking) = phase, !calls.isAwaiting else { return nil }
        // While the session is down its own deadline counts, if it was set.
        guard link == .up || linkDeadline == nil else { return nil }
        return thinking.until
    }

    /// The deadline of a reply that stops coming, or that the speaker does not finish.
    private var stallDeadline: Int64? {
        guard case .speaking(let speaking) = phase, !calls.isAwaiting else { return nil }
        return speaking.playedBy + .milliseconds(settings.thinkingTimeoutMilliseconds)
    }

    var isThinking: Bool {
        if case .thinking = phase { true } else { false }
    }

    /// The time is at or past `deadline`.
    package mutating func deadlineReached(at time: Int64) -> [ConversationAction] {
        func isDue(_ deadline: Int64?) -> Bool { deadline.map { $0 <= time } ?? false }
        if isDue(turnDeadline) {
            record(.notice("the turn reached its limit"))
            closeTurn(at: time, wordsEnd: time, kind: .cut)
        }
        if isDue(silenceDeadline) {
            record(.notice("nobody spoke"))
            closeTurn(at: time, wordsEnd: time, kind: .cut, isReplyWanted: false)
            // The user who asked may not be looking at the light.
            emit(.sound(.error))
        }
        while isDue(uplink.flushDeadline), let turn = uplink.finish() {
            giveUpMark(of: turn)
        }
        if isDue(held?.until) { resumeHeld(at: time) }
        if isDue(linkDeadline) {
            record(.notice("no session came in time; the words are dropped"))
            // After an accidental press the user does not wait for an answer.
            if phase == .listening || isThinking { tell(lineOfOutage, at: time) }
            abandonTurns(at: time)
        }
        if isDue(thinkingDeadline) { giveUpThinking(at: time) }
        if isDue(stallDeadline), case .speaking(let speaking) = phase {
            record(.notice("the reply stopped before its end"))
            // A reply without any audible part gets its own sound.
            if !speaking.isEnded, speaking.isAudible { emit(.sound(.error)) }
            finishReply()
        }
        return settle()
    }

    /// No reply came in time.
    private mutating func giveUpThinking(at time: Int64) {
        guard case .thinking(let thinking) = phase else { return }
        switch link {
        case .up:
            endUnheard("no reply came in time")
        case .down, .asleep, .refused:
            record(.notice("no session came in time; the words are dropped"))
            if !thinking.isDoubtful { tell(lineOfOutage, at: time) }
            abandonTurns(at: time)
        }
    }
}
