import ModelTypes
import TestInputs
import Testing
import Tools
import VoiceSession

@testable import Assistant

@Suite("running calls", .timeLimit(.minutes(5)))
struct CallBookTests {
    @Test("in any order of events each call is answered once and none is left")
    func randomLives() {
        var answered = 0
        var cancelled = 0
        var outlived = 0
        for seed in UInt64(1)...2_000 {
            let life = CallLife(seed: seed)
            life.live(120)
            if let first = life.violations.first {
                Issue.record("seed \(seed): \(first)")
                return
            }
            answered += life.answered
            cancelled += life.cancelled
            outlived += life.outlived
        }
        // The random runs would prove nothing if hardly anything happened in them.
        #expect(answered > 10_000)
        #expect(cancelled > 1_000)
        #expect(outlived > 500)
    }

    @Test("a call that is repeated while it runs is not run again, and is answered once")
    func repetition() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["a", "a"], 700)
        world.offline(800)
        world.ready(900)
        world.calls(["a"], 1_000)
        #expect(world.ran == ["a"])
        world.finished("a", 1_100)
        #expect(world.answered == ["a"])
        #expect(world.machine.calls.isEmpty)
    }

    @Test("a new conversation's call with an old id is another call and gets its own answer")
    func sameIDAnew() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["a"], 700)
        let old = world.machine.calls.key(of: "a")
        world.offline(800)
        world.ready(900, resumed: false)
        world.calls(["a"], 1_000)
        #expect(world.ran == ["a", "a"])
        world.finished(old, 1_100)
        #expect(world.answered.isEmpty)
        #expect(world.deadline == nil, "the new call's answer is awaited")
        world.finished("a", 1_200)
        #expect(world.answered == ["a"])
        #expect(world.machine.calls.isEmpty)
    }

    @Test("calls without an id get one each, by which they are answered or cancelled")
    func nameless() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["", ""], 700)
        let ids = world.ran
        #expect(Set(ids).count == 2 && !ids.contains(""))
        world.cancelled([ids[0]], 800)
        world.finished(ids[1], 900)
        #expect(world.answered == [ids[1]])
        #expect(world.machine.calls.isEmpty)
    }
}

/// A conversation of hardly anything but calls, with a runner that runs each once.
///
/// Ids come from a small set, so that conversations share them. `violations` lists each broken
/// promise.
private final class CallLife {
    private static let ids = ["a", "b", "c", "d", ""]

    private var machine: ConversationMachine
    private var random: SeededGenerator
    private var now = 0
    private var conversation = 0
    private var answers: UInt64 = 1
    /// Calls whose outcome is still to come.
    private var underWay: [CallKey] = []
    private var refused: Set<CallKey> = []
    /// What the runner remembers: calls that are done, and those that were cancelled.
    private var done: Set<CallKey> = []
    private var takenBack: Set<CallKey> = []
    /// Calls that must be answered.
    private var open: Set<CallKey> = []
    private(set) var violations: [String] = []
    private(set) var answered = 0
    private(set) var cancelled = 0
    private(set) var outlived = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        machine = ConversationMachine(
            settings: ConversationSettings(mode: .hold), rates: .usual)
        take(machine.start())
        ready(resumed: false)
    }

    private var time: Int64 { .milliseconds(now) }

    /// Performs random steps, and then lets every call end.
    func live(_ count: Int) {
        for _ in 0..<count {
            now += Int.random(in: 0...500, using: &random)
            happen()
        }
        while !underWay.isEmpty { endOne() }
        if !open.isEmpty { fail("never answered: \(open)") }
        if !machine.calls.isEmpty { fail("something is left in the book") }
        if machine.calls.isAwaiting { fail("the book awaits something that never comes") }
    }

    private func happen() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1, 2: call()
        case 3, 4, 5: endOne()
        case 6: cancel()
        case 7:
            take(machine.sessionOffline("lost", isNetworkMissing: false, at: time))
            ready(resumed: random.chance(60))
        case 8: slip()
        default: take(machine.deadlineReached(at: time))
        }
    }

    private func ready(resumed: Bool) {
        if !resumed { conversation += 1 }
        take(machine.sessionReady(resumed: resumed, at: time))
    }

    /// A turn that the user withdraws: calls made for it are refused.
    private func slip() {
        take(machine.buttonPressed(at: time))
        take(machine.samplesArrived([0, 0], first: Int64(now) * 16))
        take(machine.buttonReleased(at: time + .milliseconds(10)))
        take(machine.segmentEnded())
    }

    private func call() {
        let ids = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Self.ids.randomElement(using: &random) ?? ""
        }
        for id in ids where !id.isEmpty {
            let key = CallKey(conversation: conversation, id: id)
            // The result of an older call would be taken for this one's.
            for older in open where older.id == id && older != key {
                open.remove(older)
                outlived += 1
            }
            open.insert(key)
        }
        let answer = AnswerNumber(random.chance(80) ? answers : max(1, answers - 1))
        take(machine.toolCallsArrived(ids.map { .named($0) }, of: answer, at: time))
    }

    private func cancel() {
        let id = Self.ids.dropLast().randomElement(using: &random) ?? ""
        let isKnown = open.contains { $0.id == id }
        open = open.filter { $0.id != id }
        if isKnown { cancelled += 1 }
        take(machine.toolCallsCancelled([id], at: time))
    }

    private func endOne() {
        guard let index = underWay.indices.randomElement(using: &random) else { return }
        let key = underWay.remove(at: index)
        let outcome: ToolOutcome
        let end = refused.remove(key) == nil ? ToolEnd.allCases.randomElement(using: &random) : nil
        var response = (end ?? .failed).response(key.id)
        // Marks whose answer it is.
        response.name = String(key.conversation)
        if takenBack.contains(key) {
            outcome = .cancelled
            // The runner's own message, so nothing more is awaited.
            open.remove(key)
        } else if done.insert(key).inserted {
            outcome = .answered(response)
        } else {
            outcome = .answeredBefore(response)
        }
        take(machine.callEnded(key, outcome, at: time))
    }

    private func take(_ actions: [ConversationAction]) {
        for action in actions {
            switch action {
            case .runTools(let calls, let conversation): begin(calls, conversation)
            case .refuseTools(let calls, let conversation):
                refused.formUnion(begin(calls, conversation))
            case .cancelTools(let keys): takenBack.formUnion(keys.filter { !done.contains($0) })
            case .answerTool(let response):
                let key = CallKey(conversation: Int(response.name) ?? -1, id: response.id)
                answered += 1
                if open.remove(key) == nil { fail("\(key) was answered twice, or taken back") }
            case .endWords(let isReplyWanted):
                answers += 1
                machine.answerDue(AnswerNumber(answers), isWanted: isReplyWanted)
            default: break
            }
        }
    }

    @discardableResult
    private func begin(_ calls: [FunctionCall], _ conversation: Int) -> [CallKey] {
        calls.map { call in
            let key = CallKey(conversation: conversation, id: call.id)
            if conversation != self.conversation { fail("\(key) is of another conversation") }
            let isOver = takenBack.contains(key) || done.contains(key)
            if underWay.contains(key), !isOver { fail("\(key) is run twice") }
            // The machine's own id for a call without one.
            open.insert(key)
            underWay.append(key)
            return key
        }
    }

    private func fail(_ text: String) {
        if violations.count < 10 { violations.append("\(now) ms: \(text)") }
    }
}
