import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Live

@Suite("Odd messages, and turns that end in odd ways")
struct OddMessageTests {
    private static let frames = [
        #"{"setupComplete": {}}"#,
        #"{"setupComplete": {"sessionId": "s"}}"#,
        #"{"serverContent": {"turnComplete": true}, "usageMetadata": {"totalTokenCount": 7, "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 3}]}}"#,
        #"{"serverContent": {"modelTurn": {"parts": [{"text": "a"}, {"inlineData": {"mimeType": "audio/pcm", "data": "AQACAA=="}}]}}}"#,
        #"{"serverContent": {"inputTranscription": {"text": "a"}, "outputTranscription": {"text": "b", "finished": true}}}"#,
        #"{"serverContent": {"interactionStatus": "IDLE", "groundingMetadata": {"webSearchQueries": ["q"]}}}"#,
        #"{"serverContent": {"generationComplete": true, "turnCompleteReason": "X"}}"#,
        #"{"toolCall": {"functionCalls": [{"id": "1", "name": "f", "args": {"x": null, "y": [null]}}]}}"#,
        #"{"toolCallCancellation": {"ids": ["1"]}}"#,
        #"{"goAway": {"timeLeft": "5s"}}"#,
        #"{"sessionResumptionUpdate": {"newHandle": "h", "resumable": true}}"#,
        #"{"voiceActivity": {"type": "ACTIVITY_START", "audioOffset": "1s"}}"#,
        "{}",
    ]

    /// Keys that a relay may write without a value.
    private static let names = [
        "setupComplete", "serverContent", "toolCall", "toolCallCancellation", "goAway",
        "sessionResumptionUpdate", "usageMetadata", "voiceActivity", "interactionStatus",
        "voiceActivityDetectionSignal", "error", "modelTurn", "parts", "inlineData", "text",
        "thought", "mimeType", "data", "turnComplete", "interrupted", "generationComplete",
        "inputTranscription", "outputTranscription", "interimInputTranscription", "finished",
        "groundingMetadata", "urlContextMetadata", "waitingForInput", "turnCompleteReason",
        "functionCalls", "partialArgs", "willContinue", "id", "ids", "timeLeft", "newHandle",
        "resumable", "lastConsumedClientMessageIndex", "promptTokenCount", "candidatesTokenCount",
        "responseTokensDetails", "totalTokenCount", "modality", "tokenCount", "speechState",
    ]

    /// A value with nulls in all its objects except the arguments of calls.
    private func dotted(_ value: JSONValue, _ dice: inout SeededDice) -> JSONValue {
        switch value {
        case .object(let members):
            var all = JSONObject()
            for (key, member) in members {
                all[key] = key == "args" ? member : dotted(member, &dice)
            }
            for name in Self.names where members[name] == nil && dice.isLucky(40) {
                all[name] = .null
            }
            return .object(all)
        case .array(let elements):
            return .array(elements.map { dotted($0, &dice) } + (dice.isLucky(30) ? [.null] : []))
        case .null, .bool, .int, .double, .string: return value
        }
    }

    @Test("null means the same as nothing, for every key of every message", arguments: 0..<30)
    func nullSaysTheSameAs(seed: Int) throws {
        var dice = SeededDice(seed)
        for frame in Self.frames {
            let bare = try JSONValue(parsing: frame)
            let text = dotted(bare, &dice).serialized
            #expect(
                ServerMessage(Array(text.utf8)) == ServerMessage(Array(frame.utf8)), "\(text)")
        }
    }

    @Test("a setup whose completion is null is not complete")
    func aSetupWhoseCompletionIs() {
        let world = SessionWorld()
        world.connect()
        world.open()
        world.receive(#"{"setupComplete": null, "serverContent": null}"#)
        #expect(!world.isReady)
        world.receive(#"{"setupComplete": {}}"#)
        #expect(world.isReady)
    }

    @Test("a model that waits for the user has ended its turn")
    func aModelThatWaitsFor() {
        for frame in [
            #"{"serverContent": {"interactionStatus": "WAITING_FOR_INPUT"}}"#,
            #"{"serverContent": {"turnComplete": true}, "interactionStatus": "WAITING_FOR_INPUT"}"#,
        ] {
            let world = SessionWorld.ready()
            for _ in 0..<3 {
                world.talk()
                world.receive(
                    #"{"serverContent": {"turnComplete": true, "interactionStatus": "IN_PROGRESS"}}"#
                )
                world.speak()
                world.receive(frame)
                #expect(!world.isReplyDue)
            }
            #expect(world.turnsCompleted == 3)
            world.wait(100_000)
            #expect(world.closed == 0)
        }
    }

    @Test("a thought in sound is not played, and shows that the model works")
    func aThoughtThatIsSound() {
        let world = SessionWorld.ready()
        world.talk()
        for _ in 0..<3 {
            world.wait(10_000)
            world.receive(
                #"{"serverContent": {"modelTurn": {"parts": [{"thought": true, "inlineData": {"mimeType": "audio/pcm;rate=24000", "data": "/38="}}]}}}"#
            )
        }
        #expect(world.soundsHeard == 0)
        #expect(world.closed == 0)
        world.speak()
        #expect(world.soundsHeard == 1)
    }

    @Test(
        "a complete answer ends its turn soon after it was heard, without a new connection",
        arguments: [20, 2_000, 30_000])
    func anAnswerThatIsWhole(
        length: Int
    ) {
        let world = SessionWorld.ready()
        world.converse("h")
        world.forget()
        world.talk()
        world.speak(milliseconds: length)
        world.generated()
        world.wait(Int64(length))
        #expect(world.turnsCompleted == 0)
        world.wait(4_000)
        #expect(world.turnsCompleted == 1)
        world.wait(20_000)
        #expect(world.closed == 0)
        // Its end arrives after all, after the next words: it is not their end.
        world.talk()
        world.turnComplete()
        #expect(world.turnsCompleted == 1)
        #expect(world.isReplyDue)
        world.speak()
        world.turnComplete()
        #expect(world.turnsCompleted == 2)
    }

    @Test("an answer that lacks only a function's part is waited for")
    func anAnswerThatIsWhole2() {
        let world = SessionWorld.ready()
        world.talk()
        world.speak()
        world.callSwitch("c")
        world.generated()
        world.answer("c")
        world.wait(11_000)
        #expect(world.turnsCompleted == 0)
        world.speak()
        world.turnComplete()
        #expect(world.turnsCompleted == 1)
    }

    @Test("an error in place of the setup's completion ends the wait")
    func anErrorInPlaceOf() {
        let busy = SessionWorld()
        busy.connect()
        busy.open()
        busy.receive(
            #"{"error": {"code": 429, "message": "Resource has been exhausted (e.g. check quota).", "status": "RESOURCE_EXHAUSTED"}}"#
        )
        #expect(busy.isOffline)
        #expect(busy.aborted == 1)
        busy.wait(39_000)
        #expect(busy.opened == 1)
        let barred = SessionWorld()
        barred.connect()
        barred.open()
        barred.receive(#"{"error": {"code": 400, "message": "API key not valid."}}"#)
        #expect(barred.failure?.reason == .credential)
    }

    @Test("an error in place of an answer ends the wait, and the words are sent again")
    func anErrorInPlaceOf2() {
        let world = SessionWorld.ready()
        world.converse("h")
        world.talk(5)
        world.forget()
        world.receive(
            #"{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}"#
        )
        #expect(world.isOffline)
        world.wait(3_000)
        #expect(world.opened == 1)
        world.accept()
        #expect(world.setups.map(\.handle) == ["h"])
        #expect(world.sent == [.activityStart, SessionWorld.sound(5), .activityEnd])
    }

    @Test("an error beside other content is a notice")
    func anErrorBesideOtherContent() {
        let world = SessionWorld.ready()
        world.talk()
        world.receive(
            #"{"error": {"code": 500, "message": "Odd."}, "serverContent": {"turnComplete": true}}"#
        )
        #expect(world.isReady)
        #expect(world.notices.contains { $0.contains("Odd.") })
    }

    @Test("calls without ids are executed once each and answered, by id or in words")
    func callsWithoutIdsAreCarried() {
        for isVertex in [true, false] {
            let world = SessionWorld.ready {
                $0.isVertex = isVertex
                $0.idleTimeout = 60_000_000_000
            }
            world.talk()
            world.receive(
                #"{"toolCall": {"functionCalls": [{"name": "switch", "args": {"on": true}}, {"name": "switch", "id": ""}]}}"#
            )
            #expect(world.calls.count == 2)
            #expect(Set(world.calls.map(\.id)).count == 2)
            world.forget()
            for call in ["call without id 1", "call without id 2"] {
                world.answer(call, ["state": "on"])
            }
            #expect(world.sent.count == 2)
            for item in world.sent {
                switch item {
                case .toolResponses(let responses):
                    #expect(isVertex && responses.map(\.id) == [""])
                case .text(let text): #expect(!isVertex && text.contains(#"{"state":"on"}"#))
                default: Issue.record("\(item)")
                }
            }
            world.speak()
            world.generated()
            world.turnComplete()
            // Nothing is open any more, so the connection may be closed.
            world.wait(70_000)
            #expect(world.closed == 1)
        }
    }

    @Test("a call with too deeply nested arguments is refused, and the rest of its frame read")
    func aCallWhoseArgumentsAre() {
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let world = SessionWorld.ready()
        world.talk()
        world.forget()
        world.receive(
            #"{"toolCall": {"functionCalls": [{"id": "d", "name": "switch", "args": {"on": \#(deep)}}]}, "serverContent": {"outputTranscription": {"text": "Well."}}}"#
        )
        #expect(world.calls.isEmpty)
        guard case .toolResponses(let responses)? = world.sent.first else {
            Issue.record("the call was not answered: \(world.sent)")
            return
        }
        #expect(responses.map(\.id) == ["d"])
        #expect(responses.first?.response["error"] != nil)
        #expect(
            world.events.contains {
                if case .outputTranscript("Well.", _) = $0 { true } else { false }
            })
        #expect(world.isReplyDue)
    }

    @Test("a call that is repeated on the next connection, and answered, leaves nothing open")
    func aCallThatIsMade() {
        for id in ["c2", ""] {
            let world = SessionWorld.ready { $0.idleTimeout = 60_000_000_000 }
            world.talk()
            world.callSwitch("c1")
            world.answer("c1")
            world.lose()
            world.wait(0)
            world.accept()
            world.callSwitch(id)
            world.speak()
            world.generated()
            world.turnComplete()
            world.forget()
            world.wait(70_000)
            #expect(world.closed == 1)
        }
    }

    @Test("a call that the program never answers is given up, and the model is informed")
    func aCallThatTheProgram() {
        let world = SessionWorld.ready { $0.connectionAge = 10_000_000_000_000_000 }
        world.talk()
        world.callSwitch("c")
        world.forget()
        world.wait(SessionMachine.callTimeout / 1_000_000)
        guard case .toolResponses(let responses)? = world.sent.first else {
            Issue.record("it was not reported to the model: \(world.sent)")
            return
        }
        #expect(responses.map(\.id) == ["c"])
        #expect(responses.first?.response["error"] != nil)
    }
}
