import Testing
import Tools

@testable import Assistant

@Suite("tools within the conversation")
struct ConversationToolTests {
    @Test("the reply time-out is paused while a tool runs")
    func waitStandsStill() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["a", "b"], 700)
        #expect(world.ran == ["a", "b"])
        #expect(world.deadline == nil)
        world.finished("a", 20_000)
        #expect(world.deadline == nil)
        world.finished("b", 30_000)
        #expect(world.answered == ["a", "b"])
        #expect(world.deadline == 45_000)
        #expect(world.audio(31_000))
    }

    @Test("a call that the server cancels is stopped and not answered")
    func cancelled() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["a"], 700)
        world.cancelled(["a"], 800)
        #expect(world.actions.contains(.cancelTools([CallKey(conversation: 1, id: "a")])))
        world.finished("a", 900)
        #expect(world.answered.isEmpty)
        #expect(world.deadline == 15_800)
    }

    @Test("a turn that ends while its tool runs is answered by the next one")
    func secondTurnAnswers() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["a"], 700)
        world.turnComplete()
        #expect(world.state == .thinking)
        world.finished("a", 900)
        #expect(world.audio(1_000))
        world.turnComplete()
        world.drained(1_200)
        #expect(world.state == .idle)
    }

    @Test("speech before a call is played, then the light shows that work goes on")
    func wordsBeforeCall() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.calls(["a"], 700)
        world.drained(800)
        #expect(world.state == .thinking)
        world.finished("a", 900)
        #expect(world.audio(1_000))
        #expect(world.state == .speaking)
    }

    @Test("words that interrupt the speech before a call are answered, whichever came first")
    func wordsIntoFiller() {
        for callsFirst in [true, false] {
            let world = ConversationWorld.online(.hold)
            world.turnAnswered(0, 500, audio: 600)
            if callsFirst { world.calls(["a"], 650) }
            world.press(700)
            if !callsFirst { world.calls(["a"], 750) }
            world.samples()
            world.release(1_500)
            world.segmentEnded()
            #expect(world.audio(1_600))
            world.turnComplete()
            world.drained(1_800)
            #expect(world.state == .idle)
            // And then the answer that the function was called for.
            world.finished("a", 5_000)
            #expect(world.audio(5_100))
        }
    }

    @Test(
        "a call continues through a lost connection, and the next session gets its answer",
        arguments: [true, false])
    func lostConnection(resumed: Bool) {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.calls(["a"], 700)
        world.offline(800)
        world.ready(900, resumed: resumed)
        #expect(!world.actions.contains { if case .cancelTools = $0 { true } else { false } })
        world.finished("a", 1_000)
        #expect(world.answered == ["a"])
    }
}
