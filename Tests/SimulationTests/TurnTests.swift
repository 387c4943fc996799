import Testing
import WireCodec

@testable import Simulation

/// The usage of a turn, what cuts it, and how long it can be resumed.
struct TurnTests {
    private func usage(_ client: TestClient) -> [JSONValue] {
        client.received.compactMap { $0["usageMetadata"] }
    }

    @Test("usage counts 25 tokens a second, and the whole conversation at every turn")
    func usage() {
        let client = TestClient.ready(.plain)
        // Two seconds in, half a second out, twice.
        for _ in 0..<2 {
            client.say(count: 32_000)
            client.finish()
        }
        let counts = usage(client).map { usage in
            ["promptTokenCount", "responseTokenCount", "totalTokenCount"].map {
                usage[$0]?.int ?? -1
            }
        }
        #expect(counts == [[50, 13, 63], [113, 13, 126]])
    }

    @Test("a cut turn has the usage of what was sent, and one without sound none")
    func usageOfCutTurns() {
        let cut = TestClient.ready(.plain)
        cut.say(count: 16_000)
        cut.step()
        cut.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        // Two of three chunks of 200 ms had been sent.
        #expect(usage(cut).first?["responseTokenCount"]?.int == 10)

        let silent = TestClient.ready(Scenario(turns: [.init(heard: "", says: "", voice: [])]))
        silent.say(count: 16_000)
        silent.finish()
        #expect(usage(silent).count == 1)
        #expect(usage(silent).first?["responseTokenCount"] == nil)
        #expect(usage(silent).first?["promptTokenCount"]?.int == 25)
    }

    @Test("the end of a turn waits for its playback; until then it can be interrupted")
    func playback() {
        let client = TestClient.ready(.plain)
        client.say()
        while !client.shapes.contains("generationComplete") { client.step() }
        // Half a second of sound, sent at four times its speed in chunks of 200 ms.
        #expect(client.now < 500_000_000)
        #expect(!client.shapes.contains("turnComplete"))
        client.step()
        #expect(client.shapes.contains("turnComplete"))
        #expect(client.now == 500_000_000)

        let cut = TestClient.ready(.plain)
        cut.say()
        while !cut.shapes.contains("generationComplete") { cut.step() }
        cut.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        #expect(cut.shapes.contains("interrupted"))
        cut.finish()
        #expect(cut.shapes.filter { $0 == "turnComplete" }.count == 1)
    }

    @Test("a client that asks for no interruption hears both answers, one after the other")
    func noInterruption() {
        let setup = #"""
            {"setup": {"model": "models/gemini-3.8-live", "realtimeInputConfig":
             {"automaticActivityDetection": {"disabled": true},
              "activityHandling": "NO_INTERRUPTION"}}}
            """#
        let client = TestClient.ready(.plain, setup: setup)
        client.say()
        client.step()
        client.say()
        client.finish()
        #expect(!client.shapes.contains("interrupted"))
        #expect(client.shapes.filter { $0 == "turnComplete" }.count == 2)
        #expect(client.audio == Scenario.plain.turns[0].voice + Scenario.plain.turns[0].voice)
    }

    @Test("a written text cuts the answer, and is answered")
    func text() {
        let client = TestClient.ready(.plain)
        client.say()
        client.send(#"{"realtimeInput": {"text": "and now?"}}"#)
        client.finish()
        #expect(client.shapes.filter { $0 == "interrupted" }.count == 1)
        #expect(client.shapes.filter { $0 == "turnComplete" }.count == 2)
        #expect(client.shapes.last == "sessionResumptionUpdate")
    }

    @Test("an answer to a call that was cancelled, or never made, changes nothing")
    func lateAnswers() throws {
        let client = TestClient.ready()
        client.say()
        let call = try #require(client.received.compactMap { $0["toolCall"] }.first)
        let id = try #require(call["functionCalls"]?.array?.first?["id"]?.string)
        client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        let cancelled = client.received.compactMap { $0["toolCallCancellation"] }
        #expect(cancelled == [["ids": [.string(id)]]])
        let before = client.received.count
        for id in [id, "never"] {
            client.send(
                #"{"toolResponse": {"functionResponses": [{"id": "\#(id)", "name": "get_time", "response": {}}]}}"#
            )
        }
        client.finish()
        #expect(client.closed == nil)
        #expect(client.received.count == before)
    }

    @Test("a client without transcriptions gets none, and an undeclared function is not called")
    func plainClient() {
        let client = TestClient.ready(
            setup: #"""
                {"setup": {"model": "models/gemini-3.8-live", "realtimeInputConfig":
                 {"automaticActivityDetection": {"disabled": true}}}}
                """#)
        client.say()
        client.finish()
        #expect(
            client.shapes == [
                "modelTurn", "modelTurn", "modelTurn", "generationComplete", "turnComplete",
                "usageMetadata",
            ])
    }

    private func setup(_ handle: String, model: String = "gemini-3.8-live") -> String {
        #"""
        {"setup": {"model": "models/\#(model)", "sessionResumption": {"handle": "\#(handle)"},
         "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}}
        """#
    }

    @Test("a resumed session goes on with the turn after the handle")
    func resumedTurn() throws {
        let service = ServiceState()
        let first = TestClient.ready(service: service)
        first.say()
        first.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        let handle = try #require(first.handle)
        first.disconnect()
        let second = TestClient(service: service)
        second.send(setup(handle))
        second.say()
        second.finish()
        // The second turn of the scenario has no call.
        #expect(!second.shapes.contains("toolCall"))
        #expect(second.audio == Scenario.short.turns[1].voice)
        #expect(second.handle != handle)
    }

    @Test("silence before speech is kept for two minutes, not for ever")
    func silenceIsBounded() {
        let client = TestClient.ready(.plain, setup: TestClient.automatic)
        for _ in 0..<260 { client.sendAudio(16_000, value: 0) }
        client.sendAudio(3200)
        client.send(#"{"realtimeInput": {"audioStreamEnd": true}}"#)
        let words = client.words.first ?? []
        #expect(words.count > 120 * 16_000)
        #expect(words.count < 300 * 16_000)
        #expect(words.suffix(3200).allSatisfy { $0 == 5000 })
    }

    @Test("function declarations are reported unchanged, names within included")
    func setupIsToldAsItWas() {
        let client = TestClient()
        client.send(
            #"""
            {"setup": {"model": "models/gemini-3.8-live", "tools": [{"function_declarations":
             [{"name": "dim", "parameters": {"properties": {"how_much": {}}}}]}]}}
            """#)
        guard case .setUp(let whole, false)? = client.events.first else {
            Issue.record("no setup")
            return
        }
        let functions = whole["setup"]?["tools"]?.array?.first?["functionDeclarations"]
        #expect(functions?.array?.first?["parameters"]?["properties"]?["how_much"] != nil)
    }
}
