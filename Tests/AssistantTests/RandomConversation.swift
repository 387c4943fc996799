import ModelTypes
import TestInputs
import Tools
import VoiceSession

@testable import Assistant

/// A machine that gets any events in any order, even those that no real world produces.
///
/// Only time goes forward, as a clock does. `violations` lists each broken promise.
final class RandomConversation {
    private var machine: ConversationMachine
    private var random: SeededGenerator
    private var now = 0
    private var sample: Int64 = 0
    private var calls: [String] = []
    private var callCount = 0
    private var answers: UInt64 = 1
    private(set) var violations: [String] = []
    private(set) var silentEnds = 0
    private(set) var audibleEnds = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var settings = ConversationSettings(
            mode: TurnMode.allCases.randomElement(using: &random) ?? .hold)
        settings.voiceInterrupts = random.chance(70)
        settings.endsTapAtSpeechEnd = random.chance(70)
        settings.falseInterruptionMilliseconds = random.chance(70) ? 1_500 : 0
        settings.offlinePatienceMilliseconds = random.chance(80) ? 10_000 : 0
        settings.mayStaySilent = random.chance(20)
        machine = ConversationMachine(settings: settings, rates: .usual)
        _ = machine.start()
    }

    private var time: Int64 { .milliseconds(now) }

    // MARK: - Events

    /// Performs a number of random events, with deadlines in between.
    func live(_ count: Int) {
        for _ in 0..<count {
            pass(random.chance(70) ? 0...400 : 0...20_000)
            happen()
        }
    }

    private func pass(_ range: ClosedRange<Int>) {
        let target = now + Int.random(in: range, using: &random)
        while let deadline = nextDeadline, deadline <= target { ring(at: deadline) }
        now = max(now, target)
    }

    private var nextDeadline: Int? { machine.deadline.map { Int(($0 + 999_999) / 1_000_000) } }

    private func ring(at deadline: Int) {
        now = max(now, deadline)
        check(isWish: false) { $0.deadlineReached(at: self.time) }
        if let again = machine.deadline, again <= time { fail("a deadline stays due") }
    }

    private func happen() {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: userDoes()
        case 1: microphoneTells()
        case 2: serviceTells()
        default: linkTells()
        }
    }

    private func userDoes() {
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1, 2: check(isWish: true) { $0.buttonPressed(at: self.time) }
        case 3, 4: check(isWish: true) { $0.buttonReleased(at: self.time) }
        case 5: check(isWish: true) { $0.stopRequested(at: self.time) }
        case 6: check(isWish: true) { $0.muteToggled(at: self.time) }
        case 7: check(isWish: true) { $0.listenRequested(at: self.time) }
        default:
            guard machine.mayAnnounce else { return }
            check(isWish: true) { $0.announced(due: nil, at: self.time) }
        }
    }

    private func microphoneTells() {
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1:
            check(isWish: true) { $0.speechStarted(sample: self.sample, at: self.time) }
        case 2, 3:
            check(isWish: false) { $0.speechEnded(wordsEnd: self.time, at: self.time) }
        case 4, 5, 6:
            take(machine.samplesArrived([Int16](repeating: 0, count: 320), first: sample))
            sample += 320
        case 7: check(isWish: false) { $0.segmentEnded() }
        default:
            check(isWish: false) { $0.microphoneLost("unplugged", at: self.time) }
            if random.chance(80) { check(isWish: false) { $0.microphoneBack("back") } }
        }
    }

    /// The number of an answer, mostly a current one.
    private func anyAnswer() -> AnswerNumber {
        if random.chance(20) { answers += 1 }
        return AnswerNumber(answers - min(answers, UInt64.random(in: 0...2, using: &random)))
    }

    private func serviceTells() {
        let answer = anyAnswer()
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1, 2:
            let isAudible = random.chance(80)
            take(
                machine.audioArrived(
                    [Int16](repeating: 0, count: 9_600), isAudible: isAudible, of: answer,
                    at: time))
        case 3: check(isWish: false) { $0.generationComplete(answer) }
        case 4, 5: check(isWish: false) { $0.turnComplete(answer) }
        case 6:
            let next = random.chance(50) ? anyAnswer() : nil
            check(isWish: false) { $0.interrupted(answer, next: next, at: self.time) }
        case 7: check(isWish: false) { $0.wordsHeard(at: self.time) }
        case 8: check(isWish: false) { $0.answerShown(at: self.time) }
        case 9:
            callCount += 1
            calls.append("call-\(callCount)")
            check(isWish: false) {
                $0.toolCallsArrived(
                    [.named(self.calls.last ?? "")], of: answer, at: self.time)
            }
        case 10: endCall()
        default:
            let id = calls.isEmpty ? "none" : calls.removeFirst()
            check(isWish: false) { $0.toolCallsCancelled([id], at: self.time) }
        }
    }

    private func endCall() {
        guard !calls.isEmpty else { return }
        let end = ToolEnd.allCases.randomElement(using: &random) ?? .done
        let id = calls.removeFirst()
        check(isWish: false) {
            $0.callEnded($0.calls.key(of: id), .answered(end.response(id)), at: self.time)
        }
    }

    private func linkTells() {
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1, 2: check(isWish: false) { $0.sessionReady(resumed: true, at: self.time) }
        case 3:
            check(isWish: false) {
                $0.sessionOffline("lost", isNetworkMissing: false, at: self.time)
            }
        case 4: check(isWish: false) { $0.sessionAsleep() }
        case 5:
            check(isWish: false) { $0.sessionRefused("no", because: .refused, at: self.time) }
        case 6: check(isWish: false) { $0.playbackStarted(at: self.time) }
        case 7: check(isWish: false) { $0.playbackDrained(at: self.time) }
        default:
            check(isWish: false) { $0.speakerLost("unplugged") }
            if random.chance(80) { check(isWish: false) { $0.speakerBack("back") } }
        }
    }

    // MARK: - Promises

    /// Checks that no wait ends without a sound, unless the user wanted that.
    private func check(
        isWish: Bool, _ event: (inout ConversationMachine) -> [ConversationAction]
    ) {
        let wasAwaited: Bool
        let isDoubtful: Bool
        switch machine.phase {
        case .thinking(let thinking): (wasAwaited, isDoubtful) = (true, thinking.isDoubtful)
        case .listening: (wasAwaited, isDoubtful) = (true, machine.uplink.open?.opener == .voice)
        case .idle, .speaking: (wasAwaited, isDoubtful) = (false, false)
        }
        // A model may stay silent only for a reason, and not once it has shown that it does not.
        let mayBeSilent =
            machine.settings.mayStaySilent && !machine.isAnswerShown && !machine.isToolDone
        let actions = event(&machine)
        take(actions)
        guard wasAwaited, !isWish, machine.phase == .idle else { return }
        if actions.contains(where: { if case .sound = $0 { true } else { false } }) {
            audibleEnds += 1
        } else if isDoubtful || mayBeSilent {
            silentEnds += 1
        } else {
            fail("a turn ended without a sound: \(actions)")
        }
    }

    private func take(_ actions: [ConversationAction]) {
        for case .cancelTools(let keys) in actions {
            calls.removeAll { id in keys.contains { $0.id == id } }
        }
        for case .endWords(let isReplyWanted) in actions {
            answers += 1
            machine.answerDue(AnswerNumber(answers), isWanted: isReplyWanted)
        }
        for case .refuseTools(let refused, _) in actions {
            calls.removeAll { id in refused.contains { $0.id == id } }
        }
    }

    private func fail(_ text: String) {
        if violations.count < 10 { violations.append("\(now) ms: \(text)") }
    }

    // MARK: - Calm

    /// Lets nothing happen any more except that functions end.
    ///
    /// Returns the time to come to rest (milliseconds), or nil if it never does.
    func calmDown() -> Int? {
        let start = now
        // Far more deadlines than there are waits.
        for _ in 0..<100 {
            while !calls.isEmpty { endCall() }
            guard machine.phase != .idle || machine.deadline != nil else { return now - start }
            guard let deadline = nextDeadline else {
                fail("\(machine.phase) with link \(machine.link) has no deadline")
                return nil
            }
            ring(at: deadline)
        }
        fail("\(machine.phase) does not come to rest")
        return nil
    }
}
