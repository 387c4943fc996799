internal import VoiceSession

// Time-outs, and moves to another connection.

extension SessionMachine {
    /// When `deadlineReached` must be called.
    package var deadline: Int64? {
        switch state {
        case .idle, .asleep, .failed: return nil
        case .connecting(let connecting): return connecting.until
        case .settingUp(let settingUp): return settingUp.until
        case .waiting(let until, _): return until
        case .closing(let closing): return closing.until
        case .ready(let ready):
            // Without an array, which would be an allocation for each message.
            let leaving = earlier(ready.leave?.by ?? ready.rotateAt, ready.leave?.notBefore)
            let waiting = earlier(ready.handleDueUntil, ready.doubtfulUntil)
            let nothing = earlier(idleAt(of: ready), stallAt(of: ready))
            return earlier(leaving, earlier(waiting, nothing))
        }
    }

    private func earlier(_ first: Int64?, _ second: Int64?) -> Int64? {
        guard let first, let second else { return first ?? second }
        return min(first, second)
    }

    private func idleAt(of ready: Ready) -> Int64? {
        guard isQuiet(ready) else { return nil }
        if ready.hasEndedConversation { return ready.lastActivity + Self.farewellPatience }
        return rules.idleTimeout.map { ready.lastActivity + $0 }
    }

    private func stallAt(of ready: Ready) -> Int64? {
        guard !calls.isAnyAwaited else { return calls.madeAt.adding(Self.callTimeout) }
        guard let replyDueSince = ready.replyDueSince else { return nil }
        let patience =
            ready.isInteracting
            ? Self.interactionTimeout
            : answers.isCompletionDue ? Self.completionTimeout : Self.stallTimeout
        return replyDueSince.adding(patience)
    }

    /// The time of `deadline` is reached.
    package mutating func deadlineReached(at now: Int64, random: Double) -> [SessionAction] {
        guard let deadline, deadline <= now else { return [] }
        switch state {
        case .idle, .asleep, .failed:
            break
        case .connecting:
            actions.append(.abort)
            let limit = rules.connectTimeout / 1_000_000
            loseOpening(
                .unreachable("the service did not answer within \(limit) ms"), at: now,
                random: random)
        case .settingUp:
            actions.append(.abort)
            loseConnection(at: now)
            wait(.setupTimedOut, at: now, random: random)
        case .ready(let ready):
            readyForLong(ready, at: now)
        case .waiting:
            open(at: now)
        case .closing(let closing):
            // The close was not answered in time; the transport drops the socket.
            actions.append(.abort)
            ended(closing, at: now, random: random)
        }
        return take()
    }

    private mutating func readyForLong(_ ready: Ready, at now: Int64) {
        if let leave = ready.leave, leave.by <= now { return close(at: now) }
        if let stallAt = stallAt(of: ready), stallAt <= now { return stalled(at: now) }
        if let notBefore = ready.leave?.notBefore, notBefore <= now {
            leave?.notBefore = nil
            leaveIfQuiet(at: now)
        }
        if let handleDueUntil = line?.handleDueUntil, handleDueUntil <= now {
            line?.handleDueUntil = nil
            leaveIfQuiet(at: now)
        }
        if let doubtfulUntil = line?.doubtfulUntil, doubtfulUntil <= now {
            line?.doubtfulUntil = nil
            if let answered = answers.expire() { settle(through: answered) }
            leaveIfQuiet(at: now)
        }
        guard case .ready(let ready) = state else { return }
        if let idleAt = idleAt(of: ready), idleAt <= now { return close(at: now, then: .asleep) }
        if ready.rotateAt <= now, ready.leave == nil { leaveSoon(at: now) }
    }

    /// An answer is due, and none of it comes though the connection is alive.
    private mutating func stalled(at now: Int64) {
        if calls.isAnyAwaited { return giveCallsUp(at: now) }
        line?.replyDueSince = nil
        if answers.isCompletionDue { return completeWithoutMark(at: now) }
        let answer = answers.isOfNow ? answers.coming : nil
        let isRepeated = setbacks.stalled()
        if answer != nil || isRepeated {
            // What has come is all there will be; asking again would repeat it.
            if answer == nil {
                forgetInput(dropsRest: true)
                // Its session did not answer on either connection; an open microphone may have sent
                // a noise, which needs no answer.
                if rules.isManual { forgetHandle() }
            }
            // The user has heard nothing about completed calls: a noise gets no answer, and an
            // answer to a call may have gone into a dead connection. The model is asked for it
            // once.
            if !calls.isEmpty, transcript.saidLast.isEmpty, !account.hasAsked {
                account.setDue(true)
            }
            tell(.notice("the service does not finish its answer"))
            let isNoise = answer == nil && !rules.isManual && !account.isDue
            tell(.turnComplete(answers.giveUp()))
            endTurn()
            // What an open microphone took for words may be noise; another connection would not
            // help.
            if isNoise { return }
        } else {
            tell(.notice("the service does not answer; retrying on another connection"))
        }
        close(at: now)
    }

    /// The whole answer has come and would have been played; only the mark that its turn is over is
    /// missing, which is no reason to leave the connection.
    private mutating func completeWithoutMark(at now: Int64) {
        line?.lastActivity = now
        line?.hasServed = true
        let over = answers.completedWithoutMark()
        note(over, at: now)
        tell(.turnComplete(over.number))
        endTurn()
        if rules.isResumable { line?.handleDueUntil = now + Self.handlePatience }
        leaveIfQuiet(at: now)
    }

    /// The owner will no longer give answers that it owes.
    private mutating func giveCallsUp(at now: Int64) {
        tell(.notice("\(calls.awaitedCount) calls were never answered; the model is informed"))
        refuse(
            calls.giveUp(), because: "no answer came in time; it is not known what was done")
        forgetAccount()
        line?.replyDueSince = now
    }

    // MARK: - Moving to another connection

    /// Whether the user would not notice the loss of the connection.
    private func isQuiet(_ ready: Ready) -> Bool {
        ready.replyDueSince == nil && !calls.isAnyAwaited && !log.isActivityOpen
            && !log.hasUnsent && !uplink.isTurnOpen && ready.handleDueUntil == nil
            && ready.doubtfulUntil == nil && (ready.isResumableNow || handle == nil)
    }

    /// Leaves when nothing is going on, so that the user notices nothing.
    mutating func leaveIfQuiet(at now: Int64) {
        guard case .ready(let ready) = state, let leave = ready.leave, leave.notBefore == nil,
            isQuiet(ready)
        else { return }
        close(at: now)
    }

    /// The setup has changed in a way that no message can express.
    package mutating func setupChanged(at now: Int64) -> [SessionAction] {
        if isConnected { leaveSoon(at: now) }
        return take()
    }

    /// Replaces the connection at the next quiet moment, because the setup has changed.
    ///
    /// With a failure, the session ends then.
    mutating func leaveSoon(at now: Int64, because failure: SessionFailure? = nil) {
        var due = leave ?? Leave(by: now + Self.rotationPatience)
        due.failure = failure ?? due.failure
        leave = due
        leaveIfQuiet(at: now)
    }

    /// Closes now.
    mutating func close(at now: Int64, then next: Next = .connecting) {
        actions.append(.close)
        // We close it ourselves, which does not speak against the handle.
        handle?.forgiveTries()
        startClosing(at: now, then: leave?.failure.map { Next.failed($0) } ?? next)
    }
}
