import ModelTypes
import Testing
import WireCodec

@testable import Simulation

@Suite struct ConversationTests {
    @Test("a turn: the transcript, sound with its words, its ends, usage, and a handle")
    func turn() {
        let client = TestClient.ready(.plain)
        client.say()
        client.finish()
        #expect(
            client.shapes == [
                "inputTranscription", "inputTranscription", "outputTranscription", "modelTurn",
                "outputTranscription", "modelTurn", "outputTranscription", "modelTurn",
                "generationComplete", "turnComplete", "usageMetadata", "sessionResumptionUpdate",
            ])
        #expect(client.audio == Scenario.plain.turns[0].voice)
        #expect(client.handle != nil)
    }

    @Test("a call waits for its answer, and there is no handle while it is open")
    func toolCall() throws {
        let client = TestClient.ready()
        client.say()
        client.finish()
        let call = try #require(client.received.compactMap { $0["toolCall"] }.first)
        let id = try #require(call["functionCalls"]?.array?.first?["id"]?.string)
        #expect(client.handle == nil)
        #expect(client.audio.isEmpty)
        client.send(
            #"{"toolResponse": {"functionResponses": [{"id": "\#(id)", "name": "get_time", "response": {"result": "12:00"}}]}}"#
        )
        client.finish()
        #expect(client.audio == Scenario.short.turns[0].voice)
        #expect(client.handle != nil)
    }

    @Test("words during an answer cut it: interrupted, no more of it, and the call is cancelled")
    func interruption() {
        let speaking = TestClient.ready(.plain)
        speaking.say()
        speaking.step()
        let before = speaking.audio.count
        #expect(before < Scenario.plain.turns[0].voice.count)
        speaking.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        speaking.finish()
        #expect(speaking.shapes.contains("interrupted"))
        #expect(!speaking.shapes.contains("generationComplete"))
        #expect(speaking.audio.count == before)

        let calling = TestClient.ready()
        calling.say()
        calling.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        #expect(calling.shapes.contains("toolCallCancellation"))
    }

    @Test("a handle resumes the conversation where it was; an unknown one is refused")
    func resumption() throws {
        let service = ServiceState()
        let first = TestClient.ready(service: service)
        first.say()
        first.send(#"{"clientContent": {"turnComplete": true}}"#)
        first.finish()
        let known = try #require(first.handle)
        first.disconnect()
        let setup = { (handle: String) in
            #"{"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {"handle": "\#(handle)"}}}"#
        }
        let second = TestClient(service: service, at: first.now)
        second.send(setup(known))
        #expect(second.shapes == ["setupComplete"])
        let stranger = TestClient(service: service)
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
}
