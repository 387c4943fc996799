internal import Assistant
internal import ModelTypes
internal import VoiceSession
internal import WireCodec

/// Everything that has happened in a world, and the promises that are checked against it.
final class WorldBook: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// The most connections within a minute, whatever happens, and the most tries of a handle.
    static let connectionsPerMinute = 12
    static let triesPerHandle = 2
    /// Words shorter than the pre-roll plus the shortest valid hold may be a slip (samples).
    static let wantedSamples = 8_000
    /// A connection must be left at the latest this time before its announced end, including the
    /// delay of a close (nanoseconds), or when an answer is overdue (`overdue`).
    static let goAwaySpare: Int64 = 1_500_000_000
    /// A connection whose end is announced right after its setup is kept for `shortLife`, or until
    /// `goAwayWindow` before that end, including the delays of reports (nanoseconds).
    static let shortLife: Int64 = 9_500_000_000
    static let goAwayWindow: Int64 = 6_500_000_000
    /// A device whose quota is spent waits at least this long (nanoseconds).
    static let quotaWait: Int64 = 45_000_000_000
    static let quotaWords = KnownClose.quota.reason.prefix(40)
    /// The most connections within a second: a press may cause one and a refused handle another.
    static let connectionsPerSecond = 4
    static let overdue: Int64 = 12_000_000_000

    struct Utterance {
        var samples: [Int16] = []
        var isOver = false
        var isExcused = false
        /// The number of the connection on which the service heard it last.
        var heardOn = 0
        var timesHeard = 0
        /// Whether part of its answer has arrived.
        var isAnswered = false
    }

    var report = World.Report()
    /// Whether the service detects the user's turns.
    var isAutomatic = false
    /// Whether nothing goes wrong that must be reported to the user.
    var expectsNoError = false
    /// Whether the service's announcements arrive.
    var hearsGoAway = true
    /// Returns how many of the delivered samples were never sent before; they then count as sent.
    var takeFreshSamples: () -> Int = { .max }
    /// Which samples of the microphone are being delivered.
    var givenSamples: () -> Range<Int64> = { 0..<0 }
    /// When the key for the service becomes available.
    var keyAt: Int64 = 0

    /// Whether there is a loudspeaker, and whether the light shows trouble.
    var hasSpeaker = true
    var hasVisibleTrouble = false
    /// Whether the light shows a question to the user, and the conversation's state.
    var isAsking = false
    var state = ConversationState.offline

    /// Whether an answer may come once more, as another turn.
    var repeatsAnswers = false

    var utterances: [Utterance] = []
    var current: Int?
    var openings: [Int64] = []
    var handleTries: (handle: String, count: Int)?
    /// Answers on the current connection that the user has interrupted.
    var dead: Set<Int> = []
    var arrived: Set<Int> = []
    /// The calls, and whether each has ended.
    var calls: [String: Bool] = [:]
    var cancelled: Set<String> = []
    /// Answers that a voice interrupted, until words confirm it, and answers that resumed.
    var doubted: Set<Int> = []
    var resumed: Set<Int> = []
    /// Samples of each answer that arrived, and that were heard.
    var arrivedSamples: [Int: Int] = [:]
    var heardSamples: [Int: Int] = [:]
    var uncounted: Set<Int> = []
    /// Calls of lost connections whose outcome was not reported to any session.
    var orphans: Set<String> = []
    /// The last words that deserve an answer; the user waits for a sound.
    var awaited: Int?
    var isStopped = false
    /// The utterance that each answer, by its value, is for.
    var askedBy: [Int: Int] = [:]
    var lastHeard: Int?
    /// Since when the service has heard words whose turn is not over.
    var busySince: Int64?
    /// When the service will end the connection, as it announced.
    var leaveBy: Int64?
    /// When the current connection was set up, if it has carried no whole turn since.
    var setUpAt: Int64?
    /// The earliest time at which the service wants a reconnection.
    var notBefore: Int64 = 0
    /// Calls that the device knows to be cancelled.
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
    /// When the user was last asked to confirm each function, and the functions whose question
    /// lapsed because the call was cancelled.
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
        // A noise is not an utterance to the service, which hears no words in it.
        let isNoise = utterances[current].samples.allSatisfy { $0 == 0 }
        if isNoise { utterances[current].isExcused = true }
        let isWanted =
            !isStopped && !isNoise && utterances[current].samples.count > Self.wantedSamples
        awaited = isWanted ? current : nil
        self.current = nil
    }

    /// Gives up words spoken without a session; the user was informed.
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

    /// Notes that a sound told the user that no answer comes.
    func refused(_ earcon: Earcon, at time: Int64) {
        awaited = nil
        // A tap without words afterwards leads to this sound, too.
        if expectsNoError, earcon == .error, !isStopped {
            fail("the user heard an error that could be mended", at: time)
        }
    }

    /// Checks that the device leaves its connection rightly.
    func left(at time: Int64) {
        // The device must not cut a turn before its time is over or the answer is overdue.
        guard let leaveBy else { return }
        if let busySince, time < leaveBy - Self.goAwaySpare, time - busySince < Self.overdue {
            fail("a connection was left in mid-turn with time to spare", at: time)
        }
        // A service that is being drained announces this on each new connection.
        if let setUpAt, time < min(setUpAt + Self.shortLife, leaveBy - Self.goAwayWindow) {
            fail("a connection was left at its birth with time to spare", at: time)
        }
    }

    /// Notes that the user wants silence: the last words need no answer.
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
            // Of two announcements the earlier end counts.
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
            // An answer that was under way when its call was cancelled is not a fault.
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
        // Words may follow a noise at once, since a remote request may make the device listen at
        // any time; the noise is heard as zeros, after which the numbers continue as if it had been
        // counted.
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
