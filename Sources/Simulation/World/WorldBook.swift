internal import Assistant
internal import ModelTypes
internal import VoiceSession
internal import WireCodec

/// Everything that has happened in a world, and the promises that it is held against.
final class WorldBook: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// Connections within a minute, whatever happens, and tries of a handle.
    static let connectionsPerMinute = 12
    static let triesPerHandle = 2
    /// Shorter than pre-roll and a hold that counts together, words may be a slip (samples).
    static let wantedSamples = 8_000
    /// A connection is left at the latest this time before its announced end, with the delay of a
    /// close (nanoseconds), and when an answer is overdue (`overdue`).
    static let goAwaySpare: Int64 = 1_500_000_000
    /// A connection whose end is announced at its birth is kept for `shortLife`, or until
    /// `goAwayWindow` before that end, with the delays of what is reported (nanoseconds).
    static let shortLife: Int64 = 9_500_000_000
    static let goAwayWindow: Int64 = 6_500_000_000
    /// A device that has spent its quota waits for at least this time (nanoseconds).
    static let quotaWait: Int64 = 45_000_000_000
    static let quotaWords = KnownClose.quota.reason.prefix(40)
    /// Connections within a second, of which a press may bring one and a refused handle another.
    static let connectionsPerSecond = 4
    static let overdue: Int64 = 12_000_000_000

    struct Utterance {
        var samples: [Int16] = []
        var isOver = false
        var isExcused = false
        /// The connection, by its number, on which the service heard it last.
        var heardOn = 0
        var timesHeard = 0
        /// Something of its answer has come.
        var isAnswered = false
    }

    var report = World.Report()
    /// Whether the service finds the user's turns.
    var isAutomatic = false
    /// Whether nothing goes wrong that the user must hear of.
    var expectsNoError = false
    /// Whether what the service announces arrives.
    var hearsGoAway = true
    /// How many samples of those that are given now were never sent before; they count as sent.
    var takeFreshSamples: () -> Int = { .max }
    /// Which samples of the microphone are being given.
    var givenSamples: () -> Range<Int64> = { 0..<0 }
    /// When the key for the service is there.
    var keyAt: Int64 = 0

    /// Whether there is a loudspeaker, and whether the light shows that something is amiss.
    var hasSpeaker = true
    var hasVisibleTrouble = false
    /// Whether the light shows that the user is asked something, and what else it shows.
    var isAsking = false
    var state = ConversationState.offline

    /// Whether an answer may come once more, as another turn.
    var repeatsAnswers = false

    var utterances: [Utterance] = []
    var current: Int?
    var openings: [Int64] = []
    var handleTries: (handle: String, count: Int)?
    /// Answers that the user has cut, of the connection that there is.
    var dead: Set<Int> = []
    var arrived: Set<Int> = []
    /// The calls, and whether each has come to an end.
    var calls: [String: Bool] = [:]
    var cancelled: Set<String> = []
    /// Answers that a voice interrupted, until words show that it was one, and those that went on.
    var doubted: Set<Int> = []
    var resumed: Set<Int> = []
    /// Samples of each answer that came, and that were heard.
    var arrivedSamples: [Int: Int] = [:]
    var heardSamples: [Int: Int] = [:]
    var uncounted: Set<Int> = []
    /// Calls of lost connections that were reported to no session.
    var orphans: Set<String> = []
    /// What was said last and is worth an answer; the user waits for a sound.
    var awaited: Int?
    var isStopped = false
    /// The utterance that each answer, by its value, is for.
    var askedBy: [Int: Int] = [:]
    var lastHeard: Int?
    /// The service has heard words begin and their turn is not over.
    var busySince: Int64?
    /// When the service will end the connection, as it announced.
    var leaveBy: Int64?
    /// The connection there is was set up then, and has carried no whole turn since.
    var setUpAt: Int64?
    /// The service has said to come back no sooner.
    var notBefore: Int64 = 0
    /// Calls that the device knows to be taken back.
    var takenBack: [String: Int64] = [:]
    var hasOverlap = false
    // See `WorldBook+Device`.
    var mutedSince: Int64?
    var mutedSpans: [Range<Int64>] = []
    var presses: [Int64] = []
    var pressedAt: Int64 = .min / 2
    var turnOpenedAt: Int64 = -1
    /// Calls for which the service was informed that nothing was done.
    var undone: Set<String> = []
    /// When the user was asked to confirm each function last, and those that nobody asks about
    /// any more since their call was taken back.
    var asked: [String: Int64] = [:]
    var forgotten: Set<String> = []
    var namesOfCalls: [String: String] = [:]
    var unsaid: Set<Int> = []
    var lastRang: [Int: Int64] = [:]
    var latestCall: (id: String, name: String)?
    var repeated: Set<String> = []

    func note(_ text: String, at time: Int64) {
        report.log.append("\(time / 1_000_000) ms: \(text)")
    }

    func fail(_ text: String, at time: Int64) {
        note("VIOLATION: \(text)", at: time)
        report.violations.append("\(time / 1_000_000) ms: \(text)")
    }

    // MARK: - The device's side

    func beginUtterance() {
        utterances.append(Utterance())
        current = utterances.count - 1
    }

    func utter(_ samples: [Int16]) {
        if current == nil { beginUtterance() }
        if samples.count > takeFreshSamples() { hasOverlap = true }
        checkMute(givenSamples().suffix(samples.count))
        if let current { utterances[current].samples += samples }
    }

    func endUtterance() {
        guard let current else { return }
        utterances[current].isOver = true
        // A noise is none to the service, which hears no words in it.
        let isNoise = utterances[current].samples.allSatisfy { $0 == 0 }
        if isNoise { utterances[current].isExcused = true }
        let isWanted =
            !isStopped && !isNoise && utterances[current].samples.count > Self.wantedSamples
        awaited = isWanted ? current : nil
        self.current = nil
    }

    /// What was said without a session is given up, and the user was informed.
    func discardUtterances() {
        excuseUnheard()
        current = nil
        awaited = nil
    }

    func excuseUnheard() {
        for index in utterances.indices where utterances[index].timesHeard == 0 {
            utterances[index].isExcused = true
        }
        unsaid = []
    }

    /// The user heard by a sound that nothing comes.
    func refused(_ earcon: Earcon, at time: Int64) {
        awaited = nil
        // A tap after which nobody spoke is answered by this sound, too.
        if expectsNoError, earcon == .error, !isStopped {
            fail("the user heard an error that could be mended", at: time)
        }
    }

    /// The device leaves its connection.
    func left(at time: Int64) {
        // Before its time is over, or the answer is overdue, a turn is not cut by us.
        guard let leaveBy else { return }
        if let busySince, time < leaveBy - Self.goAwaySpare, time - busySince < Self.overdue {
            fail("a connection was left in mid-turn with time to spare", at: time)
        }
        // A service that is being emptied says so on each new connection.
        if let setUpAt, time < min(setUpAt + Self.shortLife, leaveBy - Self.goAwayWindow) {
            fail("a connection was left at its birth with time to spare", at: time)
        }
    }

    /// The user wants silence: what was said last needs no answer.
    func stop() {
        awaited = nil
        isStopped = true
    }

    // MARK: - The service's side

    func service(_ event: ServerEvent, at time: Int64) {
        switch event {
        case .wordsBegan: busySince = time
        case .turnCompleted:
            busySince = nil
            setUpAt = nil
            note("service: turn completed", at: time)
        case .faulted(.goAway(let left)):
            // Of two announcements the sooner end counts.
            leaveBy = min(leaveBy ?? .max, time + left.components.seconds * 1_000_000_000)
            note("service: goAway, \(left)", at: time)
        case .closed(let code, let reason):
            note("service closes: \(code) \(reason)", at: time)
            if hearsGoAway, reason.hasPrefix("Connection aborted because the client failed") {
                fail("goAway was not followed", at: time)
            }
        case .wordsEnded(let samples): heard(samples, at: time)
        case .setUp:
            setUpAt = time
            note("service: set up", at: time)
        case .answerBegan(let turn):
            report.counts.answers += 1
            if let lastHeard { askedBy[World.value(ofTurn: turn)] = lastHeard }
            note("service: answer \(turn + 1) begins", at: time)
        case .called(let name, let id):
            report.counts.calls += 1
            latestCall = (id, name)
            orphans = []
            calls[id] = false
            note("service: calls \(id)", at: time)
        case .cancelled(let ids):
            for id in ids { calls[id] = true }
            cancelled.formUnion(ids)
            note("service: cancels \(ids)", at: time)
        case .answered(let response):
            let id = response["id"]?.string ?? ""
            if calls[id] == true { fail("call \(id) was answered twice", at: time) }
            noteRefusal(response, of: id)
            calls[id] = true
            note("service: \(id) is answered", at: time)
        case .answeredInVain(let response):
            // One that was under way when its call was taken back is nobody's fault.
            let id = response["id"]?.string ?? ""
            noteRefusal(response, of: id)
            if !cancelled.contains(id), !repeated.contains(id) {
                fail("an answer to no open call: \(response.serialized)", at: time)
            }
        case .content(let content, let isHistory):
            if !isHistory { orphans = [] }
            note(
                "service: content, history \(isHistory): \(content.serialized.prefix(200))",
                at: time)
        case .text(let text): textCame(text, at: time)
        case .ignoredAudio(let count): fail("\(count) samples outside of an activity", at: time)
        case .refused(let code, let reason):
            note("service refuses: \(code) \(reason)", at: time)
            if code == 1007, !reason.hasPrefix("Invalid session handle") {
                fail("the service refused what was sent: \(reason)", at: time)
            }
        default: note("service: \(event)", at: time)
        }
    }

    private func heard(_ samples: [Int16], at time: Int64) {
        note("service: heard \(samples.count) samples from \(samples.first ?? 0)", at: time)
        // Words may follow a noise at once, since somebody elsewhere has the device listen at any
        // time; it is heard as zeros, behind which the numbers go on as if they had been counted.
        let spoken = samples.firstIndex { $0 != 0 } ?? 0
        let isWhole = samples.indices.allSatisfy {
            samples[$0] == 0
                || samples[$0] == samples[spoken] &+ Int16(truncatingIfNeeded: $0 - spoken)
        }
        guard isWhole else { return fail("words with a hole or a repetition", at: time) }
        guard let index = utterances.lastIndex(where: { $0.samples == samples }) else {
            return fail("words that were not said like this, \(samples.count) samples", at: time)
        }
        if utterances[index].heardOn == report.counts.connections {
            fail("words were heard twice on one connection", at: time)
        }
        if utterances[index].isAnswered {
            fail("words were said again although their answer had begun", at: time)
        }
        utterances[index].heardOn = report.counts.connections
        utterances[index].timesHeard += 1
        lastHeard = index
    }

    // MARK: - The end

    func checkRest(_ executions: [String: Int], at time: Int64) {
        if hasOverlap { fail("samples of the microphone were sent twice", at: time) }
        for (index, utterance) in utterances.enumerated()
        where utterance.isOver && !utterance.isExcused && utterance.timesHeard == 0 {
            fail("utterance \(index) of \(utterance.samples.count) samples never arrived", at: time)
        }
        for (id, count) in executions where count > 1 {
            fail("call \(id) was executed \(count) times", at: time)
        }
        for (id, isOver) in calls where !isOver { fail("call \(id) has no answer", at: time) }
        for id in orphans where executions[id] != nil && !cancelled.contains(id) {
            fail("no session was told what became of call \(id)", at: time)
        }
        if awaited != nil {
            fail("the last words were neither answered nor given up with a sound", at: time)
        }
        for number in unsaid.sorted() {
            fail("announcement \(number) was neither told to the model nor given up", at: time)
        }
    }
}
