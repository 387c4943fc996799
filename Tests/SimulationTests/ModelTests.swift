import ModelTypes
import Testing
import WireCodec

@testable import Simulation

@Suite("Differences between models and services")
struct ModelTests {
    private static let vertex = Access(
        path: "/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent", query: "",
        header: { $0 == "authorization" ? "Bearer test-bearer" : nil })

    private func setUp(
        _ model: String, _ members: String, version: String = "v1beta"
    ) -> (code: UInt16, reason: String)? {
        var access = Access(key: "test-key")
        access.version = version
        let client = TestClient(.plain, access: access)
        client.send(#"{"setup": {"model": "models/\#(model)", \#(members)}}"#)
        return client.closed
    }

    private func vertexClient(_ members: String) throws -> TestClient {
        let client = TestClient(.plain, access: try #require(Self.vertex))
        client.send(
            #"{"setup": {"model": "projects/p/locations/l/publishers/google/models/gemini-3.8-live"\#(members)}}"#
        )
        return client
    }

    private static let flash = "gemini-3.1-flash-live-preview"
    private static let native = "gemini-2.5-flash-native-audio-preview-12-2025"
    private static let extended = "gemini-3.8-live-extended-thinking"

    @Test(
        "a model takes its own settings",
        arguments: [
            (flash, #""generationConfig": {"thinkingConfig": {"thinkingLevel": "HIGH"}}"#),
            (native, #""generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}"#),
            (extended, #""generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}"#),
            ("gemini-3.8-live", #""proactivity": {"proactiveAudio": true}"#),
            (
                "gemini-3.5-live-translate-preview",
                #""generationConfig": {"translationConfig": {"targetLanguageCode": "de"}}"#
            ),
            (
                "gemini-3.5-transcribe-live",
                #""generationConfig": {"responseModalities": ["TEXT"]}"#
            ),
        ])
    func allowed(model: String, members: String) { #expect(setUp(model, members) == nil) }

    @Test(
        "a model refuses the settings of others",
        arguments: [
            (flash, #""generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}"#),
            (flash, #""proactivity": {"proactiveAudio": true}"#),
            (
                flash,
                #""tools": [{"functionDeclarations": [{"name": "a", "behavior": "NON_BLOCKING"}]}]"#
            ),
            (native, #""generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}"#),
            (native, #""proactivity": {"proactiveAudio": true}"#),
            (native, #""generationConfig": {"enableAffectiveDialog": true}"#),
            (
                native,
                #""tools": [{"googleSearch": {}}, {"functionDeclarations": [{"name": "a"}]}]"#
            ),
            (extended, #""generationConfig": {"thinkingConfig": {"thinkingLevel": "MINIMAL"}}"#),
            (
                extended,
                #""tools": [{"functionDeclarations": [{"name": "a", "behavior": "BLOCKING"}]}]"#
            ),
            ("gemini-3.8-live", #""avatarConfig": {"avatarName": "a"}"#),
            ("gemini-3.8-live", #""tools": [{"codeExecution": {}}]"#),
            ("gemini-3.8-live", #""labels": {"1st": "a"}"#),
            (
                "gemini-3.8-live",
                #""generationConfig": {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "puck"}}}}"#
            ),
        ])
    func refused(model: String, members: String) {
        #expect(setUp(model, members)?.code == 1007)
    }

    @Test("fields of the alpha version alone are accepted there")
    func alpha() {
        let affection = #""generationConfig": {"enableAffectiveDialog": true}"#
        let proactivity = #""proactivity": {"proactiveAudio": true}"#
        #expect(setUp(Self.native, affection, version: "v1alpha") == nil)
        #expect(setUp(Self.native, proactivity, version: "v1alpha") == nil)
    }

    @Test("each service has its own fields, model names and words for usage")
    func services() throws {
        for member in [
            #""explicitVadSignal": true"#, #""sessionResumption": {"transparent": true}"#,
            #""safetySettings": [{"category": "a", "threshold": "b", "method": "c"}]"#,
            #""tools": [{"enterpriseWebSearch": {}}]"#,
        ] {
            let refused = setUp("gemini-3.8-live", member)
            #expect(refused?.reason.contains("Cannot find field") == true)
            #expect(try vertexClient(", " + member).closed == nil)
        }
        let client = try vertexClient("")
        #expect(client.received.first?["setupComplete"]?["sessionId"]?.string?.count == 36)
        client.forget()
        client.send(#"{"clientContent": {"turnComplete": true}}"#)
        client.finish()
        let turn = client.received.first?["serverContent"]?["modelTurn"]
        #expect(turn?["role"]?.string == "model")
        let part = turn?["parts"]?.array?.first
        #expect(part?["inlineData"]?["mimeType"]?.string == "audio/pcm")
        let usage = client.received.compactMap { $0["usageMetadata"] }.first
        #expect(usage?["candidatesTokenCount"]?.int == 13)
        #expect(usage?["responseTokenCount"] == nil)
        #expect(setUp(Self.native + "x", #""labels": {}"#)?.code == 1008)
        #expect(setUp("gemini-live-2.5-flash-native-audio", #""labels": {}"#)?.code == 1008)
    }

    @Test("Vertex reports where activity began and ended, when asked")
    func explicitActivity() throws {
        let client = try vertexClient(#", "explicitVadSignal": true"#)
        client.forget()
        client.sendAudio(1600, value: 0)
        // The sensitivity that Vertex chooses needs it louder.
        client.sendAudio(1600, value: 500)
        #expect(client.received.isEmpty)
        client.sendAudio(1600)
        client.send(#"{"realtimeInput": {"audioStreamEnd": true}}"#)
        #expect(
            client.received.compactMap { $0["voiceActivity"] } == [
                ["type": "ACTIVITY_START", "audioOffset": "0.300s"],
                ["type": "ACTIVITY_END", "audioOffset": "0.300s"],
            ])
    }

    @Test("a model that thinks ends its turn before the interaction")
    func status() throws {
        var scenario = Scenario.short
        scenario.turns[0].filler = "One moment."
        scenario.turns[0].fillerVoice = [Int16](repeating: 9, count: 2400)
        let client = TestClient(scenario)
        client.send(
            #"{"setup": {"model": "models/\#(Self.extended)", "tools": [{"functionDeclarations": [{"name": "get_time"}]}]}}"#
        )
        client.forget()
        client.send(#"{"realtimeInput": {"text": "What time is it?"}}"#)
        client.finish()
        let states = { (client: TestClient) in
            client.received.compactMap { message in
                (message["serverContent"]?["interactionStatus"] ?? message["interactionStatus"])?
                    .string
            }
        }
        #expect(states(client) == ["IN_PROGRESS", "IN_PROGRESS"])
        #expect(client.shapes.contains("toolCall"))
        let id = try #require(client.callIDs.first)
        client.forget()
        client.answer(id)
        client.finish()
        #expect(states(client) == ["IDLE"])
        #expect(client.audio == scenario.turns[0].voice)
    }

    @Test("several parts arrive in one message, empty ones in between, thoughts before the sound")
    func shapes() {
        func parts(_ model: String) -> TestClient {
            var scenario = Scenario.plain
            scenario.turns[0].thought = "The user is polite."
            let client = TestClient(scenario)
            client.send(#"{"setup": {"model": "models/\#(model)"}}"#)
            client.forget()
            client.send(#"{"realtimeInput": {"text": "Thank you."}}"#)
            client.finish()
            #expect(client.audio == scenario.turns[0].voice)
            return client
        }
        let count = { (client: TestClient) in
            client.received.compactMap { message in
                message["serverContent"]?["modelTurn"]?["parts"]?.array?.count
            }
        }
        #expect(count(parts("gemini-3.8-live")) == [2, 1, 1])
        let flash = parts(Self.flash)
        #expect(flash.received.first == ["serverContent": [:]])
        let native = parts(Self.native)
        #expect(count(native) == [1, 1, 1, 1])
        let thought = native.received.first?["serverContent"]?["modelTurn"]?["parts"]?.array?.first
        #expect(thought == ["text": "The user is polite.", "thought": true])
    }

    @Test("the transcribing model writes what it heard, and is silent")
    func transcribing() {
        let client = TestClient(.plain)
        client.send(
            #"""
            {"setup": {"model": "models/gemini-3.5-transcribe-live",
             "generationConfig": {"responseModalities": ["TEXT"]},
             "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}}
            """#)
        client.say()
        client.wait(10)
        let parts = client.received.flatMap {
            $0["serverContent"]?["modelTurn"]?["parts"]?.array ?? []
        }
        #expect(parts.map { $0["text"]?.string } == [Scenario.plain.turns[0].heard])
        #expect(client.received.last?["serverContent"]?["turnComplete"] == true)
    }

    @Test("typed text is answered, and not transcribed as if it had been heard")
    func typed() {
        for message in [
            #"{"realtimeInput": {"text": "go on"}}"#,
            #"{"clientContent": {"turns": [{"role": "user", "parts": [{"text": "go on"}]}], "turnComplete": true}}"#,
        ] {
            let client = TestClient.ready(.plain)
            client.send(message)
            client.wait(10)
            let contents = client.received.compactMap { $0["serverContent"] }
            #expect(contents.contains { $0["modelTurn"] != nil })
            #expect(!contents.contains { $0["inputTranscription"] != nil })
        }
    }
}
