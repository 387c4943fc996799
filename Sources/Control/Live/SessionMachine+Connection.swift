internal import ModelTypes
internal import VoiceSession

// How connections begin and end.

extension SessionMachine {
    /// Opens a connection, as soon as the minute's attempts allow one.
    mutating func open(at now: Int64) {
        let next = attempts.other(at: now)
        guard next <= now else {
            state = .waiting(until: next, earliest: next)
            return tell(.offline(.resting, retryIn: .nanoseconds(next - now)))
        }
        if let handle, handle.isDead(at: now) { forgetHandle() }
        log.rewind()
        attempts.attemptStarted(at: now)
        handle?.beginAttempt()
        let until = now + rules.connectTimeout + Self.connectSpare
        state = .connecting(Connecting(until: until, isResuming: handle != nil))
        tell(.connecting(attempt: attempts.failures + 1))
        actions.append(.open)
    }

    mutating func forgetHandle() {
        guard handle != nil else { return }
        handle = nil
        log.forgetHeld()
        account.setDue(hasAccount)
        actions.append(.keep(handle: nil))
    }

    /// The socket is open.
    package mutating func opened(at now: Int64) -> [SessionAction] {
        guard case .connecting(let connecting) = state else { return [] }
        let isResuming = connecting.isResuming
        state = .settingUp(SettingUp(until: now + rules.setupTimeout, isResuming: isResuming))
        let history = isResuming ? [] : transcript.history
        actions.append(.sendSetup(handle: isResuming ? handle?.text : nil, history: history))
        return take()
    }

    mutating func becomeReady(_ settingUp: SettingUp, at now: Int64) {
        let isResuming = settingUp.isResuming
        let history = transcript.history
        let age = min(rules.connectionAge, lineLife.limit ?? .max)
        state = .ready(
            Ready(
                since: now, isResuming: isResuming, rotateAt: now + age, leave: settingUp.leave,
                lastActivity: now, hasSpoken: !isResuming && history.isEmpty))
        setbacks.forgetUnknownRefusals()
        if isResuming { log.forgetAnswers() } else { calls.sessionBegan() }
        tell(.ready(resumed: isResuming))
        if !isResuming, rules.sendsHistory, !history.isEmpty {
            // As announced in the setup: it is taken as history and gets no answer.
            sendAside(.content(history, isComplete: true))
        }
        flush(at: now)
    }

    /// The socket could not be opened.
    package mutating func openFailed(
        _ text: String, at now: Int64, random: Double
    ) -> [SessionAction] {
        if case .closing = state { return closed(code: 1006, reason: "", at: now, random: random) }
        guard case .connecting = state else { return [] }
        loseOpening(.unreachable(text), at: now, random: random)
        return take()
    }

    /// The far end answered the upgrade with something else.
    package mutating func openingRefused(
        _ refusal: OpeningRefusal, at now: Int64, random: Double
    ) -> [SessionAction] {
        guard case .connecting = state else {
            return openFailed(refusal.text, at: now, random: random)
        }
        if refusal.reason.isForGood || isUnknownForGood(refusal.reason) {
            fail(SessionFailure(refusal.reason, text: refusal.text))
            return take()
        }
        loseOpening(
            .unreachable(refusal.text), pace: refusal.reason.pace, asked: refusal.retryAfter,
            at: now, random: random)
        return take()
    }

    /// The connection cannot be opened; the service never saw the handle.
    mutating func loseOpening(
        _ reason: OfflineReason, pace: ConnectionPace.Cause = .usual, asked: Int64? = nil,
        at now: Int64,
        random: Double
    ) {
        if isResuming { handle?.discardAttempt() }
        wait(reason, pace: pace, asked: asked, at: now, random: random)
    }

    /// Counts a refusal before the setup was done; returns whether it has repeated too often.
    private mutating func isUnknownForGood(_ reason: CloseReason) -> Bool {
        reason == .unknown && setbacks.refusedInUnknownWords()
    }

    /// The socket is closed.
    package mutating func closed(
        code: UInt16, reason: String, at now: Int64, random: Double
    ) -> [SessionAction] {
        switch state {
        case .idle, .asleep, .waiting, .failed:
            return []
        case .closing(let closing):
            ended(closing, at: now, random: random)
        case .connecting, .settingUp, .ready:
            lost(code: code, reason: reason, at: now, random: random)
        }
        return take()
    }

    /// The connection that we have closed has ended.
    mutating func ended(_ closing: Closing, at now: Int64, random: Double) {
        socketGone(readySince: closing.readySince, at: now)
        switch closing.next {
        case .connecting: move(from: closing, at: now, random: random)
        case .asleep:
            // Words may have been added while the close was under way.
            if log.hasUnsent { return open(at: now) }
            state = .asleep
            tell(.asleep)
        case .idle:
            state = .idle
            tell(.closed)
        case .failed(let failure):
            fail(failure)
        }
    }

    /// Moves to another connection, at once unless this one was left soon after its beginning: a
    /// service that sends every client away would otherwise get hundreds of connections a second.
    private mutating func move(from closing: Closing, at now: Int64, random: Double) {
        if let readySince = closing.readySince, now - readySince >= ConnectionPace.stable {
            return open(at: now)
        }
        let next = attempts.failed(at: now, random: random)
        guard next > now else { return open(at: now) }
        state = .waiting(until: next, earliest: now)
        tell(.offline(.resting, retryIn: .nanoseconds(next - now)))
    }

    private mutating func lost(code: UInt16, reason: String, at now: Int64, random: Double) {
        if case .ready(let ready) = state, reason.isEmpty,
            lineLife.lost(after: now - ready.since), let limit = lineLife.limit
        {
            tell(
                .notice(
                    "connections end after \((now - ready.since) / 1_000_000_000) s unannounced: "
                        + "something in the network cuts them; each is replaced after "
                        + "\(limit / 1_000_000_000) s from now on"))
        }
        let told: OfflineReason =
            code == 1006 ? .lost : .closedByService(code: code, reason: reason)
        end(because: CloseReason(code: code, reason: reason), told, reason, at: now, random: random)
    }

    /// An error of the service ends a connection as a close does; a close may not follow.
    mutating func failed(_ error: ServiceError, at now: Int64, random: Double) {
        actions.append(.abort)
        end(
            because: error.reason, .refusedByService(error.text), error.text,
            asked: error.retryDelay, at: now, random: random)
    }

    /// The connection has ended for a reason that the service gave in `text`.
    private mutating func end(
        because cause: CloseReason, _ told: OfflineReason, _ text: String, asked: Int64? = nil,
        at now: Int64, random: Double
    ) {
        let wasSettingUp = if case .settingUp = state { true } else { false }
        let isResuming = isResuming
        let isResumeRefused = wasSettingUp && isResuming
        if cause != .unknown { setbacks.forgetUnknownRefusals() }
        loseConnection(at: now)
        switch cause {
        case .credential, .model, .billing, .project, .region:
            return fail(SessionFailure(cause, text: text))
        case .handle where isResumeRefused, .payload where isResumeRefused:
            return beginAnew(at: now, because: told)
        case .payload where isResuming && handle != nil:
            // A resumed state is the first suspect, before the words (section 9, 10 and 13).
            forgetHandle()
        case .payload:
            dropRefusedWords()
            if setbacks.payloadRefused() { return fail(SessionFailure(cause, text: text)) }
        case .handle:
            forgetHandle()
        case .unknown where wasSettingUp:
            if isUnknownForGood(cause) { return fail(SessionFailure(cause, text: text)) }
        case .quota where isResuming, .overloaded where isResuming:
            if handle?.overloaded() ?? false { forgetHandle() }
        case .quota, .overloaded, .deadline, .unknown, .transient:
            break
        }
        wait(told, pace: cause.pace, asked: asked, at: now, random: random)
    }

    /// Words that were refused would be refused again, and so would the state.
    private mutating func dropRefusedWords() {
        if uplink.isTurnOpen || log.hasUnsent {
            tell(.notice("the words are not sent again: the service refused them"))
            // The user, who has finished speaking, waits for an answer that will not come.
            if !uplink.isTurnOpen { tell(.turnComplete(answers.last)) }
        }
        forgetInput(dropsRest: true)
        forgetAccount()
        forgetHandle()
    }

    /// The session cannot be resumed: a fresh one, which gets the history, can begin at once.
    private mutating func beginAnew(at now: Int64, because reason: OfflineReason) {
        forgetHandle()
        tell(.notice("a fresh session gets the history, because \(reason)"))
        state = .waiting(until: now, earliest: now)
    }

    /// The connection has ended without our close; the caller decides the next state.
    mutating func loseConnection(at now: Int64) {
        let readySince = line?.since
        lineGone()
        socketGone(readySince: readySince, at: now)
    }

    /// The end of the socket, for any reason and in any state.
    private mutating func socketGone(readySince: Int64?, at now: Int64) {
        if let readySince {
            attempts.held(from: readySince, until: now)
            if now - readySince >= ConnectionPace.stable {
                setbacks.connectionHeld()
                handle?.forgiveTries()
            }
        }
        handle?.sessionEnded(at: now)
        log.rewind()
    }

    /// We close: nothing more is received or sent on the connection, and its turn is over.
    mutating func startClosing(at now: Int64, then next: Next) {
        let readySince: Int64? =
            if case .closing(let closing) = state { closing.readySince } else { line?.since }
        lineGone()
        state = .closing(
            Closing(until: now + Self.closeTimeout, readySince: readySince, next: next))
    }

    /// The connection of a ready session has ended.
    private mutating func lineGone() {
        guard let line else { return }
        bridgeTurn(of: line)
        answers.connectionLost()
    }

    /// Keeps what the next session must know of the interrupted turn.
    private mutating func bridgeTurn(of line: Ready) {
        let cut = answers.isOfNow && line.replyDueSince != nil ? answers.coming : nil
        let isWritten = !transcript.heard.isEmpty || !transcript.saidLast.isEmpty
        if let cut, !cut.isGenerated, !uplink.isTurnOpen, isWritten {
            account.cut(cut.number, after: transcript.saidLast)
        }
        guard hasAccount else { return }
        calls.connectionLost()
        account.connectionLost(after: transcript.heard)
        // With indexes the words of the turn may be sent again, and then the answer is generated
        // again.
        account.setDue(!(line.hasIndexes && log.holdsSentWords))
    }

    /// Tries again later: at the service's pace when it gave one, otherwise at ours, which a
    /// request of the owner may cut short.
    mutating func wait(
        _ reason: OfflineReason, pace: ConnectionPace.Cause = .usual, asked: Int64? = nil,
        at now: Int64,
        random: Double
    ) {
        let next = attempts.failed(at: now, pace: pace, asked: asked ?? 0, random: random)
        let isOurs = pace == .usual && asked == nil
        state = .waiting(until: next, earliest: isOurs ? now : next)
        tell(.offline(reason, retryIn: .nanoseconds(next - now)))
    }

    mutating func fail(_ failure: SessionFailure) {
        state = .failed
        forgetInput()
        forgetAccount()
        if !failure.reason.sparesConversation { forgetHandle() }
        tell(.failed(failure))
    }
}
