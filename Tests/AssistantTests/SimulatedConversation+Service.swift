import ModelTypes
import VoiceSession

@testable import Assistant

// The link to the service, and its messages.

extension SimulatedConversation {
    func linkUp() {
        guard !isLinked else { return }
        isLinked = true
        linkEpoch += 1
        let resumed = random.chance(70)
        if !resumed { service.forgetCalls() }
        perform(machine.sessionReady(resumed: resumed, at: time))
        let messages = held
        held = []
        for message in messages { transmit(message) }
    }

    func linkDown() {
        guard isLinked else { return }
        isLinked = false
        linkEpoch += 1
        service.connectionLost()
        hadReason = true
        // Everything on the wire is lost, so nothing is known of these turns' replies.
        unwantedTurns.formUnion(0...latestTurn)
        mayEndReply = true
        perform(machine.sessionOffline("lost", isNetworkMissing: false, at: time))
        after(50...15_000) { self.linkUp() }
    }

    func send(_ message: SimulatedService.Message) {
        if isLinked { transmit(message) } else { held.append(message) }
    }

    private func transmit(_ message: SimulatedService.Message) {
        let epoch = linkEpoch
        at(now + latency) {
            guard self.linkEpoch == epoch else { return }
            let replies = self.service.receive(
                message, isAutomatic: self.mode == .handsFree, &self.random)
            for (delay, event) in replies { self.schedule(event, after: delay, epoch) }
        }
    }

    private func schedule(_ event: SimulatedService.Event, after delay: Int, _ epoch: Int) {
        at(now + delay) {
            guard self.linkEpoch == epoch, self.service.isStillValid(event) else { return }
            let also = self.service.noteSent(event, &self.random)
            self.at(self.now + self.latency) {
                guard self.linkEpoch == epoch else { return }
                self.receive(event)
            }
            for (delay, event) in also { self.schedule(event, after: delay, epoch) }
        }
    }

    // MARK: - From the service

    private func number(_ reply: Int) -> AnswerNumber { AnswerNumber(UInt64(reply)) }

    /// Has the machine expect the next reply; returns its number.
    func expectReply(isWanted: Bool) -> Int {
        replies += 1
        machine.answerDue(number(replies), isWanted: isWanted)
        return replies
    }

    private func receive(_ event: SimulatedService.Event) {
        switch event {
        case .audio(let reply, let milliseconds):
            // An answer to the interruption shows that there were words.
            if isHeld, reply != heldReply { hadWords = true }
            let isWanted =
                service.turn(of: reply) == latestTurn && !unwantedTurns.contains(latestTurn)
            let actions = machine.audioArrived(
                [Int16](repeating: 0, count: milliseconds * 24), isAudible: true,
                of: number(reply), at: time)
            guard actions.contains(where: { if case .play = $0 { true } else { false } }) else {
                if isWanted { fail("audio of reply \(reply) to turn \(latestTurn) was dropped") }
                return perform(actions)
            }
            if deadReplies.contains(reply) { fail("audio of interrupted reply \(reply) heard") }
            if heardReply != reply { mayEndReply = false }
            heardReply = reply
            playedChunks += 1
            perform(actions)
            play(milliseconds)
        case .generationComplete(let reply): perform(machine.generationComplete(number(reply)))
        case .turnComplete(let reply):
            mayEndReply = true
            perform(machine.turnComplete(number(reply)))
        case .words:
            hadWords = true
            perform(machine.wordsHeard(at: time))
        case .interrupted(let reply):
            hadWords = true
            if case .speaking = machine.phase { noteInterruption() }
            // Words that the service has detected itself get their answer, too.
            if replies == reply, mode == .handsFree { replies += 1 }
            perform(
                machine.interrupted(
                    number(reply), next: replies > reply ? number(replies) : nil, at: time))
        case .call(let id, let reply):
            unansweredCalls.insert(id)
            perform(machine.toolCallsArrived([.named(id)], of: number(reply), at: time))
        case .cancelCalls(let ids):
            unansweredCalls.subtract(ids)
            perform(machine.toolCallsCancelled(ids, at: time))
        }
    }

    // MARK: - The speaker

    func flush() {
        if isHeld, !hadWords, !hadReason { fail("a held reply was forgotten without a reason") }
        if let heldReply { deadReplies.insert(heldReply) }
        endHold()
        stopPlayback()
    }

    func hold() {
        if isHeld { fail("a reply was held twice") }
        heldMilliseconds = max(0, pendingUntil - now)
        isHeld = true
        hadWords = false
        hadReason = false
        stopPlayback()
    }

    func resume() {
        if !isHeld { fail("nothing was held, and it went on") }
        if hadWords { fail("a reply went on though words had interrupted it") }
        resumptions += 1
        let rest = heldMilliseconds
        heardReply = heldReply
        endHold()
        play(rest)
    }

    private func endHold() {
        isHeld = false
        heldReply = nil
        heldMilliseconds = 0
    }

    private func stopPlayback() {
        pendingUntil = 0
        playbackEpoch += 1
        after(1...20) { self.perform(self.machine.playbackSilent(at: self.time)) }
    }

    private func play(_ milliseconds: Int) {
        guard !isHeld else {
            heldMilliseconds += milliseconds
            return
        }
        let isSilent = pendingUntil <= now
        pendingUntil = max(pendingUntil, now) + milliseconds
        playbackEpoch += 1
        let epoch = playbackEpoch
        if isSilent { after(1...20) { self.perform(self.machine.playbackStarted(at: self.time)) } }
        at(pendingUntil + 5) {
            guard self.playbackEpoch == epoch else { return }
            self.perform(self.machine.playbackDrained(at: self.time))
        }
    }

    func noteInterruption() {
        if let reply = heardReply { deadReplies.insert(reply) }
        heardReply = nil
    }
}
