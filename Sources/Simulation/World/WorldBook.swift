internal import Assistant
internal import Live
internal import ModelTypes

/// Everything that has happened in a world, and the promises that it is held against.
final class WorldBook: @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// Reconnects within a minute (see `Backoff`), and tries of a handle.
    private static let connectionsPerMinute = 12
    private static let triesPerHandle = 2

    private struct Utterance {
        var samples: [Int16] = []
        var isOver = false
        var isExcused = false
        var timesHeard = 0
    }

    var report = World.Report()
    /// Whether the service finds the user's turns.
    var isAutomatic = false

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
    private var accounts = 0
    /// Answers that a voice interrupted, until words show that it was one, and those that went on.
    private var doubted: Set<Int> = []
    private var resumed: Set<Int> = []
    /// Samples of each answer that came, and that were heard.
    private var arrivedSamples: [Int: Int] = [:]
    private var heardSamples: [Int: Int] = [:]
    private var uncounted: Set<Int> = []

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
        if let current { utterances[current].samples += samples }
    }

    func endUtterance() {
        guard let current else { return }
        utterances[current].isOver = true
        // A noise that is none to the service, which hears no words in it.
        if utterances[current].samples.allSatisfy({ $0 == 0 }) {
            utterances[current].isExcused = true
        }
        self.current = nil
    }

    /// What was said without a session is given up, and the user was told.
    func discardUtterances() {
        for index in utterances.indices where utterances[index].timesHeard == 0 {
            utterances[index].isExcused = true
        }
        current = nil
    }

    func take(_ event: TimelineEvent, at time: Int64) {
        note("assistant: \(event)", at: time)
        switch event {
        case .turnOpened:
            report.turns += 1
            // What was being said is not for the user any more; where the service finds the
            // turns, it decides that.
            if !isAutomatic { dead.formUnion(arrived) }
        case .interrupted(by: .voice) where isAutomatic:
            report.interruptions += 1
            // What the user had taken back before was never heard.
            doubted = arrived.filter { heardSamples[$0, default: 0] > 0 }
        case .interrupted:
            report.interruptions += 1
            dead.formUnion(arrived)
        case .resumed:
            report.resumptions += 1
            resumed.formUnion(doubted.subtracting(dead))
            doubted = []
        case .replyPlayed: checkPlayed(at: time)
        default: break
        }
    }

    func take(_ event: SessionEvent, at time: Int64) {
        switch event {
        case .audio(let samples):
            guard let value = samples.first.map(Int.init) else { break }
            arrived.insert(value)
            arrivedSamples[value, default: 0] += samples.count
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
            }
        default: note("session: \(event)", at: time)
        }
    }

    func opened(at time: Int64) {
        report.connections += 1
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
        case .wordsEnded(let samples): heard(samples, at: time)
        case .setUp: note("service: set up", at: time)
        case .answerBegan(let turn):
            report.answers += 1
            note("service: answer \(turn + 1) begins", at: time)
        case .called(_, let id):
            report.calls += 1
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
            if !isHistory { accounts += 1 }
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
        utterances[index].timesHeard += 1
    }

    // MARK: - The end

    func checkRest(_ executions: [String: Int], at time: Int64) {
        for (index, utterance) in utterances.enumerated()
        where utterance.isOver && !utterance.isExcused && utterance.timesHeard == 0 {
            fail("utterance \(index) of \(utterance.samples.count) samples never arrived", at: time)
        }
        for (id, count) in executions where count > 1 {
            fail("call \(id) was executed \(count) times", at: time)
        }
    }
}
