import ModelTypes
import Testing
import WireCodec

@testable import Simulation

@Suite("Calls: several, blocking or not, scheduled and cancelled")
struct ToolTests {
    private static func setup(_ behavior: String) -> String {
        #"""
        {"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {},
         "tools": [{"functionDeclarations": [{"name": "get_time", "behavior": "\#(behavior)"},
          {"name": "lamp", "behavior": "\#(behavior)"}]}],
         "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}}
        """#
    }

    private static func scenario(apart: Bool = false, calls: Int = 2) -> Scenario {
        var scenario = Scenario.short
        scenario.turns[0].calls = Array(
            [
                Scenario.Call(name: "get_time", arguments: [:]),
                Scenario.Call(name: "lamp", arguments: ["on": true]),
            ].prefix(calls))
        scenario.turns[0].callsApart = apart
        // To distinguish the two answers.
        scenario.turns[1].voice = [Int16](repeating: 77, count: 2400)
        return scenario
    }

    private var answer: [Int16] { Scenario.short.turns[0].voice }

    @Test("several calls arrive in one message or in several, and all must be answered")
    func several() {
        for apart in [false, true] {
            let client = TestClient.ready(
                Self.scenario(apart: apart), setup: Self.setup("BLOCKING"))
            client.say()
            #expect(client.shapes.filter { $0 == "toolCall" }.count == (apart ? 2 : 1))
            let ids = client.callIDs
            #expect(ids.count == 2)
            client.answer(ids[1], name: "lamp")
            client.finish()
            #expect(client.audio.isEmpty)
            client.answer(ids[0])
            client.finish()
            #expect(client.audio == answer)
        }
    }

    @Test("during a call that the model does not wait for, the user is answered")
    func conversationGoesOn() {
        let client = TestClient.ready(
            Self.scenario(calls: 1), setup: Self.setup("NON_BLOCKING"))
        client.say()
        client.say()
        #expect(!client.shapes.contains("toolCallCancellation"))
        client.finish()
        #expect(client.audio == [Int16](repeating: 77, count: 2400))
        #expect(client.handle == nil, "no handle while a call is open")
        client.forget()
        client.answer("fc_1")
        client.finish()
        #expect(client.audio == answer)
        #expect(client.handle != nil)
    }

    @Test("a result is spoken at once, when the model is silent, or not at all")
    func scheduling() {
        func client(_ scheduling: String) -> TestClient {
            let client = TestClient.ready(
                Self.scenario(calls: 1), setup: Self.setup("NON_BLOCKING"))
            client.say()
            client.say()
            client.forget()
            client.answer("fc_1", more: scheduling)
            client.finish()
            return client
        }
        let idle = client(#", "scheduling": "WHEN_IDLE""#)
        #expect(idle.audio.suffix(12_000) == answer[...])
        #expect(!idle.shapes.contains("interrupted"))
        let silent = client(#", "scheduling": "SILENT""#)
        #expect(!silent.audio.contains(answer[0]))
        let interrupting = client(#", "scheduling": "INTERRUPT""#)
        #expect(interrupting.shapes.first == "interrupted")
        #expect(interrupting.audio == answer)
    }

    @Test("an answer in instalments is complete with its last")
    func instalments() {
        let client = TestClient.ready(
            Self.scenario(calls: 1), setup: Self.setup("NON_BLOCKING"))
        client.say()
        client.answer("fc_1", more: #", "willContinue": true"#)
        client.finish()
        #expect(client.audio.isEmpty)
        client.answer("fc_1", more: #", "willContinue": false"#)
        client.finish()
        #expect(client.audio == answer)
    }

    @Test("speech before a call is no turn of its own")
    func filler() {
        var scenario = Self.scenario(calls: 1)
        scenario.turns[0].fillerVoice = [Int16](repeating: 9, count: 4800)
        let client = TestClient.ready(scenario, setup: Self.setup("BLOCKING"))
        client.say()
        client.finish()
        #expect(client.audio == [Int16](repeating: 9, count: 4800))
        #expect(!client.shapes.contains("turnComplete"))
        client.answer(client.callIDs.first ?? "")
        client.finish()
        #expect(client.shapes.filter { $0 == "turnComplete" }.count == 1)
    }

    @Test("an answer to no open call is reported, and changes nothing")
    func inVain() {
        let client = TestClient.ready(.plain)
        client.answer("never")
        #expect(client.closed == nil)
        #expect(client.received.isEmpty)
        guard case .answeredInVain? = client.events.last else {
            Issue.record("it was not reported")
            return
        }
    }

    @Test("tools and the instruction change in mid-session, where the model allows that")
    func contextUpdate() {
        let update =
            #"{"contextUpdate": {"tools": {"tools": []}, "systemInstruction": {"parts": [{"text": "Be brief."}]}}}"#
        let client = TestClient.ready(Self.scenario(), setup: Self.setup("BLOCKING"))
        client.send(update)
        client.say()
        client.finish()
        #expect(client.callIDs.isEmpty)
        let other = TestClient.ready(
            setup: #"{"setup": {"model": "models/gemini-3.1-flash-live-preview"}}"#)
        other.send(update)
        #expect(other.closed?.reason.contains("contextUpdate") == true)
    }

    @Test("history fills the context without an answer, and comes first")
    func history() {
        let setup =
            #"{"setup": {"model": "models/gemini-3.8-live", "historyConfig": {"initialHistoryInClientContent": true}}}"#
        let turns =
            #"{"clientContent": {"turns": [{"role": "user", "parts": [{"text": "Hi."}]}, {"role": "model", "parts": [{"text": "Hello."}]}]"#
        let client = TestClient.ready(.plain, setup: setup)
        client.send(turns + "}}")
        client.send(turns + #", "turnComplete": true}}"#)
        client.finish()
        #expect(client.received.isEmpty)
        client.send(#"{"realtimeInput": {"text": "And?"}}"#)
        client.finish()
        #expect(client.audio == Scenario.plain.turns[0].voice)
        let early = TestClient.ready(.plain, setup: setup)
        early.sendAudio()
        #expect(early.closed?.code == 1007)
    }

    @Test("with lax checks a client loses only what it sends at the wrong time")
    func lenient() {
        var scenario = Scenario.plain
        scenario.isStrict = false
        let client = TestClient.ready(scenario)
        client.sendAudio()
        #expect(client.closed == nil)
        client.say()
        #expect(client.words.map(\.count) == [320])
        client.finish()
        client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        client.send(#"{"clientContent": {"turns": []}}"#)
        #expect(client.closed == nil)
        let strict = TestClient.ready(.plain)
        strict.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        strict.send(#"{"clientContent": {"turns": []}}"#)
        #expect(strict.closed?.code == 1007)
    }

    @Test("a context without compression grows until the session ends; with it, it does not")
    func compression() {
        func client(_ members: String) -> TestClient {
            var scenario = Scenario.plain
            scenario.contextLimitTokens = 100
            let client = TestClient.ready(
                scenario, setup: #"{"setup": {"model": "models/gemini-3.8-live"\#(members)}}"#)
            for _ in 0..<20 {
                client.send(#"{"realtimeInput": {"text": "aaaabbbbccccdddd"}}"#)
                client.finish()
            }
            return client
        }
        #expect(client("").closed?.code == 1007)
        let compressed = client(
            #", "contextWindowCompression": {"triggerTokens": "80", "slidingWindow": {"targetTokens": "20"}}"#
        )
        #expect(compressed.closed == nil)
        let prompts = compressed.received.compactMap {
            $0["usageMetadata"]?["promptTokenCount"]?.int
        }
        #expect(prompts.count == 20)
        #expect(prompts.allSatisfy { $0 <= 80 })
    }
}
