import ModelTypes
import Testing
import VoiceSession

@testable import Live

@Suite("Answers: odd ones, missing ones, and ones that stop")
struct AnswerTests {
    @Test("a frame that reports an interruption brings no sound of what was interrupted")
    func staleAudio() {
        let world = SessionWorld.ready()
        world.talk()
        world.receive(
            #"{"serverContent": {"interrupted": true, "modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm", "data": "AAAA"}}]}}}"#
        )
        #expect(world.events.contains { if case .interrupted = $0 { true } else { false } })
        #expect(!world.events.contains { if case .audio = $0 { true } else { false } })
    }

    @Test("the end of an interrupted answer is not taken for the end of the awaited one")
    func residue() {
        let world = SessionWorld.ready()
        world.talk(1)
        world.speak()
        world.talk(2)
        world.forget()
        world.interrupted()
        world.turnComplete()
        #expect(world.turnsCompleted == 0)
        world.speak()
        world.turnComplete()
        #expect(world.turnsCompleted == 1)
    }

    @Test("two turns without an answer end a session that is broken; one does not")
    func emptyTurns() {
        let world = SessionWorld.ready()
        world.giveHandle("h")
        world.talk()
        world.turnComplete()
        #expect(world.closed == 0)
        world.talk()
        world.turnComplete()
        #expect(world.closed == 1)
        world.lose(1000)
        world.open()
        #expect(world.setups.last?.handle == Optional<String>.none)
    }

    @Test(
        "an inaudible answer counts as none",
        arguments: [
            #"{"serverContent": {"modelTurn": {"parts": [{"text": "It is on."}]}}}"#,
            #"{"serverContent": {"outputTranscription": {"text": "It is on."}}}"#,
            #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/opus", "data": "AAAA"}}]}}}"#,
            #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm", "data": "AAAA"}}]}}}"#,
            #"{"serverContent": {"turnComplete": true, "turnCompleteReason": "RESPONSE_REJECTED"}}"#,
        ])
    func unheard(frame: String) {
        let world = SessionWorld.ready()
        for turn in 1...2 {
            world.talk()
            world.receive(frame)
            if !frame.contains("turnComplete") { world.turnComplete() }
            #expect(world.turnsCompleted == turn)
        }
        #expect(world.closed == 1, "another connection may do better")
    }

    @Test("a spurious interruption, and then no answer, is a turn without an answer")
    func phantomInterruption() {
        let world = SessionWorld.ready()
        for _ in 0..<2 {
            world.talk()
            world.interrupted()
            world.turnComplete()
        }
        #expect(world.closed == 1)
    }

    @Test("a model that waits on purpose is not taken to be broken")
    func waitingForInput() {
        let world = SessionWorld.ready()
        for _ in 0..<5 {
            world.talk()
            world.receive(#"{"serverContent": {"turnComplete": true, "waitingForInput": true}}"#)
            world.talk()
            world.receive(
                #"{"serverContent": {"turnComplete": true, "turnCompleteReason": "NEED_MORE_INPUT"}}"#
            )
        }
        #expect(world.closed == 0)
    }

    @Test("an answer that never begins is requested once more on another connection")
    func stall() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.talk(3)
        world.forget()
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        #expect(world.closed == 1)
        world.lose(1000)
        world.accept()
        #expect(world.sent == [.activityStart, SessionWorld.sound(3), .activityEnd])
        #expect(world.turnsCompleted == 0)
        // If that does not help either, the turn is given up.
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        #expect(world.turnsCompleted == 1)
        world.lose(1000)
        world.forget()
        world.accept()
        #expect(world.sent.isEmpty)
    }

    @Test("an answer that stops in the middle is ended, and not requested again")
    func frozen() {
        let world = SessionWorld.ready()
        world.talk(3)
        world.speak()
        world.forget()
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        #expect(world.turnsCompleted == 1)
        #expect(world.closed == 1)
        world.lose(1000)
        world.accept()
        #expect(world.sent.isEmpty)
    }

    @Test("an answer that a lost connection cuts goes on where it was on the next connection")
    func cutAnswer() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.talk(3)
        world.heard("Tell me a story.")
        world.speak()
        world.said("Once upon a time")
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.sent.count == 1)
        guard case .content(let turns, isComplete: true)? = world.sent.first,
            case .text(let text)? = turns.first?.parts.first
        else {
            Issue.record("nothing was asked: \(world.sent)")
            return
        }
        #expect(text.contains("Tell me a story."))
        #expect(text.contains("Once upon a time"))
        world.speak()
        world.generated()
        world.turnComplete()
        #expect(world.turnsCompleted == 1)
        world.forget()
        world.lose()
        world.wait(5_000)
        world.accept()
        #expect(world.sent.isEmpty)
    }

    @Test("a complete answer is not requested again when its turn's end is lost")
    func wholeAnswer() {
        let world = SessionWorld.ready()
        world.talk(3)
        world.speak()
        world.said("All of it.")
        world.generated()
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.sent.isEmpty)
    }

    @Test("an answer that was cut is not requested again when the user has more to say")
    func cutAndInterrupted() {
        let world = SessionWorld.ready()
        world.talk(3)
        world.speak()
        world.said("Once upon a time")
        world.lose()
        world.say(.activityStart, SessionWorld.sound(4))
        world.forget()
        world.wait(0)
        world.accept()
        #expect(world.sent == [.activityStart, SessionWorld.sound(4)])
        world.say(.activityEnd)
        world.speak()
        world.generated()
        world.forget()
        world.lose()
        world.wait(5_000)
        world.accept()
        #expect(world.sent.isEmpty)
    }

    @Test("an answer that no connection lasts to finish is given up after a few")
    func cutForGood() {
        let world = SessionWorld.ready()
        world.talk(3)
        var asked = 0
        for _ in 0..<6 {
            world.forget()
            world.speak()
            world.said(" and then")
            world.lose()
            world.wait(60_000)
            world.accept()
            asked += world.sent.count
        }
        #expect(asked == TurnAccount.continuationLimit)
    }

    @Test("while a function runs the model is waiting, however long that takes")
    func longFunction() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c")
        world.wait(300_000)
        #expect(world.closed == 0)
    }

    @Test("a long answer that arrived at once is waited for as long as it sounds")
    func longAnswer() {
        let world = SessionWorld.ready()
        world.talk()
        world.speak(milliseconds: 40_000)
        world.generated()
        world.wait(40_000)
        #expect(world.closed == 0)
        world.turnComplete()
        #expect(world.turnsCompleted == 1)
        world.wait(60_000)
        #expect(world.closed == 0)
    }

    @Test("sound after a call, and before it, is reported like any other")
    func soundAroundCall() {
        let world = SessionWorld.ready()
        world.talk()
        world.speak()
        world.callSwitch("c")
        world.speak()
        let sounds = world.events.filter { if case .audio = $0 { true } else { false } }
        #expect(sounds.count == 2)
        #expect(world.turnsCompleted == 0)
    }

    @Test("with an interaction status the turn goes on until it is idle, wherever the status is")
    func interactionStatus() {
        let world = SessionWorld.ready()
        world.talk()
        world.speak()
        world.receive(
            #"{"serverContent": {"turnComplete": true, "interactionStatus": "IN_PROGRESS"}}"#)
        #expect(world.turnsCompleted == 0)
        world.receive(#"{"serverContent": {"turnComplete": true}, "interactionStatus": "IDLE"}"#)
        #expect(world.turnsCompleted == 1)
    }
}
