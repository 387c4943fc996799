internal import Assistant
internal import Live
internal import ModelTypes

/// Everything that has happened in a world, and the promises that it is held against.
final class WorldBook: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// Reconnects within a minute (see `Backoff`), and tries of a handle.
    private static let connectionsPerMinute = 12
    private static let triesPerHandle = 2
    /// Shorter than pre-roll and a hold that counts together, words may be a slip (samples).
    private static let wantedSamples = 8_000
    /// A connection is left so long before its announced end at the latest, with the delay of a
    /// close (nanoseconds), and when an answer is so much overdue.
    private static let goAwaySpare: Int64 = 1_500_000_000
    private static let overdue: Int64 = 12_000_000_000

    private struct Utterance {
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

    /// Whether an answer may come once more, as another turn.
    var repeatsAnswers = false
    /// Whether the service answers everything, sooner or later.
    var expectsAnswers = true

    private var utterances: [Utterance] = []
    private var current: Int?
    private var openings: [Int64] = []
    private var handleTries: (handle: String, count: Int)?
    /// Answers that the user has cut, of the connection that there is.
    private var dead: Set<Int> = []
    private var arrived: Set<Int> = []
    /// The calls, and whether each has come to an end.
    private var calls: [String: Bool] = [:]
    private var cancelled: Set<String> = []
    /// Answers that a voice interrupted, until words show that it was one, and those that went on.
    private var doubted: Set<Int> = []
    private var resumed: Set<Int> = []
    /// Samples of each answer that came, and that were heard.
    private var arrivedSamples: [Int: Int] = [:]
    private var heardSamples: [Int: Int] = [:]
    private var uncounted: Set<Int> = []
    /// Calls of lost connections that no session was told of.
    private var orphans: Set<String> = []
    /// What was said last and is worth an answer; the user waits for a sound.
    private var awaited: Int?
    private var isStopped = false
    /// The utterance that each answer, by its value, is for.
    private var askedBy: [Int: Int] = [:]
    private var lastHeard: Int?
    /// The service has heard words begin and their turn is not over.
    private var busySince: Int64?
    /// When the service will end the connection, as it announced.
    private var leaveBy: Int64?
    /// Calls that the device knows to be taken back.
    private var takenBack: Set<String> = []
    private var hasOverlap = false

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

    /// What was said without a session is given up, and the user was told.
    func discardUtterances() {
        for index in utterances.indices where utterances[index].timesHeard == 0 {
            utterances[index].isExcused = true
        }
        current = nil
        awaited = nil
    }

    /// The user was told by a sound that nothing comes.
    func refused(_ earcon: Earcon, at time: Int64) {
        awaited = nil
        if expectsNoError, earcon == .error {
            fail("the user heard an error that could be mended", at: time)
        }
    }

    /// A function did its work.
    func carriedOut(_ id: String, at time: Int64) {
        if takenBack.contains(id) {
            fail("call \(id) was carried out after it was taken back", at: time)
        }
    }

    /// The device leaves its connection.
    func left(at time: Int64) {
        // Before its time is over, or the answer is overdue, a turn is not cut by us.
        guard let busySince, let leaveBy, time < leaveBy - Self.goAwaySpare,
            time - busySince < Self.overdue
        else { return }
        fail("a connection was left in mid-turn with time to spare", at: time)
    }

    /// The user wants silence: what was said last needs no answer.
    func stop() {
        awaited = nil
        isStopped = true
    }

    func take(_ event: TimelineEvent, at time: Int64) {
        note("assistant: \(event)", at: time)
        switch event {
        case .turnOpened:
            report.counts.turns += 1
            awaited = nil
            isStopped = false
            // What was being said is not for the user any more; where the service finds the
            // turns, it decides that.
            if !isAutomatic { dead.formUnion(arrived) }
        case .interrupted(by: .voice) where isAutomatic:
            report.counts.interruptions += 1
            // What the user had taken back before was never heard.
            doubted = arrived.filter { heardSamples[$0, default: 0] > 0 }
        case .interrupted:
            report.counts.interruptions += 1
            dead.formUnion(arrived)
        case .resumed:
            report.counts.resumptions += 1
            resumed.formUnion(doubted.subtracting(dead))
            doubted = []
        case .replyPlayed: checkPlayed(at: time)
        // A tap into silence: its reply is not wanted.
        case .notice(let text) where text.hasPrefix("nobody spoke"): isStopped = true
        default: break
        }
    }

    func take(_ event: SessionEvent, at time: Int64) {
        switch event {
        case .audio(let samples):
            guard let value = samples.first.map(Int.init) else { break }
            arrived.insert(value)
            arrivedSamples[value, default: 0] += samples.count
            if let asker = askedBy[value] { answered(asker) }
        case .inputTranscript, .interrupted:
            note("session: \(event)", at: time)
            // Words: what they interrupted is not heard any more, also where it went on before.
            dead.formUnion(doubted.union(resumed))
            doubted = []
            resumed = []
        case .ready(let resumed):
            note("session: ready, resumed \(resumed)", at: time)
            handleTries = nil
            dead = []
            arrived = []
            doubted = []
            self.resumed = []
            // The numbers may begin anew, and what is still played of the old would be counted.
            uncounted = Set(
                arrivedSamples.filter { $0.value != heardSamples[$0.key] }.map { $0.key })
            arrivedSamples = [:]
            heardSamples = [:]
        case .offline:
            note("session: \(event)", at: time)
            orphanCalls()
        case .failed(let failure):
            note("session: \(failure)", at: time)
            fail("the session failed for good: \(failure)", at: time)
        case .notice(let text):
            note("session: \(text)", at: time)
            // The turn is given up; the user hears so.
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
            takenBack.formUnion(ids)
        case .turnComplete:
            note("session: \(event)", at: time)
            // An answer that comes again is another turn, and sounds like the one that was cut.
            if repeatsAnswers {
                uncounted.formUnion(dead)
                dead = []
            }
        default: note("session: \(event)", at: time)
        }
    }

    /// The connection is gone, and with it whoever waits for the calls.
    private func orphanCalls() {
        orphans.formUnion(calls.filter { !$0.value }.keys)
        for id in orphans { calls[id] = true }
    }

    private func answered(_ asker: Int) {
        utterances[asker].isAnswered = true
        // An answer that was held back, and came behind words that nobody interrupted it with,
        // cannot be told from one to those.
        guard isAutomatic, !hearsGoAway else { return }
        for index in utterances.indices.dropFirst(asker + 1)
        where utterances[index].isOver && utterances[index].timesHeard == 0 {
            utterances[index].isExcused = true
        }
    }

    func opened(at time: Int64) {
        report.counts.connections += 1
        orphanCalls()
        askedBy = [:]
        busySince = nil
        leaveBy = nil
        openings.append(time)
        openings.removeAll { $0 <= time - 60_000_000_000 }
        // A turn of the user's opens a connection too, and a rotation needs no patience.
        if openings.count > Self.connectionsPerMinute + 8 {
            fail("\(openings.count) connections within a minute", at: time)
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

    /// What went on after a false interruption was heard to its last sample, each once.
    private func checkPlayed(at time: Int64) {
        for value in resumed.subtracting(dead).subtracting(uncounted)
        where arrivedSamples[value] != heardSamples[value] {
            let counts = "\(heardSamples[value] ?? 0) of \(arrivedSamples[value] ?? 0)"
            fail("of answer \(value), which went on, \(counts) samples were heard", at: time)
        }
        resumed = []
    }

    // MARK: - The service's side

    func service(_ event: ServerEvent, at time: Int64) {
        switch event {
        case .wordsBegan: busySince = time
        case .turnCompleted:
            busySince = nil
            note("service: turn completed", at: time)
        case .faulted(.goAway(let left)):
            leaveBy = time + left.components.seconds * 1_000_000_000
            note("service: goAway, \(left)", at: time)
        case .closed(let code, let reason):
            note("service closes: \(code) \(reason)", at: time)
            if hearsGoAway, reason.hasPrefix("Connection aborted because the client failed") {
                fail("goAway was not followed", at: time)
            }
        case .wordsEnded(let samples): heard(samples, at: time)
        case .setUp: note("service: set up", at: time)
        case .answerBegan(let turn):
            report.counts.answers += 1
            if let lastHeard { askedBy[World.value(ofTurn: turn)] = lastHeard }
            note("service: answer \(turn + 1) begins", at: time)
        case .called(_, let id):
            report.counts.calls += 1
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
            calls[id] = true
            note("service: \(id) is answered", at: time)
        case .answeredInVain(let response):
            // One that was under way when its call was taken back is nobody's fault.
            if !cancelled.contains(response["id"]?.string ?? "") {
                fail("an answer to no open call: \(response.serialized)", at: time)
            }
        case .content(let content, let isHistory):
            if !isHistory { orphans = [] }
            note(
                "service: content, history \(isHistory): \(content.serialized.prefix(200))",
                at: time)
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
        let isWhole = zip(samples, samples.dropFirst()).allSatisfy { $1 == $0 &+ 1 }
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
        if awaited != nil, expectsAnswers {
            fail("the last words were neither answered nor given up with a sound", at: time)
        }
    }
}
