import ModelTypes
import Testing

@testable import Simulation

@Suite struct ConversationTests {
    private func say(to client: TestClient) {
        client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        client.sendAudio()
        client.send(#"{"realtimeInput": {"activityEnd": {}}}"#)
    }

    private func audio(_ client: TestClient) -> [Int16] {
        client.received.flatMap { message -> [Int16] in
            let part = message["serverContent"]?["modelTurn"]?["parts"]?.array?.first
            return AudioInput.samples(of: part?["inlineData"]?["data"]?.string ?? "") ?? []
        }
    }

    private func handle(_ client: TestClient) -> String? {
        client.received.compactMap { $0["sessionResumptionUpdate"]?["newHandle"]?.string }.last
    }

    @Test("a turn: what was heard, sound with words beside it, its ends, usage, and a handle")
    func turn() {
        let client = TestClient.ready(.plain)
        say(to: client)
        client.finish()
        #expect(
            client.shapes == [
                "inputTranscription", "inputTranscription", "outputTranscription", "modelTurn",
                "outputTranscription", "modelTurn", "outputTranscription", "modelTurn",
                "generationComplete", "turnComplete", "usageMetadata", "sessionResumptionUpdate",
            ])
        #expect(audio(client) == Scenario.plain.turns[0].voice)
        #expect(handle(client) != nil)
    }

    @Test("a call waits for its answer, and there is no handle while it is open")
    func toolCall() throws {
        let client = TestClient.ready()
        say(to: client)
        client.finish()
        let call = try #require(client.received.compactMap { $0["toolCall"] }.first)
        let id = try #require(call["functionCalls"]?.array?.first?["id"]?.string)
        #expect(handle(client) == nil)
        #expect(audio(client).isEmpty)
        client.send(
            #"{"toolResponse": {"functionResponses": [{"id": "\#(id)", "name": "get_time", "response": {"result": "12:00"}}]}}"#
        )
        client.finish()
        #expect(audio(client) == Scenario.short.turns[0].voice)
        #expect(handle(client) != nil)
    }

    @Test("words in mid-answer cut it: interrupted, no more of it, and the call is taken back")
    func interruption() {
        let speaking = TestClient.ready(.plain)
        say(to: speaking)
        speaking.step()
        let before = audio(speaking).count
        #expect(before < Scenario.plain.turns[0].voice.count)
        speaking.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        speaking.finish()
        #expect(speaking.shapes.contains("interrupted"))
        #expect(!speaking.shapes.contains("generationComplete"))
        #expect(audio(speaking).count == before)

        let calling = TestClient.ready()
        say(to: calling)
        calling.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        #expect(calling.shapes.contains("toolCallCancellation"))
    }

    @Test("a handle takes the conversation up where it was; an unknown one is refused")
    func resumption() throws {
        let handles = HandleStore()
        let first = TestClient.ready(handles: handles)
        say(to: first)
        first.send(#"{"clientContent": {"turnComplete": true}}"#)
        first.finish()
        let known = try #require(handle(first))
        let setup = { (handle: String) in
            #"{"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {"handle": "\#(handle)"}}}"#
        }
        let second = TestClient(handles: handles)
        second.send(setup(known))
        #expect(second.shapes == ["setupComplete"])
        let stranger = TestClient(handles: handles)
        stranger.send(setup("handle-from-nowhere"))
        #expect(stranger.closed?.code == 1008)
        #expect(stranger.closed?.reason == "BidiGenerateContent session not found")
    }

    @Test("with automatic detection speech is found, and audioStreamEnd ends it at once")
    func automatic() {
        let client = TestClient.ready(.plain, setup: TestClient.automatic)
        client.sendAudio(1600, value: 0)
        #expect(client.events.allSatisfy { !$0.isWordsEnded })
        client.sendAudio(3200)
        client.send(#"{"realtimeInput": {"audioStreamEnd": true}}"#)
        guard case .wordsEnded(let samples)? = client.events.last(where: { $0.isWordsEnded })
        else {
            Issue.record("no words were heard")
            return
        }
        #expect(samples.count == 4800)
    }

    @Test("silence of the length that the client asked for ends the words")
    func silence() {
        let setup = #"""
            {"setup": {"model": "models/gemini-3.8-live", "realtimeInputConfig":
             {"automaticActivityDetection": {"silenceDurationMs": 400}}}}
            """#
        let client = TestClient.ready(.plain, setup: setup)
        client.sendAudio(3200)
        client.sendAudio(16 * 390, value: 0)
        #expect(client.events.allSatisfy { !$0.isWordsEnded })
        client.sendAudio(16 * 10, value: 0)
        #expect(client.events.contains { $0.isWordsEnded })
    }

    @Test("the shipped scenario loads, and a wrong one is told with its place")
    func scenarios() async throws {
        let demo = try await Scenario.demo()
        #expect(demo.turns.count >= 3)
        #expect(demo.turns.allSatisfy { !$0.voice.isEmpty })
        do {
            _ = try await Scenario.parse("speed = \"fast\"\n[[turn]]\nheard = 1\n", file: "s.toml")
            Issue.record("a wrong scenario was taken")
        } catch {
            let text = "\(error)"
            #expect(text.contains("s.toml:1:1"))
            #expect(text.contains("s.toml:"))
        }
    }
}
