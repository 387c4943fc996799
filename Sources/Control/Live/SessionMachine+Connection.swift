internal import ModelTypes

// How connections begin and end.

extension SessionMachine {
    mutating func open(at now: Int64) {
        if let handle, handle.tries >= Self.triesPerHandle || isExpired(handle, at: now) {
            forgetHandle()
        }
        log.rewind()
        backoff.attemptStarted(at: now)
        isResuming = handle != nil
        handle?.tries += 1
        leaveBy = nil
        rotateAt = nil
        isLeaveDue = false
        pendingFailure = nil
        state = .connecting
        tell(.connecting(attempt: backoff.failures + 1))
        actions.append(.open)
    }

    private func isExpired(_ handle: Handle, at now: Int64) -> Bool {
        now - handle.receivedAt > Self.handleLife
    }

    mutating func forgetHandle() {
        guard handle != nil else { return }
        handle = nil
        log.forgetHeld()
        isAccountDue = !bridge.isEmpty
        actions.append(.keep(handle: nil))
    }

    /// The socket is open.
    package mutating func opened(at now: Int64) -> [SessionAction] {
        guard case .connecting = state else { return [] }
        state = .settingUp(until: now + rules.setupTimeout)
        let history = isResuming ? [] : transcript.history
        actions.append(.sendSetup(handle: isResuming ? handle?.text : nil, history: history))
        return take()
    }

    mutating func becomeReady(at now: Int64) {
        state = .ready(since: now)
        rotateAt = now + min(rules.connectionAge, lineLife.limit ?? .max)
        lastActivity = now
        hasTakenLeave = false
        isResumableNow = true
        hasIndexes = false
        isInteracting = false
        if isResuming { log.forgetAnswers() }
        tell(.ready(resumed: isResuming))
        let history = transcript.history
        hasSpoken = !isResuming && history.isEmpty
        if !isResuming, rules.sendsHistory, !history.isEmpty {
            // As announced in the setup: taken as history, answered by nothing.
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
        // The service never saw the handle.
        handle?.tries -= isResuming ? 1 : 0
        wait(.unreachable(text), isQuota: false, at: now, random: random)
        return take()
    }

    /// The socket is gone.
    package mutating func closed(
        code: UInt16, reason: String, at now: Int64, random: Double
    ) -> [SessionAction] {
        switch state {
        case .idle, .asleep, .waiting, .failed:
            return []
        case .closing(_, let next):
            loseConnection(at: now)
            go(to: next, at: now)
        case .connecting, .settingUp, .ready:
            lost(code: code, reason: reason, at: now, random: random)
        }
        return take()
    }

    mutating func go(to next: Next, at now: Int64) {
        switch next {
        case .connecting: open(at: now)
        case .asleep:
            // Something may have been said while the close was under way.
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

    private mutating func lost(code: UInt16, reason: String, at now: Int64, random: Double) {
        if case .ready(let since) = state, reason.isEmpty,
            lineLife.lost(after: now - since), let limit = lineLife.limit
        {
            tell(
                .notice(
                    "connections end after \((now - since) / 1_000_000_000) s without a word: "
                        + "something on the way cuts them; each is left after "
                        + "\(limit / 1_000_000_000) s from now on"))
        }
        let isResumeRefused = if case .settingUp = state { isResuming } else { false }
        loseConnection(at: now)
        let cause = CloseReason(code: code, reason: reason)
        let told: OfflineReason =
            code == 1006 ? .lost : .closedByService(code: code, reason: reason)
        switch cause {
        case .credential, .noKey, .settings, .model, .billing, .budget:
            return fail(SessionFailure(reason: cause, text: reason))
        case .handle where isResumeRefused, .payload where isResumeRefused:
            return beginAnew(at: now, because: told)
        case .payload where isResuming && handle != nil:
            // The state that was resumed is to blame before the words are (section 9, 10 and 13).
            forgetHandle()
        case .payload:
            payloadFailures += 1
            // Words that were refused would be refused again, and so would the state.
            if uplink.isTurnOpen || log.hasUnsent {
                tell(.notice("what was said is not said again: the service refused it"))
            }
            forgetInput(dropsRest: true)
            bridge.reset()
            forgetHandle()
            guard payloadFailures < Self.payloadTries else {
                return fail(SessionFailure(reason: cause, text: reason))
            }
        case .handle:
            forgetHandle()
        case .quota, .deadline, .transient:
            break
        }
        wait(told, isQuota: cause == .quota, at: now, random: random)
    }

    /// The session cannot be resumed: a fresh one, which is told what was said, can be had at once.
    private mutating func beginAnew(at now: Int64, because reason: OfflineReason) {
        forgetHandle()
        tell(.notice("the conversation is told to a fresh session, because \(reason)"))
        state = .waiting(until: backoff.other(at: now))
    }

    /// What a connection that has ended leaves behind.
    mutating func loseConnection(at now: Int64) {
        if case .ready(let since) = state {
            backoff.held(from: since, until: now)
            if now - since >= Backoff.stable {
                payloadFailures = 0
                handle?.tries = 0
            }
        }
        // The service counts a handle's life from the end of its session.
        handle?.receivedAt = now
        leaveBy = nil
        rotateAt = nil
        isLeaveDue = false
        handleDueUntil = nil
        bridgeTurn()
        replyDueSince = nil
        isAnswerAwaited = false
        isResidueDue = false
        isOldAnswerDue = false
        answer = nil
        openCalls = []
        log.rewind()
    }

    /// Keeps what the next session has to be told of a turn that is cut.
    private mutating func bridgeTurn() {
        let isCut = answer != nil && replyDueSince != nil && !isGenerated && !uplink.isTurnOpen
        let isWritten = !transcript.heard.isEmpty || !transcript.saidLast.isEmpty
        if isCut, isWritten {
            continuations += 1
            let mayGoOn = continuations <= Self.continuationLimit
            bridge.cut(after: mayGoOn ? transcript.saidLast : nil)
        }
        guard !bridge.isEmpty else { return }
        bridge.loseConnection(after: transcript.heard)
        // With indexes the words of the turn may be said again, and then it is made anew.
        isAccountDue = !(hasIndexes && log.holdsSentWords)
    }

    mutating func wait(
        _ reason: OfflineReason, isQuota: Bool, at now: Int64, random: Double
    ) {
        let next = backoff.failed(at: now, isQuota: isQuota, random: random)
        state = .waiting(until: next)
        tell(.offline(reason, retryIn: .nanoseconds(next - now)))
    }

    mutating func fail(_ failure: SessionFailure) {
        state = .failed
        forgetInput()
        bridge.reset()
        // What is ours (a spent budget, a missing key) says nothing against the conversation.
        if ![.budget, .noKey, .settings].contains(failure.reason) { forgetHandle() }
        tell(.failed(failure))
    }
}
