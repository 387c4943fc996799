import ModelTypes
import Testing

@testable import Assistant

@Suite("turns opened by the button")
struct ButtonTurnTests {
    @Test("a hold opens at the press, closes at the release and is answered")
    func holdTurn() {
        let world = ConversationWorld.online(.hold)
        world.press(1_000)
        #expect(world.state == .listening)
        #expect(world.actions.contains(.openMicrophone(at: .milliseconds(1_000))))
        world.samples()
        world.samples()
        world.release(1_500)
        #expect(world.actions.contains(.closeMicrophone(at: .milliseconds(1_500))))
        #expect(world.state == .thinking)
        world.samples()
        #expect(!world.wire.contains(.end), "the tail goes first")
        world.segmentEnded()
        #expect(
            world.wire == [
                .begin, .audio(first: 0, count: 320), .audio(first: 320, count: 320),
                .audio(first: 640, count: 320), .end,
            ])
        #expect(world.audio(1_700))
        world.started(1_720)
        #expect(world.state == .speaking)
        #expect(world.timeline.contains(.firstSound(milliseconds: 220, after: .release)))
        world.generationComplete()
        #expect(world.actions.contains(.endReply))
        world.turnComplete()
        #expect(world.state == .speaking)
        world.drained(2_500)
        #expect(world.state == .idle)
        #expect(world.deadline == nil)
    }

    @Test("a reply ends only when it is complete and played, in either order")
    func replyEndsOnBoth() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.drained(700)
        #expect(world.state == .speaking)
        world.audio(800)
        world.turnComplete()
        #expect(world.state == .speaking, "the second part is still to be played")
        world.drained(900)
        #expect(world.state == .idle)

        world.turnAnswered(1_000, 1_500, audio: 1_600)
        world.drained(1_700)
        world.turnComplete()
        #expect(world.state == .idle)
    }

    @Test("a turn that is not answered with a sound returns to idle")
    func turnWithoutAudio() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.turnComplete()
        #expect(world.state == .idle)
    }

    @Test("a press that is too short is a whole activity, and its reply is not heard")
    func slipWithSamples() {
        let world = ConversationWorld.online(.hold)
        world.turn(1_000, 1_080)
        #expect(world.wire == [.begin, .audio(first: 0, count: 320), .end])
        #expect(world.state == .idle)
        #expect(!world.audio(1_200))
        world.calls(["a"], 1_210)
        #expect(world.actions.contains(.refuseTools([.named("a")], conversation: 1)))
        world.turnComplete()
        world.turn(2_000, 3_000)
        #expect(world.audio(3_100), "the next turn is heard")
    }

    @Test("a press that ends before the first sample is no activity at all")
    func slipWithoutSamples() {
        let world = ConversationWorld.online(.hold)
        world.press(1_000)
        world.release(1_400)
        world.segmentEnded()
        #expect(world.wire == [])
        #expect(world.timeline.contains(.turnClosed(1, .empty)))
        #expect(world.state == .idle)
    }

    @Test("a press while the end of the last turn is still being sent keeps the two apart")
    func pressDuringTail() {
        let world = ConversationWorld.online(.hold)
        world.press(1_000)
        world.samples(from: 16_000)
        world.release(1_500)
        world.press(1_510)
        world.samples(from: 16_320)
        world.segmentEnded()
        // The pre-roll of the second turn reaches back into the first.
        world.samples(from: 16_480)
        world.release(2_000)
        world.segmentEnded()
        #expect(
            world.wire == [
                .begin, .audio(first: 16_000, count: 320), .audio(first: 16_320, count: 320), .end,
                .begin, .audio(first: 16_640, count: 160), .end,
            ])
    }

    @Test("a press interrupts the reply at once, and nothing of it is heard again")
    func bargeIn() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.forget()
        world.press(1_000)
        #expect(world.actions.first == .flushSpeaker)
        #expect(world.state == .listening)
        #expect(!world.audio(1_010))
        world.silent(1_015)
        #expect(world.timeline.contains(.silence(milliseconds: 15, after: .button)))
        world.samples()
        world.release(1_400)
        world.segmentEnded()
        #expect(!world.audio(1_410), "still on the wire when the service heard of the press")
        world.interrupted(1_420)
        world.turnComplete()
        #expect(world.state == .thinking, "that was the interrupted turn's end")
        #expect(world.audio(1_600))
        world.turnComplete()
        world.drained(1_800)
        #expect(world.state == .idle)
    }

    @Test("the rest of an interrupted reply is not awaited on another connection")
    func bargeInAcrossConnections() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.turn(1_000, 1_400)
        #expect(!world.audio(1_500))
        // Nothing more came on the first connection; the words are sent again on this one.
        world.ready(14_000)
        #expect(world.audio(14_200))
        world.generationComplete()
        world.turnComplete()
        world.drained(14_400)
        #expect(world.state == .idle)
    }

    @Test("an interrupted reply that was wholly generated does not swallow the next one")
    func bargeInAfterGeneration() {
        let world = ConversationWorld.online(.hold)
        world.turnAnswered(0, 500, audio: 600)
        world.generationComplete()
        world.turn(1_000, 1_400)
        #expect(world.audio(1_500))
        world.turnComplete()
        world.drained(1_900)
        #expect(world.state == .idle)
    }

    @Test("when the old reply slipped through after all, it is cut and the new one awaited")
    func oldReplySlipsThrough() {
        let world = ConversationWorld.online(.hold)
        world.turn(0, 500)
        world.turn(600, 900)
        #expect(world.audio(905), "nothing shows that this answers the first turn")
        world.forget()
        world.interrupted(910)
        #expect(world.actions.first == .flushSpeaker)
        world.turnComplete()
        #expect(world.state == .thinking)
        #expect(world.audio(1_200))
    }

    @Test("a tap opens and the next one closes")
    func tapTurn() {
        let world = ConversationWorld.online(.tap)
        world.press(1_000)
        world.release(1_050)
        #expect(world.state == .listening)
        world.samples()
        world.press(3_000)
        #expect(world.state == .thinking)
        #expect(world.actions.contains(.closeMicrophone(at: .milliseconds(3_000))))
    }

    @Test("a tap's turn ends when speech ends, after the hangover")
    func tapEndsWithSpeech() {
        let world = ConversationWorld.online(.tap)
        world.press(1_000)
        world.samples()
        world.speech(1_300)
        world.speechEnd(2_000, known: 2_600)
        #expect(world.actions.contains(.closeMicrophone(at: .milliseconds(2_600))))
        world.segmentEnded()
        world.audio(2_700)
        world.started(2_750)
        #expect(world.timeline.contains(.firstSound(milliseconds: 750, after: .speech)))
    }

    @Test("speech that ended before the tap does not close its turn")
    func tapIgnoresOldSpeech() {
        let world = ConversationWorld.online(.tap)
        world.speech(100)
        world.press(1_000)
        world.speechEnd(900, known: 1_100)
        #expect(world.state == .listening)
    }

    @Test("a tap without speech is closed, and its reply not heard")
    func tapWithoutSpeech() {
        let world = ConversationWorld.online(.tap)
        world.press(1_000)
        world.samples()
        #expect(world.deadline == 9_000)
        world.deadline(9_000)
        world.segmentEnded()
        #expect(world.state == .idle)
        #expect(world.wire.last == .end)
        #expect(!world.audio(9_100))
    }

    @Test("an endless turn is closed at its limit")
    func maximumTurn() {
        let world = ConversationWorld.online(.hold) { $0.maximumTurnMilliseconds = 30_000 }
        world.press(1_000)
        world.samples()
        #expect(world.deadline == 31_000)
        world.deadline(31_000)
        #expect(world.state == .thinking)
        world.segmentEnded()
        world.release(40_000)
        #expect(world.wire.filter { $0 == .end }.count == 1)
    }

    @Test("a mark that never arrives is given up, so the activity is ended")
    func lostMark() {
        let world = ConversationWorld.online(.hold)
        world.press(1_000)
        world.samples()
        world.release(2_000)
        #expect(world.deadline == 5_000)
        world.deadline(5_000)
        #expect(world.wire.last == .end)
        world.press(6_000)
        world.segmentEnded()
        #expect(world.state == .listening, "the late mark is not the new turn's")
    }
}
