import Testing

@testable import Assistant

@Suite("a reply that a voice interrupts, or only a noise")
struct HeldReplyTests {
    /// A reply plays from 2000 ms on, and a sound is heard from 3000 to 3400 ms.
    private func cough(
        isComplete: Bool = false, adjust: (inout ConversationSettings) -> Void = { _ in }
    ) -> ConversationWorld {
        let world = ConversationWorld.online(.handsFree, adjust: adjust)
        world.speech(1_000)
        world.samples()
        world.speechEnd(1_500, known: 1_900)
        world.segmentEnded()
        world.audio(2_000)
        world.started(2_000)
        if isComplete { world.turnComplete() }
        world.forget()
        world.speech(3_000)
        world.samples()
        return world
    }

    private func ends(_ world: ConversationWorld) {
        world.speechEnd(3_200, known: 3_400)
        world.segmentEnded()
    }

    @Test("a cough silences the reply at once, and it goes on when no words were found")
    func falseInterruption() {
        let world = cough()
        #expect(world.actions.first == .holdSpeaker)
        #expect(world.timeline.contains(.interrupted(by: .voice)))
        ends(world)
        #expect(world.state == .thinking)
        #expect(world.deadline == 4_900)
        world.forget()
        world.deadline(4_900)
        #expect(world.state == .speaking)
        #expect(world.actions.contains(.resumeSpeaker))
        #expect(world.timeline.contains(.resumed))
        #expect(world.audio(5_000), "the rest of it is heard, too")
        world.turnComplete()
        world.drained(6_000)
        #expect(world.state == .idle)
    }

    @Test("the part of the reply that arrives meanwhile waits behind it, and its end is kept")
    func arrivesMeanwhile() {
        let world = cough()
        #expect(world.audio(3_100))
        #expect(world.state == .listening)
        world.generationComplete()
        #expect(world.actions.contains(.endReply))
        world.turnComplete()
        ends(world)
        #expect(world.state == .thinking)
        world.deadline(4_900)
        #expect(world.state == .speaking)
        world.drained(6_000)
        #expect(world.state == .idle)
    }

    @Test("words drop the reply for good: nothing that arrives of it later is heard")
    func words() {
        let world = cough()
        world.perform(world.machine.wordsHeard(at: .milliseconds(3_300)))
        #expect(world.actions.contains(.flushSpeaker))
        #expect(!world.audio(3_350))
        ends(world)
        world.interrupted(3_500)
        world.turnComplete()
        #expect(world.audio(4_000), "the answer to the words")
        #expect(!world.actions.contains(.resumeSpeaker))
    }

    @Test("an answer to the interruption drops a reply that had arrived in full")
    func answerInstead() {
        let world = cough(isComplete: true)
        ends(world)
        world.forget()
        #expect(world.audio(4_000))
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.state == .speaking)
        #expect(world.deadline.map { $0 > 5_000 } ?? false)
    }

    @Test(
        "speech about a slow function does not count as words: first the reply, then that",
        arguments: [false, true])
    func toolAnswer(isHeld: Bool) {
        let world = ConversationWorld.online(.handsFree)
        world.speech(1_000)
        world.samples()
        world.speechEnd(1_500, known: 1_900)
        world.segmentEnded()
        world.calls(["slow"], 1_950)
        world.audio(2_000)
        world.started(2_000)
        world.turnComplete()
        world.speech(3_000)
        world.samples()
        ends(world)
        if !isHeld { world.deadline(4_900) }
        world.forget()
        world.finished("slow", 4_000)
        #expect(world.audio(5_000))
        #expect(!world.actions.contains(.flushSpeaker))
        if isHeld { world.deadline(4_900) }
        #expect(world.state == .speaking)
        world.turnComplete()
        world.drained(9_000)
        #expect(world.state == .idle)
    }

    @Test("words recognized after the reply resumed interrupt it again")
    func lateWords() {
        let world = cough()
        ends(world)
        world.deadline(4_900)
        world.forget()
        world.perform(world.machine.wordsHeard(at: .milliseconds(5_200)))
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.state == .thinking)
        #expect(!world.audio(5_300))
        world.interrupted(5_400)
        #expect(world.audio(5_900))
    }

    @Test("an answer that arrives after a complete reply resumed takes its place")
    func lateAnswer() {
        let world = cough(isComplete: true)
        ends(world)
        world.deadline(4_900)
        #expect(world.state == .speaking)
        world.forget()
        #expect(world.audio(5_200))
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.state == .speaking)
    }

    @Test("the reply does not resume while the voice continues")
    func longNoise() {
        let world = cough()
        #expect(world.deadline == 123_000, "only the limit of a turn")
        ends(world)
        world.speech(4_000)
        #expect(world.deadline == 124_000)
        world.speechEnd(4_100, known: 4_500)
        #expect(world.machine.held?.until == .milliseconds(6_000))
    }

    @Test("a press is deliberate: it drops the held reply")
    func button() {
        let world = cough()
        ends(world)
        world.forget()
        world.press(4_000)
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.machine.held == nil)
        #expect(!world.audio(4_050))
    }

    @Test("a request for silence drops the held reply, too")
    func silence() {
        let world = cough()
        ends(world)
        world.perform(world.machine.stopRequested(at: .milliseconds(4_000)))
        #expect(world.actions.contains(.flushSpeaker))
        #expect(world.state == .idle)
        #expect(world.deadline == nil)
    }

    @Test("what arrived before the link was lost resumes")
    func linkLost() {
        let world = cough()
        ends(world)
        world.offline(3_600)
        world.deadline(4_900)
        #expect(world.state == .speaking)
        world.drained(5_500)
        #expect(world.state == .idle || world.state == .offline)
    }

    @Test("a reply that had just finished playing is not started again")
    func alreadyPlayed() {
        let world = cough(isComplete: true)
        world.drained(3_020)
        ends(world)
        world.deadline(4_900)
        #expect(world.state == .idle)
    }

    @Test("with 0 milliseconds an interruption is final, as by the button")
    func switchedOff() {
        let world = cough { $0.falseInterruptionMilliseconds = 0 }
        #expect(world.actions.first == .flushSpeaker)
        #expect(!world.audio(3_100))
    }
}
