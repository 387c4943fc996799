import Testing

@testable import Assistant

@Suite("a reply that a voice interrupts, and what was no voice")
struct HeldReplyTests {
    /// A reply is playing since 2000 ms, and at 3000 ms something is heard until 3400 ms.
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

    @Test("what comes of the reply meanwhile waits behind it, and its end is kept")
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

    @Test("words drop it for good: nothing that comes of it later is heard")
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

    @Test("an answer to what was said drops a reply that was whole already")
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
        "what is said of a slow function is no sign of words: the reply is heard, and then that",
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

    @Test("words found after the reply went on interrupt it again")
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

    @Test("an answer that comes after a whole reply went on takes its place")
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

    @Test("while the voice goes on, the reply does not")
    func longNoise() {
        let world = cough()
        #expect(world.deadline == 123_000, "only the limit of a turn")
        ends(world)
        world.speech(4_000)
        #expect(world.deadline == 124_000)
        world.speechEnd(4_100, known: 4_500)
        #expect(world.machine.held?.until == .milliseconds(6_000))
    }

    @Test("the button is meant: what was held is dropped")
    func button() {
        let world = cough()
        ends(world)
        world.forget()
        world.press(4_000)
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.machine.held == nil)
        #expect(!world.audio(4_050))
    }

    @Test("a wish for silence is one for what is held, too")
    func silence() {
        let world = cough()
        ends(world)
        world.perform(world.machine.stopRequested(at: .milliseconds(4_000)))
        #expect(world.actions.contains(.flushSpeaker))
        #expect(world.state == .idle)
        #expect(world.deadline == nil)
    }

    @Test("what had come before the link was lost goes on")
    func linkLost() {
        let world = cough()
        ends(world)
        world.offline(3_600)
        world.deadline(4_900)
        #expect(world.state == .speaking)
        world.drained(5_500)
        #expect(world.state == .idle || world.state == .offline)
    }

    @Test("a reply that had just been played to its end is not begun again")
    func alreadyPlayed() {
        let world = cough(isComplete: true)
        world.drained(3_020)
        ends(world)
        world.deadline(4_900)
        #expect(world.state == .idle)
    }

    @Test("with 0 milliseconds an interruption is final, as it is by the button")
    func switchedOff() {
        let world = cough { $0.falseInterruptionMilliseconds = 0 }
        #expect(world.actions.first == .flushSpeaker)
        #expect(!world.audio(3_100))
    }
}
