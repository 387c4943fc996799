import Testing

@testable import Assistant

@Suite("Known problems of the service, as the user hears them")
struct KnownReplyTests {
    @Test("sound after a turn that ended too early is played, too")
    func prematureEnd() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.turnComplete()
        #expect(world.audio(700))
        world.drained(900)
        #expect(world.state == .speaking, "its end is not reported yet")
        world.turnComplete()
        #expect(world.state == .idle)
    }

    @Test("several answers to the same words are turns of their own, each with its end")
    func severalAnswers() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        for time in [600, 5_000, 10_000] {
            #expect(world.audio(time))
            world.generationComplete()
            world.turnComplete()
            world.drained(time + 200)
            #expect(world.state == .idle)
        }
        world.turn(20_000, 21_000)
        #expect(world.audio(21_500), "and the next words are answered as usual")
    }

    @Test("a spurious interruption leaves the conversation as it was")
    func phantomInterruption() {
        let world = ConversationWorld.online(.hold)
        world.interrupted(100)
        #expect(world.state == .idle)
        #expect(!world.actions.contains(.flushSpeaker))
        world.turn(1_000, 2_000)
        world.interrupted(2_100)
        #expect(world.state == .thinking)
        #expect(world.audio(2_500))
        #expect(world.state == .speaking)
    }

    @Test("a press silences the loudspeaker before it does anything else")
    func flushFirst() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.forget()
        world.press(1_000)
        let flush = world.actions.firstIndex(of: .flushSpeaker)
        let gate = world.actions.firstIndex(of: .openMicrophone(at: .milliseconds(1_000)))
        #expect(flush != nil)
        #expect(flush ?? 0 < gate ?? 0)
        #expect(!world.audio(1_100))
    }
}
