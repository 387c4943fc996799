import Linux
internal import ModelTypes
internal import WireCodec

extension ServerSession {
    /// Notes an occasion that faults may wait for.
    mutating func note(_ occasion: TimedFault.Occasion, at now: Int64) {
        guard !scenario.faults.isEmpty, !isOver else { return }
        let counts = service.with { $0.counts }
        for due in plan.note(occasion, with: counts) {
            if due.delay > .zero {
                agenda.set(.fault(index: due.index), at: now + due.delay.nanoseconds)
            } else {
                fire(due.index, at: now)
            }
        }
    }

    private mutating func fire(_ index: Int, at now: Int64) {
        let fault = plan.fire(index)
        let limit = scenario.faults[index].times
        let isLeft = service.with { shared in
            guard shared.counts.fired[index, default: 0] < limit else { return false }
            shared.counts.fired[index, default: 0] += 1
            return true
        }
        if isLeft, !isOver { apply(fault, at: now) }
    }

    mutating func perform(_ item: Agenda.Item, at now: Int64) {
        switch item {
        case .announceEnd:
            let end = agenda.time(of: .forceEnd) ?? now
            announceEnd(timeLeft: .nanoseconds(end - now))
        case .forceEnd: close(Refusal(hasAnnouncedEnd ? .goAwayIgnored : .deadlineExpired), at: now)
        case .endStall: releaseHeld()
        case .readAgain: emit(.read(true))
        case .answerPingsAgain: emit(.answerPings(true))
        case .fault(let index): fire(index, at: now)
        }
    }

    private mutating func announceEnd(timeLeft: Duration) {
        hasAnnouncedEnd = true
        send(["goAway": ["timeLeft": .string(timeLeft.wireText)]])
    }

    mutating func apply(_ fault: Fault, at now: Int64) {
        tell(.faulted(fault))
        switch fault {
        case .goAway(let timeLeft):
            announceEnd(timeLeft: timeLeft)
            agenda.set(.forceEnd, at: now + timeLeft.nanoseconds)
        case .close(let code, let reason): close(Refusal(code, reason), at: now)
        case .reset:
            emit(.reset)
            leave(.closed, freeFrom: now)
        case .drop:
            emit(.drop)
            leave(.closed, freeFrom: now)
        case .halfOpen(let held):
            dropHeld()
            emit(.read(false))
            emit(.answerPings(false))
            leave(.dead, freeFrom: now + held.nanoseconds)
        case .stall(let length):
            isStalled = true
            agenda.set(.endStall, at: now + length.nanoseconds)
        case .delayPongs(let length):
            emit(.answerPings(false))
            agenda.set(.answerPingsAgain, at: now + length.nanoseconds)
        case .stopReading(let length):
            emit(.read(false))
            agenda.set(.readAgain, at: now + length.nanoseconds)
        case .garbage(let garbage): emit(.sendRaw(garbage.bytes))
        case .raw(let text): emit(.sendRaw(Array(text.utf8)))
        case .emptyFrame: send(["serverContent": [:]])
        case .cancelCalls: cancelCalls(at: now)
        case .expireHandles:
            service.with { shared in
                for name in shared.handles.keys { shared.handles[name]?.isExpired = true }
            }
        case .refuseResumption(let refusal): service.with { $0.refuseNext = refusal }
        case .phantomInterruption(let silencing):
            if silencing { quirks.insert(.soundless) }
            cut(at: now)
        case .prematureTurnComplete:
            guard generation != nil else { return quirks.formUnion([.cutAnswer]) }
            generation = nil
            completeTurn(at: now)
        case .repeatedTurn: quirks.insert(.repeatedTurn)
        case .soundlessTurn: quirks.insert(.soundlessTurn)
        case .soundAfterCall: quirks.insert(.soundAfterCall)
        case .staleSound: quirks.insert(.staleSound)
        case .residualInterruption: quirks.insert(.residualInterruption)
        }
    }

    private mutating func cancelCalls(at now: Int64) {
        let ids = calls.cancel(all: true)
        guard !ids.isEmpty else { return }
        send(cancellation: ids)
        if generation == nil { completeTurn(at: now) }
    }
}
