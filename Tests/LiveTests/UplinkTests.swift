import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Live

@Suite("Uplink: every word arrives, once and in order")
struct UplinkTests {
    private func sound(_ value: Int16) -> UplinkItem { SessionWorld.sound(value) }

    @Test("words spoken before the session is ready are sent in order when it is")
    func beforeReady() {
        let world = SessionWorld()
        world.connect()
        world.say(.activityStart, sound(1))
        world.open()
        world.say(sound(2))
        #expect(world.sent.isEmpty)
        world.receive(#"{"setupComplete": {}}"#)
        world.say(sound(3))
        #expect(world.sent == [.activityStart, sound(1), sound(2), sound(3)])
    }

    @Test("a connection lost in mid-activity is followed by the whole activity, its start first")
    func midActivity() {
        let world = SessionWorld.ready()
        world.say(.activityStart, sound(1), sound(2))
        world.forget()
        world.lose()
        world.say(sound(3))
        world.wait(0)
        world.accept()
        world.say(sound(4), .activityEnd)
        #expect(
            world.sent == [
                .activityStart, sound(1), sound(2), sound(3), sound(4), .activityEnd,
            ])
    }

    @Test("words whose answer has begun are not sent again")
    func answered() {
        let world = SessionWorld.ready()
        world.talk(1)
        world.speak()
        world.say(.activityStart, sound(2))
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.sent == [.activityStart, sound(2)])
    }

    @Test("words that interrupt an answer are whole after a lost connection, though it went on")
    func interrupting() {
        let world = SessionWorld.ready(manual: false)
        world.say(sound(1), .audioStreamEnd)
        world.speak()
        world.say(sound(2))
        world.speak()
        world.say(sound(3))
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.sent == [sound(2), sound(3)])
    }

    @Test("a text within words is answered once, and the words stay whole")
    func aTextWithinWordsIs() {
        let world = SessionWorld.ready()
        world.say(.activityStart, sound(1), .text("Your tea is ready."), sound(2))
        world.speak()
        world.turnComplete()
        world.forget()
        world.lose()
        world.say(sound(3), .activityEnd)
        world.wait(0)
        world.accept()
        #expect(world.sent == [.activityStart, sound(1), sound(2), sound(3), .activityEnd])
    }

    @Test("words that were heard and not answered are sent again")
    func unanswered() {
        let world = SessionWorld.ready()
        world.talk(1)
        world.receive(#"{"serverContent": {"inputTranscription": {"text": "one"}}}"#)
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.sent == [.activityStart, sound(1), .activityEnd])
    }

    @Test("with indexes nothing is repeated and nothing is missing")
    func transparent() {
        let world = SessionWorld.ready { $0.isVertex = true }
        // Messages 1 to 4 on this connection.
        world.say(.activityStart, sound(1), sound(2), sound(3))
        world.receive(
            #"{"sessionResumptionUpdate": {"newHandle": "h", "resumable": true, "lastConsumedClientMessageIndex": "3"}}"#
        )
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        world.say(sound(4))
        #expect(world.sent == [sound(3), sound(4)])
        // Numbering starts again on the new connection.
        world.receive(
            #"{"sessionResumptionUpdate": {"newHandle": "i", "resumable": true, "lastConsumedClientMessageIndex": "1"}}"#
        )
        world.forget()
        world.lose()
        world.wait(5_000)
        world.accept()
        #expect(world.sent == [sound(4)])
    }

    @Test("words whose start only a lost handle had are sent whole to a fresh session")
    func transparentAndExpired() {
        let world = SessionWorld.ready { $0.isVertex = true }
        world.say(.activityStart, sound(1), sound(2))
        world.receive(
            #"{"sessionResumptionUpdate": {"newHandle": "h", "resumable": true, "lastConsumedClientMessageIndex": "2"}}"#
        )
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.sent == [sound(2)])
        world.receive(
            #"{"sessionResumptionUpdate": {"newHandle": "i", "resumable": true, "lastConsumedClientMessageIndex": "1"}}"#
        )
        world.say(sound(3))
        world.forget()
        world.lose()
        world.say(sound(4))
        world.wait(5_000)
        world.open()
        #expect(world.setups.last?.handle == "i")
        world.lose(1008, "BidiGenerateContent session expired")
        world.wait(60_000)
        world.accept()
        #expect(world.sent == [.activityStart, sound(1), sound(2), sound(3), sound(4)])
    }

    @Test(
        "answered words that a handle covers are kept no longer",
        arguments: [true, false])
    func transparentAndAnswered(isHeldFirst: Bool) {
        let world = SessionWorld.ready { $0.isVertex = true }
        world.talk(1)
        func hold(_ index: Int) {
            world.receive(
                #"{"sessionResumptionUpdate": {"newHandle": "h", "resumable": true, "lastConsumedClientMessageIndex": "\#(index)"}}"#
            )
        }
        hold(isHeldFirst ? 3 : 2)
        world.speak()
        world.turnComplete()
        hold(3)
        world.forget()
        world.lose()
        world.wait(0)
        world.open()
        world.lose(1008, "BidiGenerateContent session expired")
        world.wait(60_000)
        world.accept()
        #expect(world.sent.isEmpty)
    }

    @Test("held words are bounded, and the loss is reported")
    func bounded() {
        let world = SessionWorld { $0.replaySeconds = 1 }
        world.connect()
        world.say(.activityStart)
        for value in 1...60 { world.say(sound(Int16(value))) }
        #expect(world.notices.contains { $0.contains("oldest words were dropped") })
        world.accept()
        #expect(world.sent.first == .activityStart)
        #expect(world.sent.count == 1 + 50)
        #expect(world.sent.last == sound(60))
    }

    @Test("answers to calls go before words that wait")
    func answersFirst() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.forget()
        world.answer("c1")
        guard case .toolResponses(let responses)? = world.sent.first else {
            Issue.record("no answer was sent")
            return
        }
        #expect(responses.map(\.id) == ["c1"])
    }

    @Test("each of several calls is answered, in any order, and an unknown id is not")
    func parallelCalls() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("a")
        world.callSwitch("b")
        world.forget()
        world.answer("b")
        world.answer("x")
        world.answer("a")
        world.answer("a")
        let answered = world.sent.flatMap { item -> [String] in
            if case .toolResponses(let responses) = item { responses.map(\.id) } else { [] }
        }
        #expect(answered == ["b", "a"])
    }

    @Test("a cancelled call is not answered")
    func cancelled() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("a")
        world.receive(#"{"toolCallCancellation": {"ids": ["a"]}}"#)
        world.forget()
        world.answer("a")
        #expect(world.sent.isEmpty)
    }

    @Test("a call whose connection is lost is told to the next session in words, for an answer")
    func callAcrossConnections() throws {
        let world = SessionWorld.ready()
        world.talk()
        world.receive(#"{"serverContent": {"inputTranscription": {"text": "Lamp on."}}}"#)
        world.callSwitch("c1")
        world.lose()
        world.wait(0)
        world.accept()
        world.forget()
        world.answer("c1", ["state": "on"])
        #expect(world.sent.count == 1)
        guard case .content(let turns, isComplete: true)? = world.sent.first,
            case .text(let text)? = turns.first?.parts.first
        else {
            Issue.record("the call was not reported: \(world.sent)")
            return
        }
        #expect(text.contains("Lamp on."))
        #expect(text.contains(#"switch({"on":true}) gave {"state":"on"}"#))
        #expect(text.contains("must not be done again"))
        world.forget()
        world.answer("c1", ["state": "on"])
        #expect(world.sent.isEmpty)
    }

    @Test("a call answered just before the connection was lost is sent in words, too")
    func answeredAndLost() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.answer("c1", ["state": "on"])
        world.forget()
        world.lose()
        world.wait(0)
        world.accept()
        #expect(world.sent.count == 1)
        guard case .content(_, isComplete: true)? = world.sent.first else {
            Issue.record("the call was not reported: \(world.sent)")
            return
        }
    }

    @Test(
        "results are reported before words that began in the outage", arguments: [true, false])
    func callBesideNewWords(manual: Bool) {
        let world = SessionWorld.ready(manual: manual)
        if manual { world.talk() } else { world.say(sound(1), .audioStreamEnd) }
        world.callSwitch("c1")
        world.lose()
        world.forget()
        if manual { world.say(.activityStart) }
        world.say(sound(2))
        world.answer("c1")
        world.wait(0)
        world.accept()
        guard case .content(_, isComplete: false)? = world.sent.first else {
            Issue.record("the call was not reported: \(world.sent)")
            return
        }
        #expect(world.sent.last == sound(2))
    }

    @Test("results while the user speaks are reported when the user has been answered")
    func callDoneWithinWords() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.lose()
        world.wait(0)
        world.accept()
        world.say(.activityStart, sound(2))
        world.forget()
        world.answer("c1")
        world.say(.activityEnd)
        #expect(world.sent == [.activityEnd])
        world.speak()
        #expect(world.sent == [.activityEnd])
        world.turnComplete()
        guard case .content(_, isComplete: true)? = world.sent.last else {
            Issue.record("the call was not reported: \(world.sent)")
            return
        }
    }

    @Test("a call whose answer went into a dead connection is told to the next session")
    func callAnsweredIntoDeadLine() {
        let world = SessionWorld.ready()
        world.talk()
        world.callSwitch("c1")
        world.answer("c1")
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        world.lose(1000)
        world.forget()
        world.accept()
        guard case .content(_, isComplete: true)? = world.sent.first else {
            Issue.record("the call was not reported: \(world.sent)")
            return
        }
    }

    @Test("beside an unanswered noise, results are reported again, for an answer")
    func callBesideNoise() {
        let world = SessionWorld.ready(manual: false)
        world.say(sound(1), .audioStreamEnd)
        world.callSwitch("c1")
        world.lose()
        world.answer("c1")
        world.say(sound(2), .audioStreamEnd)
        world.wait(0)
        world.accept()
        for _ in 0..<2 {
            world.wait(SessionMachine.stallTimeout / 1_000_000)
            world.lose(1000)
            world.forget()
            world.accept()
        }
        guard case .content(_, isComplete: true)? = world.sent.first else {
            Issue.record("the call was not reported: \(world.sent)")
            return
        }
        // It is requested once.
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        world.lose(1000)
        world.forget()
        world.accept()
        world.wait(SessionMachine.stallTimeout / 1_000_000)
        world.lose(1000)
        world.forget()
        world.accept()
        #expect(world.sent.isEmpty)
    }

    @Test(
        "a message for which the service would close is refused before it is sent",
        arguments: [
            (true, UplinkItem.audioStreamEnd), (true, .activityEnd), (true, .audio([1])),
            (false, .activityStart), (false, .activityEnd), (false, .audio([])),
            (true, .video(mimeType: "video/mp4", data: [1])),
            (true, .video(mimeType: "image/jpeg", data: [])),
            (true, .contextUpdate(instruction: nil, tools: nil)),
            (
                true,
                .toolResponses([FunctionResponse(id: "", name: "x", response: [:])])
            ),
            (
                true,
                .toolResponses([FunctionResponse(id: "1", name: "x", response: "text")])
            ),
        ])
    func refused(manual: Bool, item: UplinkItem) {
        let world = SessionWorld.ready(manual: manual)
        world.say(item)
        #expect(world.sent.isEmpty)
        #expect(world.notices.count == 1)
    }

    @Test("client content is not mixed into a turn of sound")
    func notMixed() {
        let world = SessionWorld.ready()
        world.say(.activityStart, sound(1))
        world.forget()
        world.say(.content([Content(role: .user, text: "x")], isComplete: true))
        #expect(world.sent.isEmpty)
        #expect(world.notices.count == 1)
    }
}
