import ModelTypes
import TestInputs
import Tools
import VoiceSession

@testable import Assistant

extension SeededGenerator {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// The machine against a microphone, a speaker, a service with latency, tools and a user who
/// presses at any time, in virtual milliseconds and from one seed.
///
/// The invariants are checked as it runs; `violations` lists what was broken.
final class SimulatedConversation {
    let mode: TurnMode
    var random: SeededGenerator
    var machine: ConversationMachine
    var now = 0
    var violations: [String] = []

    private var agenda: [(at: Int, order: Int, run: () -> Void)] = []
    private var order = 0

    // The world.
    private var microphone = SimulatedMicrophone()
    private var microphoneIsThere = true
    var service = SimulatedService()
    var isLinked = false
    var linkEpoch = 0
    var held: [SimulatedService.Message] = []
    let latency: Int
    var pendingUntil = 0
    var playbackEpoch = 0
    private var isDown = false

    // State for the invariants.
    private var isInActivity = false
    private var activityAudio = 0
    private var lastSample = Int64(-1)
    private var openTurns: Set<Int> = []
    private var closedTurns: Set<Int> = []
    /// Replies that were due.
    var replies = 0
    var heardReply: Int?
    var deadReplies: Set<Int> = []
    var unwantedTurns: Set<Int> = []
    var latestTurn = 0
    /// `turnComplete` has arrived, or never will.
    var mayEndReply = true
    var unansweredCalls: Set<String> = []
    var playedChunks = 0
    var interruptions = 0
    var resumptions = 0

    // A reply that is held, and what is known about its interruption.
    var isHeld = false
    var heldMilliseconds = 0
    var heldReply: Int?
    /// Words were found, so it must not resume.
    var hadWords = false
    /// The user or the link gave another reason not to resume.
    var hadReason = false

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        mode = TurnMode.allCases.randomElement(using: &random) ?? .hold
        var settings = ConversationSettings(mode: mode)
        settings.voiceInterrupts = random.chance(70)
        latency = Int.random(in: 1...300, using: &random)
        machine = ConversationMachine(settings: settings, rates: .usual)
        self.random = random
    }

    /// Runs a minute of busy life, then a calm in which everything must come to rest.
    func run() {
        perform(machine.start())
        after(0...2_000) { self.linkUp() }
        for _ in 0..<Int.random(in: 10...40, using: &random) {
            after(0...60_000) { self.userDoesSomething() }
        }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            after(0...60_000) { self.linkDown() }
        }
        drive(until: 60_000)
        if isDown { release() }
        if mode == .handsFree { speechEnds() }
        if !microphoneIsThere { microphoneReturns() }
        drive(until: 400_000)
        checkRest()
        // The events still to come refer to this object.
        agenda = []
    }

    // MARK: - Time

    func after(_ delay: ClosedRange<Int>, _ run: @escaping () -> Void) {
        at(now + Int.random(in: delay, using: &random), run)
    }

    func at(_ time: Int, _ run: @escaping () -> Void) {
        order += 1
        agenda.append((max(time, now), order, run))
    }

    private func drive(until end: Int) {
        while now < end {
            let next = agenda.indices.min {
                (agenda[$0].at, agenda[$0].order) < (agenda[$1].at, agenda[$1].order)
            }
            let event = next.map { agenda[$0].at } ?? .max
            let deadline = machine.deadline.map { Int(($0 + 999_999) / 1_000_000) } ?? .max
            let audio = microphone.isBusy ? now + 10 : .max
            now = max(now, min(event, deadline, audio, end))
            if let next, event <= now {
                agenda.remove(at: next).run()
            } else if deadline <= now {
                perform(machine.deadlineReached(at: time))
                if let again = machine.deadline, again <= time { fail("a deadline stays due") }
            }
            deliverSamples()
        }
    }

    var time: Int64 { .milliseconds(now) }

    func fail(_ text: String) { violations.append("\(now) ms: \(text)") }

    // MARK: - The user

    private func userDoesSomething() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<50: pressForAWhile()
        case 50..<80: speakForAWhile()
        case 80..<86: toggleMuteForAWhile()
        case 86..<92: loseMicrophoneForAWhile()
        case 92..<96: stop()
        default: linkDown()
        }
    }

    private func pressForAWhile() {
        guard !isDown else { return }
        isDown = true
        let before = machine.state
        hadReason = true
        perform(machine.buttonPressed(at: time))
        // A press that opened nothing was a request for silence.
        if [.speaking, .thinking].contains(before), machine.phase == .idle {
            if before == .speaking { noteInterruption() }
            unwantedTurns.insert(latestTurn)
        }
        after(random.chance(30) ? 1...140 : 200...4_000) { if self.isDown { self.release() } }
    }

    private func release() {
        isDown = false
        perform(machine.buttonReleased(at: time))
    }

    private func speakForAWhile() {
        service.isNoise = random.chance(50)
        perform(machine.speechStarted(sample: Int64(max(0, now - 60) * 16), at: time))
        after(200...4_000) { self.speechEnds() }
    }

    private func speechEnds() {
        perform(machine.speechEnded(wordsEnd: time - .milliseconds(600), at: time))
    }

    private func toggleMuteForAWhile() {
        perform(machine.muteToggled(at: time))
        after(100...5_000) { self.perform(self.machine.muteToggled(at: self.time)) }
    }

    private func loseMicrophoneForAWhile() {
        guard microphoneIsThere else { return }
        microphoneIsThere = false
        microphone.lose()
        perform(machine.microphoneLost("unplugged", at: time))
        after(100...5_000) { self.microphoneReturns() }
    }

    private func microphoneReturns() {
        guard !microphoneIsThere else { return }
        microphoneIsThere = true
        perform(machine.microphoneBack("back"))
    }

    private func stop() {
        if case .speaking = machine.phase { noteInterruption() }
        hadReason = true
        perform(machine.stopRequested(at: time))
        unwantedTurns.insert(latestTurn)
    }

    // MARK: - Actions

    func perform(_ actions: [ConversationAction]) {
        for action in actions {
            switch action {
            case .openMicrophone(let at):
                microphone.open(at: at / 1_000_000 * 16 - 4_800)
            case .openMicrophoneAtSpeech(let sample): microphone.open(at: sample - 4_800)
            case .closeMicrophone(let at): microphone.close(at: at / 1_000_000 * 16)
            case .endWords(let isReplyWanted):
                let reply = expectReply(isWanted: isReplyWanted)
                guard mode == .handsFree else {
                    endActivity(reply)
                    continue
                }
                if activityAudio == 0 { fail("a stream was ended that never began") }
                activityAudio = 0
                send(.streamEnd(turn: latestClosing, reply: reply))
            case .discardInput:
                held = []
                isInActivity = false
                activityAudio = 0
            case .flushSpeaker: flush()
            case .holdSpeaker: hold()
            case .resumeSpeaker: resume()
            case .runTools(let calls, let conversation):
                for call in calls {
                    let key = CallKey(conversation: conversation, id: call.id)
                    after(1...3_000) { self.end(key) }
                }
            case .refuseTools(let calls, let conversation):
                for call in calls { end(CallKey(conversation: conversation, id: call.id)) }
            case .answerTool(let response): answer(response.id)
            case .cancelTools(let keys): unansweredCalls.subtract(keys.map(\.id))
            case .record(let event): note(event)
            case .endReply, .connect, .expectNoReply, .sound, .tellText, .dismissAlarm, .show,
                .beginWords, .sendAudio, .play:
                break
            }
        }
    }

    private func end(_ key: CallKey) {
        let response = ToolEnd.done.response(key.id)
        perform(machine.callEnded(key, .answered(response), at: time))
    }

    private func answer(_ call: String) {
        guard unansweredCalls.remove(call) != nil else {
            return fail("\(call) was answered twice or without being asked")
        }
        send(.answer(call))
    }

    private var latestClosing: Int { closingTurn ?? latestTurn }
    private var closingTurn: Int?

    private func endActivity(_ reply: Int) {
        if !isInActivity { fail("an activity was ended that was not begun") }
        if activityAudio == 0 { fail("an activity was empty") }
        isInActivity = false
        activityAudio = 0
        send(.end(turn: latestClosing, reply: reply))
    }

    private func note(_ event: TimelineEvent) {
        switch event {
        case .turnOpened(let turn, _):
            if turn != latestTurn + 1 { fail("turn \(turn) was opened after turn \(latestTurn)") }
            latestTurn = turn
            openTurns.insert(turn)
        case .turnClosed(let turn, _):
            if openTurns.remove(turn) == nil { fail("turn \(turn) was closed without being open") }
            if !closedTurns.insert(turn).inserted { fail("turn \(turn) was closed twice") }
        case .interrupted:
            if isHeld { heldReply = heardReply } else { noteInterruption() }
            interruptions += 1
        case .notice("the reply stopped before its end"):
            mayEndReply = true
        case .replyPlayed:
            if !mayEndReply { fail("a reply was ended before its turn") }
            if pendingUntil > now { fail("a reply was ended while it was still playing") }
        case .state, .heard, .said, .toolCalled, .toolAnswered, .toolFailed, .toolCancelled,
            .firstSound, .silence, .online, .offline, .refused, .muted, .soundLost, .soundBack,
            .notice, .resumed:
            break
        }
    }

    // MARK: - The microphone

    private func deliverSamples() {
        guard microphoneIsThere else { return }
        while let event = microphone.next(captured: Int64(now) * 16) {
            switch event {
            case .samples(let first, let count):
                sendSamples(first: first, count: count)
            case .end:
                closingTurn = openTurns.min()
                let isShort = machine.phase == .idle
                if isShort, let turn = closingTurn { unwantedTurns.insert(turn) }
                perform(machine.segmentEnded())
                closingTurn = nil
            }
        }
    }

    private func sendSamples(first: Int64, count: Int) {
        let samples = [Int16](repeating: 0, count: count)
        for action in machine.samplesArrived(samples, first: first) {
            switch action {
            case .beginWords:
                if isInActivity { fail("an activity was begun within another") }
                isInActivity = mode != .handsFree
                activityAudio = 0
                if isInActivity { send(.begin) }
            case .sendAudio(let rest): sendAudio(upTo: first + Int64(count), count: rest.count)
            default: perform([action])
            }
        }
    }

    private func sendAudio(upTo end: Int64, count: Int) {
        if !isInActivity, mode != .handsFree { fail("audio outside an activity") }
        let start = end - Int64(count)
        if start <= lastSample { fail("sample \(start) was sent again") }
        if activityAudio > 0, start != lastSample + 1 { fail("samples are missing at \(start)") }
        lastSample = end - 1
        activityAudio += count
        send(.audio)
    }

    // MARK: - Rest

    private func checkRest() {
        let state = machine.state
        if state != .idle, state != .muted { fail("the machine rests in \(state)") }
        if let deadline = machine.deadline { fail("a deadline is left: \(deadline)") }
        if isInActivity { fail("an activity was never ended") }
        if isHeld { fail("a reply is held for ever") }
        if !openTurns.isEmpty { fail("turns \(openTurns) were never closed") }
        if !unansweredCalls.isEmpty { fail("calls \(unansweredCalls) were never answered") }
        if !machine.calls.isEmpty { fail("calls are left in the book") }
        if !machine.uplink.turns.isEmpty { fail("turns wait for their marks") }
    }
}
