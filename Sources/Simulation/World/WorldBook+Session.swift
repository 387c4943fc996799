internal import Assistant
internal import VoiceSession
internal import WireCodec

// Reports of the assistant and the session, and their effects at the loudspeaker.

extension WorldBook {
    func take(_ event: TimelineEvent, at time: Int64) {
        note("assistant: \(event)", at: time)
        switch event {
        case .turnOpened:
            report.counts.turns += 1
            awaited = nil
            isStopped = false
            turnOpenedAt = time
            // The answer that was being spoken is no longer wanted; if the service detects the
            // turns, it decides that.
            if !isAutomatic { dead.formUnion(arrived) }
        case .interrupted(by: .voice) where isAutomatic:
            report.counts.interruptions += 1
            // Answers that the user had cancelled before were never heard.
            doubted = arrived.filter { heardSamples[$0, default: 0] > 0 }
        case .interrupted(let cause):
            report.counts.interruptions += 1
            dead.formUnion(arrived)
            missSpeaker()
            // A user who interrupted an answer before hearing it no longer waits for it.
            if cause == .button { awaited = nil }
        case .resumed:
            report.counts.resumptions += 1
            resumed.formUnion(doubted.subtracting(dead))
            doubted = []
        case .replyPlayed:
            checkPlayed(at: time)
            missSpeaker()
        case .muted(let isMuted): muted(isMuted, at: time)
        case .notice(let text) where text.hasPrefix(Self.question):
            note(question: String(text.dropFirst(Self.question.count)), at: time)
        case .notice(let text) where text == Self.isSaid: checkMoment(at: time)
        case .toolCancelled(let id): forgetQuestion(of: id)
        case .toolCalled(let id, let name, _): namesOfCalls[id] = name
        case .state(_, let next):
            state = next
            checkAwaited(at: time)
        case .notice(let text) where Self.unsaidNotices.contains(text): unsaid = []
        // A tap into silence: its reply is not wanted.
        case .notice(let text) where text.hasPrefix("nobody spoke"): isStopped = true
        default: break
        }
    }

    func take(_ event: SessionEvent, at time: Int64) {
        switch event {
        case .audio(let samples, _):
            guard let value = samples.first.map(Int.init) else { break }
            arrived.insert(value)
            arrivedSamples[value, default: 0] += samples.count
            if let asker = askedBy[value] { answered(asker) }
        case .inputTranscript, .interrupted:
            note("session: \(event)", at: time)
            // Words: the answer that they interrupted is not heard any more, even if it had
            // resumed.
            dead.formUnion(doubted.union(resumed))
            doubted = []
            resumed = []
        case .ready(let resumed):
            note("session: ready, resumed \(resumed)", at: time)
            if !resumed { latestCall = nil }
            handleTries = nil
            dead = []
            arrived = []
            doubted = []
            self.resumed = []
            // The numbers may start over, and the rest of old answers would be counted.
            uncounted = Set(
                arrivedSamples.filter { $0.value != heardSamples[$0.key] }.map { $0.key })
            arrivedSamples = [:]
            heardSamples = [:]
        case .offline(let reason, _):
            note("session: \(event)", at: time)
            if case .closedByService(_, let text) = reason, text.hasPrefix(Self.quotaWords) {
                notBefore = time + Self.quotaWait
            }
            orphanCalls()
        case .failed(let failure):
            note("session: \(failure)", at: time)
            if failure.reason != .noKey || time >= keyAt {
                fail("the session failed for good: \(failure)", at: time)
            }
        case .notice(let text):
            note("session: \(text)", at: time)
            // The turn is given up; the user hears that.
            if text.hasPrefix("the service does not finish")
                || text.hasPrefix("the session answers")
            {
                for index in utterances.indices where utterances[index].isOver {
                    utterances[index].isExcused = true
                }
                awaited = nil
            }
        case .toolCallsCancelled(let ids):
            note("session: takes back \(ids)", at: time)
            for id in ids where takenBack[id] == nil { takenBack[id] = time }
        case .turnComplete:
            note("session: \(event)", at: time)
            // A repeated answer is another turn, and sounds like the one that was interrupted.
            if repeatsAnswers {
                uncounted.formUnion(dead)
                dead = []
            }
        default: note("session: \(event)", at: time)
        }
    }

    /// Handles the end or stop of an answer, which was not heard if there is no loudspeaker.
    ///
    /// Then an error sound cannot be heard either, and neither is played later when a loudspeaker
    /// comes back, since the user no longer waits for it. The light informs the user.
    private func missSpeaker() {
        if !hasSpeaker, hasVisibleTrouble { awaited = nil }
    }

    /// Closes the open calls, since the connection is lost and with it the model that waited for
    /// them.
    func orphanCalls() {
        orphans.formUnion(calls.filter { !$0.value }.keys)
        for id in orphans { calls[id] = true }
    }

    private func answered(_ asker: Int) {
        utterances[asker].isAnswered = true
        // An answer that was delayed, and came after words that did not interrupt it, cannot be
        // distinguished from an answer to those words.
        guard isAutomatic, !hearsGoAway else { return }
        for index in utterances.indices.dropFirst(asker + 1)
        where utterances[index].isOver && utterances[index].timesHeard == 0 {
            utterances[index].isExcused = true
        }
    }

    func opened(at time: Int64) {
        report.counts.connections += 1
        setUpAt = nil
        if time < notBefore {
            fail("a service was asked again before it wanted to be", at: time)
        }
        orphanCalls()
        askedBy = [:]
        busySince = nil
        leaveBy = nil
        openings.append(time)
        openings.removeAll { $0 <= time - 60_000_000_000 }
        if openings.count > Self.connectionsPerMinute {
            fail("\(openings.count) connections within a minute", at: time)
        }
        let latest = openings.count { $0 > time - 1_000_000_000 }
        if latest > Self.connectionsPerSecond {
            fail("\(latest) connections within a second", at: time)
        }
    }

    func sent(_ bytes: [UInt8], at time: Int64) {
        guard bytes.starts(with: #"{"setup""#.utf8), let setup = try? JSONValue(parsing: bytes),
            let handle = setup["setup"]?["sessionResumption"]?["handle"]?.string
        else { return }
        let count = handleTries?.handle == handle ? (handleTries?.count ?? 0) + 1 : 1
        handleTries = (handle, count)
        if count > Self.triesPerHandle {
            fail("handle \(handle) was tried \(count) times", at: time)
        }
    }

    func heard(_ count: Int, ofAnswer value: Int, at time: Int64) {
        heardSamples[value, default: 0] += count
        awaited = nil
        if dead.contains(value) {
            fail("sound of answer \(value) was heard after it was interrupted", at: time)
        }
    }

    /// Checks that an answer that resumed after a false interruption was heard to its last sample,
    /// each sample once.
    private func checkPlayed(at time: Int64) {
        for value in resumed.subtracting(dead).subtracting(uncounted)
        where arrivedSamples[value] != heardSamples[value] {
            let counts = "\(heardSamples[value] ?? 0) of \(arrivedSamples[value] ?? 0)"
            fail("of answer \(value), which went on, \(counts) samples were heard", at: time)
        }
        resumed = []
    }
}
