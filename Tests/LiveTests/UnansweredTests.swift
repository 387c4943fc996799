import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Live

@Suite("Words that may stay unanswered, and words that are lost")
struct UnansweredTests {
    @Test(
        "noise without speech awaits no answer, and the connection stays", arguments: [true, false])
    func wordsInWhichNobodySpoke(manual: Bool) {
        let world = SessionWorld.ready(manual: manual)
        if manual { world.converse("h") } else { world.converseHandsFree("h") }
        for _ in 0..<3 {
            world.forget()
            if manual { world.say(.activityStart) }
            world.say(SessionWorld.sound(1))
            world.expectNoReply()
            world.say(manual ? .activityEnd : .audioStreamEnd)
            #expect(!world.isReplyDue)
            world.wait(60_000)
            #expect(world.closed == 0)
            #expect(world.turnsCompleted == 0)
        }
        // An equally empty turn of the service is no sign of a broken session.
        for _ in 0..<3 { world.turnComplete() }
        #expect(world.closed == 0)
        // The next words are awaited as usual.
        if manual { world.say(.activityStart) }
        world.say(SessionWorld.sound(2), manual ? .activityEnd : .audioStreamEnd)
        #expect(world.isReplyDue)
    }

    @Test("an answer that was stopped on purpose is not awaited again")
    func anAnswerThatWasOnly() {
        let world = SessionWorld.ready()
        world.talk()
        world.speak()
        world.say(.activityStart, SessionWorld.sound(1))
        world.expectNoReply()
        world.say(.activityEnd)
        world.interrupted()
        world.turnComplete()
        world.wait(60_000)
        #expect(world.closed == 0)
        #expect(world.turnsCompleted == 0, "it was interrupted")
        world.talk()
        world.speak()
        world.turnComplete()
        #expect(world.turnsCompleted == 1)
    }

    @Test("an answer to words without recognized speech is reported")
    func anAnswerToWordsIn() {
        let world = SessionWorld.ready()
        world.say(.activityStart, SessionWorld.sound(1))
        world.expectNoReply()
        world.say(.activityEnd)
        world.speak()
        world.generated()
        world.turnComplete()
        #expect(world.soundsHeard == 1)
        #expect(world.turnsCompleted == 1)
    }

    @Test("silence after words that wait for a session drops none of them")
    func behindWordsThatWaitFor() {
        let world = SessionWorld()
        world.connect()
        world.talk(3)
        world.say(.activityStart, SessionWorld.sound(1))
        world.expectNoReply()
        world.say(.activityEnd)
        world.accept()
        #expect(world.isReplyDue)
    }

    @Test("a noise taken for words by an open microphone costs one reconnect and no more")
    func whatAnOpenMicrophoneTook() {
        let world = SessionWorld.ready(manual: false)
        world.converseHandsFree("h")
        world.forget()
        world.say(SessionWorld.sound(4), .audioStreamEnd)
        for _ in 0..<10 {
            world.wait(SessionMachine.stallTimeout / 1_000_000)
            guard world.closed > world.opened else { continue }
            world.lose(1000)
            world.accept()
        }
        #expect(world.opened == 1)
        #expect(world.turnsCompleted == 1)
    }

    @Test("a connection is not left while the service may still process words without an answer")
    func aConnectionIsNotLeft() {
        for comes in [true, false] {
            let world = SessionWorld.ready()
            world.converse("h")
            world.say(.activityStart, SessionWorld.sound(1))
            world.goAway(seconds: 50)
            world.expectNoReply()
            world.say(.activityEnd)
            world.wait(2000)
            #expect(world.closed == 0)
            if comes {
                world.heard("a hum")
                world.speak()
                world.turnComplete()
                #expect(world.closed == 0)
                world.giveHandle("i")
            } else {
                world.wait(SessionMachine.stallTimeout / 1_000_000)
            }
            #expect(world.closed == 1)
        }
    }

    @Test("a repeated call takes no answer from the words after it")
    func aCallThatIsMade() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.answer("c1")
        world.speak()
        world.turnComplete()
        world.giveHandle("h")
        world.callSwitch("c1")
        world.answer("c1")
        let answers = world.sent.filter {
            if case .toolResponses = $0 { true } else { false }
        }
        #expect(answers.count == 2)
        world.talk(7)
        world.speak()
        world.turnComplete()
        world.forget()
        world.wait(60_000)
        #expect(world.closed == 0)
        world.lose()
        world.wait(1000)
        world.accept()
        #expect(!world.sent.contains(SessionWorld.sound(7)))
    }

    @Test("words still await their answer when an old call is repeated")
    func wordsThatAwaitTheirAnswer() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.answer("c1")
        world.speak()
        world.turnComplete()
        world.giveHandle("h")
        world.talk(7)
        world.callSwitch("c1")
        world.answer("c1")
        world.forget()
        world.lose()
        world.wait(1000)
        world.accept()
        #expect(world.sent.contains(SessionWorld.sound(7)))
    }

    @Test("words lost by a refusal end their turn, so that the user hears of it")
    func wordsThatARefusalLoses() {
        let whole = SessionWorld.ready()
        whole.talk()
        whole.lose(1007, "Request contains an invalid argument.")
        #expect(whole.turnsCompleted == 1)
        // The turn of words that are still being spoken ends with them.
        let half = SessionWorld.ready()
        half.say(.activityStart, SessionWorld.sound(1))
        half.lose(1007, "Request contains an invalid argument.")
        #expect(half.turnsCompleted == 0)
        half.say(SessionWorld.sound(2), .activityEnd)
        #expect(half.turnsCompleted == 1)
        half.wait(60_000)
        half.accept()
        #expect(half.sent.filter { $0 == SessionWorld.sound(1) }.count == 1)
    }

    @Test("a model that refuses unannounced content gets a text with what was done")
    func aModelThatRefusesContent() {
        for hasMore in [true, false] {
            let world = SessionWorld.ready { $0.takesContent = false }
            world.converse("h")
            world.talk()
            world.heard("Lamp on.")
            world.callSwitch("c1")
            world.lose()
            world.answer("c1", ["state": "on"])
            if hasMore { world.say(.activityStart, SessionWorld.sound(7)) }
            world.forget()
            world.wait(0)
            world.accept()
            guard case .text(let text)? = world.sent.first else {
                Issue.record("the call was not reported: \(world.sent)")
                return
            }
            #expect(text.contains(#"gave {"state":"on"}"#))
            #expect(text.contains("Answer the user now.") == !hasMore)
            let isContentSent = world.sent.contains {
                if case .content = $0 { true } else { false }
            }
            #expect(!isContentSent)
        }
    }

    @Test("models that take content at any time")
    func whichModelsTakeContentAt() {
        let taking = ModelProfile.names.filter { ModelProfile(of: $0).takesContent }
        #expect(
            taking == [
                "gemini-3.8-live", "gemini-3.8-live-extended-thinking",
                "gemini-2.5-flash-native-audio-preview-12-2025",
            ])
    }
}
