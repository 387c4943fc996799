internal import VoiceSession

// What happens because nothing else does.

extension SessionMachine {
    /// When `deadlineReached` is to be called.
    package var deadline: Int64? {
        switch state {
        case .idle, .asleep, .failed: return nil
        case .connecting(let connecting): return connecting.until
        case .settingUp(let settingUp): return settingUp.until
        case .waiting(let until, _): return until
        case .closing(let closing): return closing.until
        case .ready(let ready):
            // Not by a list, which would be memory for each message.
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
        if ready.hasTakenLeave { return ready.lastActivity + Self.farewellPatience }
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

    /// The time that `deadline` named has come.
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
            // The close was not answered in time; the transport makes an end of the socket.
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

    /// An answer is due, and nothing of it comes though the line is alive.
    private mutating func stalled(at now: Int64) {
        if calls.isAnyAwaited { return giveCallsUp(at: now) }
        line?.replyDueSince = nil
        if answers.isCompletionDue { return completeUnended(at: now) }
        let answer = answers.isOfNow ? answers.coming : nil
        let isRepeated = setbacks.stalled()
        if answer != nil || isRepeated {
            // What has come is all there will be; asking once more would repeat it.
            if answer == nil {
                forgetInput(dropsRest: true)
                // Its session answered on neither connection; an open microphone may have sent a
                // noise, which nobody answers.
                if rules.isManual { forgetHandle() }
            }
            // Nothing was said of what was done: beside a noise that nobody answers nobody was asked
            // to, and an answer to a call may have gone into a dead line. It is asked for once.
            if !calls.isEmpty, transcript.saidLast.isEmpty, !account.hasAsked {
                account.setDue(true)
            }
            tell(.notice("the service does not finish its answer"))
            let isNoise = answer == nil && !rules.isManual && !account.isDue
            tell(.turnComplete(answers.giveUp()))
            endTurn()
            // What an open microphone took for words may be none; to move again mends nothing.
            if isNoise { return }
        } else {
            tell(.notice("the service does not answer; asking it on another connection"))
        }
        close(at: now)
    }

    /// The whole answer has come and would have been heard; only the word that the turn is over is
    /// missing, which is no reason to leave.
    private mutating func completeUnended(at now: Int64) {
        line?.lastActivity = now
        line?.hasServed = true
        let over = answers.completedUnsaid()
        note(over, at: now)
        tell(.turnComplete(over.number))
        endTurn()
        if rules.isResumable { line?.handleDueUntil = now + Self.handlePatience }
        leaveIfQuiet(at: now)
    }

    /// The program owes answers that it will not give any more.
    private mutating func giveCallsUp(at now: Int64) {
        tell(.notice("\(calls.awaitedCount) calls were never answered; the model hears of it"))
        refuse(
            calls.giveUp(), because: "no answer came in time; it is not known what was done")
        forgetAccount()
        line?.replyDueSince = now
    }

    // MARK: - Moving to another connection

    /// Whether nobody would notice if the connection went.
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

    /// The setup has changed in what no message can say.
    package mutating func setupChanged(at now: Int64) -> [SessionAction] {
        if isConnected { leaveSoon(at: now) }
        return take()
    }

    /// Takes the session up on another connection at the next quiet moment, for a setup that has
    /// changed in the meantime.
    ///
    /// A failure ends the session then.
    mutating func leaveSoon(at now: Int64, because failure: SessionFailure? = nil) {
        var due = leave ?? Leave(by: now + Self.rotationPatience)
        due.failure = failure ?? due.failure
        leave = due
        leaveIfQuiet(at: now)
    }

    /// Closes now.
    mutating func close(at now: Int64, then next: Next = .connecting) {
        actions.append(.close)
        // We go of our own will, which says nothing against the handle.
        handle?.forgiveTries()
        startClosing(at: now, then: leave?.failure.map { Next.failed($0) } ?? next)
    }
}
