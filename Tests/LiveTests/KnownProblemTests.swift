import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Live

@Suite("Known problems of the service and of its clients: sending")
struct KnownProblemTests {
    private func sound(_ value: Int16) -> UplinkItem { SessionWorld.sound(value) }

    @Test("turn after turn is reported, over one connection")
    func severalTurns() {
        let world = SessionWorld.ready()
        for _ in 0..<5 { world.converse("h") }
        #expect(world.turnsCompleted == 5)
        #expect(world.opened == 0)
    }

    @Test("client content is refused while sound awaits its answer, and sent after it")
    func contentAfterSound() {
        let content = UplinkItem.content([Content(role: .user, text: "x")], isComplete: true)
        for manual in [true, false] {
            let world = SessionWorld.ready(manual: manual)
            if manual { world.talk() } else { world.say(sound(1), .audioStreamEnd) }
            world.forget()
            world.say(content)
            #expect(world.sent.isEmpty)
            #expect(world.notices.first?.contains("send text") == true)
            world.say(.text("x"))
            #expect(world.sent == [.text("x")])
            world.speak()
            world.say(content)
            #expect(world.sent.last == content)
        }
    }

    @Test("an activity without sound never reaches the wire")
    func emptyActivity() {
        let world = SessionWorld.ready()
        world.say(.activityStart, .activityEnd)
        #expect(world.sent.isEmpty)
        world.talk(3)
        #expect(world.sent == [.activityStart, sound(3), .activityEnd])
    }

    @Test("marks around dropped sound are dropped with it")
    func marksAroundNothing() {
        let world = SessionWorld { $0.replaySeconds = 1 }
        world.connect()
        world.talk(1)
        world.say(.activityStart)
        for _ in 0..<50 { world.say(sound(2)) }
        world.say(.activityEnd)
        world.accept()
        #expect(world.sent.filter { $0 == .activityStart }.count == 1)
        #expect(world.sent.filter { $0 == .activityEnd }.count == 1)
        #expect(!world.sent.contains(sound(1)))
    }

    @Test("text goes out once, over one channel")
    func textOnce() {
        let world = SessionWorld.ready()
        world.say(.text("hello"))
        world.speak()
        world.turnComplete()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.sent == [.text("hello")])
    }

    @Test(
        "words sent whole before the old answer goes on are not taken for answered")
    func wordsUnderWay() {
        for manual in [true, false] {
            let world = SessionWorld.ready(manual: manual)
            func talk(_ value: Int16) {
                if manual {
                    world.talk(value)
                } else {
                    world.say(sound(value), .audioStreamEnd)
                }
            }
            talk(1)
            world.speak()
            talk(2)
            world.speak()
            world.forget()
            world.lose()
            world.wait(0)
            world.accept()
            #expect(
                world.sent
                    == (manual
                        ? [.activityStart, sound(2), .activityEnd] : [sound(2), .audioStreamEnd]))
            world.speak()
            world.forget()
            world.lose()
            world.wait(60_000)
            world.accept()
            #expect(world.sent.isEmpty)
        }
    }

    @Test("a new instruction waits for a new connection where the open one cannot take it")
    func contextUpdate() {
        let update = UplinkItem.contextUpdate(instruction: "x", tools: nil)
        let able = SessionWorld.ready()
        able.say(update)
        #expect(able.sent == [update])
        let unable = SessionWorld.ready { $0.updatesContext = false }
        unable.converse("h")
        unable.talk()
        unable.forget()
        unable.say(update)
        #expect(unable.sent.isEmpty)
        #expect(unable.closed == 0)
        unable.speak()
        unable.turnComplete()
        unable.giveHandle("i")
        #expect(unable.closed == 1)
        unable.lose(1000)
        unable.accept()
        #expect(unable.setups.map(\.handle) == ["i"])
    }

    @Test("an update without a connection does not open one")
    func contextUpdateAsleep() {
        let world = SessionWorld.ready { $0.idleTimeout = 60_000_000_000 }
        world.wait(60_000)
        world.lose(1000)
        world.forget()
        world.say(.contextUpdate(instruction: "x", tools: nil))
        #expect(world.opened == 0)
        #expect(world.isIdle)
    }

    @Test("messages are counted as the service counts them, history among them")
    func numbers() {
        let world = SessionWorld.ready { $0.isVertex = true }
        world.talk()
        world.receive(#"{"serverContent": {"inputTranscription": {"text": "one"}}}"#)
        world.speak()
        world.turnComplete()
        world.lose()
        world.wait(0)
        world.accept()
        // The setup is 0, the history 1, the activity's start 2, its first sound 3.
        world.forget()
        world.say(.activityStart, sound(5), sound(6))
        world.receive(
            #"{"sessionResumptionUpdate": {"newHandle": "h", "resumable": true, "lastConsumedClientMessageIndex": "3"}}"#
        )
        world.forget()
        world.lose()
        world.wait(5_000)
        world.accept()
        #expect(world.sent == [sound(6)])
    }
}

@Suite("Known problems of the service: receiving")
struct KnownAnswerTests {
    @Test("the end of the generation ends neither the turn nor a function")
    func generationComplete() {
        let world = SessionWorld.ready()
        world.talk()
        world.speak()
        world.callSwitch("c")
        world.generated()
        #expect(world.turnsCompleted == 0)
        world.speak()
        world.forget()
        world.answer("c")
        #expect(world.sent.count == 1)
        world.speak()
        world.turnComplete()
        #expect(world.turnsCompleted == 1)
    }

    @Test("two answers of silence, or two that were rejected, end a session that is broken")
    func silentAnswers() {
        let silent = SessionWorld.ready()
        let rejected = SessionWorld.ready()
        for _ in 0..<2 {
            #expect(silent.closed == 0 && rejected.closed == 0)
            silent.talk()
            silent.receive(
                #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm", "data": "AAABAP//"}}]}}}"#
            )
            silent.turnComplete()
            rejected.talk()
            rejected.receive(
                #"{"serverContent": {"turnComplete": true, "turnCompleteReason": "RESPONSE_REJECTED"}}"#
            )
        }
        #expect(silent.closed == 1)
        #expect(rejected.closed == 1)
        #expect(rejected.notices.contains { $0.contains("RESPONSE_REJECTED") })
    }

    @Test("a soft beginning does not make an answer silent")
    func softBeginning() {
        let world = SessionWorld.ready()
        for _ in 0..<3 {
            world.talk()
            world.receive(
                #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm", "data": "AAABAP//"}}]}}}"#
            )
            world.speak()
            world.turnComplete()
        }
        #expect(world.closed == 0)
    }

    @Test("an old answer repeated on a new connection is not reported, nor carried out")
    func repeatedAnswer() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.lose()
        world.wait(0)
        world.accept()
        world.forget()
        for _ in 0..<3 { world.speak() }
        world.callSwitch("again")
        world.turnComplete()
        #expect(world.events.count { if case .notice = $0 { true } else { false } } == 1)
        let isReported = world.events.contains {
            switch $0 {
            case .audio, .toolCalls: true
            default: false
            }
        }
        #expect(!isReported)
        guard case .toolResponses(let responses)? = world.sent.first else {
            Issue.record("the call was not refused: \(world.sent)")
            return
        }
        #expect(responses.map(\.id) == ["again"] && responses[0].response["error"] != nil)
        // The user's next words are answered as usual.
        world.talk()
        world.forget()
        world.speak()
        #expect(world.events.contains { if case .audio = $0 { true } else { false } })
    }

    @Test("a running interaction is waited for longer than a turn")
    func interaction() {
        let world = SessionWorld.ready()
        world.talk()
        world.speak()
        world.receive(
            #"{"serverContent": {"turnComplete": true, "interactionStatus": "IN_PROGRESS"}}"#)
        world.wait(50_000)
        #expect(world.closed == 0)
        world.speak()
        world.receive(#"{"serverContent": {"turnComplete": true, "interactionStatus": "IDLE"}}"#)
        #expect(world.turnsCompleted == 1)
        world.talk()
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        #expect(world.closed == 1)
    }

    @Test("a thought, or a transcript of words, shows that the model works")
    func thoughts() {
        for text in [
            #"{"serverContent": {"modelTurn": {"parts": [{"text": "hm", "thought": true}]}}}"#,
            #"{"serverContent": {"inputTranscription": {"text": "on"}}}"#,
        ] {
            let world = SessionWorld.ready()
            world.talk()
            for _ in 0..<3 {
                world.wait(10_000)
                world.receive(text)
            }
            #expect(world.closed == 0)
            world.wait(SessionMachine.stallTimeout / 1_000_000)
            #expect(world.closed == 1)
        }
    }

    @Test("unanswered words of an open microphone are sent again elsewhere")
    func unansweredHandsFree() {
        let world = SessionWorld.ready(manual: false)
        world.converseHandsFree("h")
        world.say(SessionWorld.sound(4), .audioStreamEnd)
        world.forget()
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        world.lose(1000)
        world.accept()
        #expect(world.setups.map(\.handle) == ["h"])
        #expect(world.sent == [SessionWorld.sound(4), .audioStreamEnd])
    }

    @Test("a session that answers on no connection is given up, with its handle")
    func deafSession() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.talk()
        for _ in 0..<2 {
            world.wait(SessionMachine.stallTimeout / 1_000_000)
            world.lose(1000)
            world.accept()
        }
        #expect(world.setups.map(\.handle) == ["h", nil])
    }

    @Test("an unanswered noise costs no session")
    func noise() {
        let world = SessionWorld.ready(manual: false)
        world.converseHandsFree("h")
        world.say(SessionWorld.sound(4), .audioStreamEnd)
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        world.lose(1000)
        world.accept()
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        #expect(world.closed == 1)
        world.lose()
        world.wait(10_000)
        world.accept()
        #expect(world.setups.map(\.handle) == ["h", "h"])
    }

    @Test("words during a call that the model does not wait for are answered at once")
    func besideCall() {
        let world = SessionWorld.ready()
        world.talk(1)
        world.callSwitch("c")
        world.talk(2)
        world.speak()
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(!world.sent.contains(SessionWorld.sound(2)))
    }

    @Test("words after an unanswered noise are answered once")
    func behindNoise() {
        let world = SessionWorld.ready(manual: false)
        world.say(SessionWorld.sound(1), .audioStreamEnd)
        world.say(SessionWorld.sound(2), .audioStreamEnd)
        world.speak()
        world.turnComplete()
        #expect(!world.isReplyDue)
        world.wait(30_000)
        #expect(world.closed == 0)
    }

    @Test("an unanswered noise does not cut the words after it")
    func noiseThenWords() {
        let world = SessionWorld.ready(manual: false)
        world.say(SessionWorld.sound(1), .audioStreamEnd)
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        world.lose(1000)
        world.accept()
        world.forget()
        world.wait(11_900)
        // A second of words, during which the wait for an answer to the noise would end.
        for _ in 0..<50 {
            world.say(SessionWorld.sound(2))
            world.wait(20)
        }
        world.say(.audioStreamEnd)
        #expect(world.closed == 0)
        #expect(world.sent.count == 51)
        world.speak()
        world.turnComplete()
        #expect(!world.isReplyDue)
        #expect(world.closed == 0)
    }

    @Test("words that do not interrupt an answer await theirs after it")
    func notInterrupting() {
        let world = SessionWorld.ready(manual: false)
        world.say(SessionWorld.sound(1), .audioStreamEnd)
        world.speak()
        world.say(SessionWorld.sound(2), .audioStreamEnd)
        world.speak()
        world.turnComplete()
        #expect(world.isReplyDue)
        #expect(world.closed == 0)
        world.speak()
        world.turnComplete()
        #expect(!world.isReplyDue)
    }
}

extension SessionWorld {
    /// A turn without marks, and a handle after it.
    func converseHandsFree(_ handle: String) {
        say(Self.sound(1), .audioStreamEnd)
        speak()
        turnComplete()
        giveHandle(handle)
    }
}
