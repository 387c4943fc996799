import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Live

@Suite("The wire's own names, in both directions")
struct ProtocolTests {
    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

    /// Settings without any default, for a model that allows everything.
    private var everything: SessionSettings {
        var settings = SessionSettings(endpoint: LiveEndpoint(version: "v1alpha"), model: "m")
        settings.profile = ModelProfile(of: "gemini-2.5-flash-native-audio-preview-12-2025")
        settings.profile.translates = true
        settings.profile.searchesWithFunctions = true
        settings.voice = "Kore"
        settings.systemInstruction = "Be brief."
        var tool = FunctionDeclaration(name: "f", description: "d", parameters: ["type": "object"])
        tool.response = ["type": "object"]
        tool.behavior = .nonBlocking
        settings.tools = [tool]
        settings.searches = true
        var detection = SessionSettings.Detection()
        detection.startSensitivity = "START_SENSITIVITY_HIGH"
        detection.endSensitivity = "END_SENSITIVITY_LOW"
        detection.prefixPaddingMilliseconds = 20
        detection.silenceDurationMilliseconds = 800
        settings.activity = .automatic(detection)
        settings.activityHandling = "NO_INTERRUPTION"
        settings.turnCoverage = "TURN_INCLUDES_ALL_INPUT"
        settings.compression = .init(triggerTokens: 25_000, targetTokens: 8_000)
        var transcription = SessionSettings.Transcription()
        transcription.languages = ["de-DE"]
        transcription.vocabulary = ["Martlet"]
        settings.inputTranscription = transcription
        settings.thinkingBudget = -1
        settings.temperature = 0.5
        settings.topP = 0.25
        settings.topK = 40
        settings.seed = 7
        settings.maximumOutputTokens = 1000
        settings.mediaResolution = "MEDIA_RESOLUTION_LOW"
        settings.proactiveAudio = true
        settings.proactiveVideo = true
        settings.affectiveDialog = true
        settings.translationTarget = "fr"
        settings.echoesTarget = true
        settings.safety = [("HARM_CATEGORY_HARASSMENT", "BLOCK_NONE")]
        settings.labels = [("room", "hall")]
        return settings
    }

    @Test("every field of the setup has the name and the place that the reference gives it")
    func setup() throws {
        let expected = try json(
            """
            {"setup": {"model": "models/m",
             "generationConfig": {"responseModalities": ["AUDIO"],
              "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
              "thinkingConfig": {"thinkingBudget": -1},
              "temperature": 0.5, "topP": 0.25, "topK": 40.0, "seed": 7, "maxOutputTokens": 1000,
              "mediaResolution": "MEDIA_RESOLUTION_LOW", "enableAffectiveDialog": true,
              "translationConfig": {"targetLanguageCode": "fr", "echoTargetLanguage": true}},
             "realtimeInputConfig": {"automaticActivityDetection": {"disabled": false,
               "startOfSpeechSensitivity": "START_SENSITIVITY_HIGH",
               "endOfSpeechSensitivity": "END_SENSITIVITY_LOW", "prefixPaddingMs": 20,
               "silenceDurationMs": 800},
              "activityHandling": "NO_INTERRUPTION", "turnCoverage": "TURN_INCLUDES_ALL_INPUT"},
             "systemInstruction": {"role": "user", "parts": [{"text": "Be brief."}]},
             "tools": [{"functionDeclarations": [{"name": "f", "description": "d",
               "parametersJsonSchema": {"type": "object"},
               "responseJsonSchema": {"type": "object"}, "behavior": "NON_BLOCKING"}]},
              {"googleSearch": {}}],
             "sessionResumption": {"handle": "h"},
             "contextWindowCompression": {"triggerTokens": 25000,
              "slidingWindow": {"targetTokens": 8000}},
             "inputAudioTranscription": {"languageCodes": ["de-DE"],
              "customVocabulary": ["Martlet"]},
             "outputAudioTranscription": {},
             "proactivity": {"proactiveAudio": true, "proactiveVideo": true},
             "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
             "labels": {"room": "hall"}}}
            """)
        #expect(everything.complaints.isEmpty)
        let setup = everything.setup(handle: "h")["setup"]
        for (name, value) in expected["setup"]?.object?.members ?? [] {
            #expect(setup?[name] == value, "\(name)")
        }
        #expect(setup?.object?.members.count == expected["setup"]?.object?.members.count)
    }

    @Test("a voice cloned from a recording brings its consent, which only one service takes")
    func replicatedVoice() {
        var settings = everything
        settings.replicatedVoice = .init(sample: [1, 2, 3])
        settings.replicatedVoice?.consent = [4]
        func config(_ settings: SessionSettings) -> JSONValue? {
            settings.setup(handle: nil)["setup"]?["generationConfig"]?["speechConfig"]?[
                "voiceConfig"]?["replicatedVoiceConfig"]
        }
        #expect(
            config(settings) == [
                "mimeType": "audio/wav", "voiceSampleAudio": "AQID", "consentAudio": "BA==",
            ])
        settings.endpoint = LiveEndpoint(service: .vertex(project: "p", location: "global"))
        #expect(config(settings) == ["mimeType": "audio/wav", "voiceSampleAudio": "AQID"])
    }

    @Test(
        "every message that we send has the wire's names, and one key at its top",
        arguments: [
            (UplinkItem.activityStart, #"{"realtimeInput": {"activityStart": {}}}"#),
            (.activityEnd, #"{"realtimeInput": {"activityEnd": {}}}"#),
            (.audioStreamEnd, #"{"realtimeInput": {"audioStreamEnd": true}}"#),
            (
                .audio([1]),
                #"{"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000", "data": "AQA="}}}"#
            ),
            (
                .video(mimeType: "image/jpeg", data: [0xFB, 0xFF]),
                #"{"realtimeInput": {"video": {"mimeType": "image/jpeg", "data": "+/8="}}}"#
            ),
            (.text("hello"), #"{"realtimeInput": {"text": "hello"}}"#),
            (
                .content([Content(role: .model, text: "x")], isComplete: false),
                #"{"clientContent": {"turns": [{"role": "model", "parts": [{"text": "x"}]}], "turnComplete": false}}"#
            ),
            (.content([], isComplete: true), #"{"clientContent": {"turnComplete": true}}"#),
            (
                .toolResponses([
                    FunctionResponse(
                        id: "1", name: "f", response: ["output": 1], scheduling: .whenIdle),
                    FunctionResponse(id: "", name: "g", response: ["error": "no"]),
                ]),
                #"{"toolResponse": {"functionResponses": [{"id": "1", "name": "f", "response": {"output": 1}, "scheduling": "WHEN_IDLE"}, {"name": "g", "response": {"error": "no"}}]}}"#
            ),
            (
                .contextUpdate(instruction: "x", tools: []),
                #"{"contextUpdate": {"systemInstruction": {"role": "user", "parts": [{"text": "x"}]}, "tools": {"tools": []}}}"#
            ),
            (
                .contextUpdate(
                    instruction: nil, tools: [FunctionDeclaration(name: "f", description: "d")]),
                #"{"contextUpdate": {"tools": {"tools": [{"functionDeclarations": [{"name": "f", "description": "d"}]}]}}}"#
            ),
        ])
    func messages(item: UplinkItem, text: String) throws {
        var message: [UInt8] = []
        item.append(to: &message)
        let sent = try JSONValue(parsing: message)
        let expected = try json(text)
        #expect(sent.isSame(as: expected), "\(sent.serialized)")
    }

    @Test("an answer to a call in instalments, with a picture, has the wire's names")
    func instalments() throws {
        var response = FunctionResponse(id: "1", name: "f", response: [:])
        response.willContinue = true
        response.parts = [.inlineData(mimeType: "image/png", data: [1])]
        let expected = try json(
            #"{"id": "1", "name": "f", "response": {}, "willContinue": true, "parts": [{"inlineData": {"mimeType": "image/png", "data": "AQ=="}}]}"#
        )
        #expect(response.json.isSame(as: expected))
    }

    @Test("details of searches, transcripts and bills are read")
    func details() {
        let message = ServerMessage.read(
            Array(
                """
                {"setupComplete": {"voiceConsentSignature": {"signature": "signed"}},
                 "usageMetadata": {"cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 1}],
                  "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": 2}],
                  "serviceTier": "standard"},
                 "serverContent": {
                  "inputTranscription": {"text": "a b", "startOffset": "0.440s",
                   "endOffset": "1s", "words": [{"word": "a", "startOffset": "0.5s"}]},
                  "groundingMetadata": {"groundingSupports": [{"segment": {"text": "so"},
                    "groundingChunkIndices": [0]}],
                   "searchEntryPoint": {"renderedContent": "<div>"}},
                  "urlContextMetadata": {"urlMetadata": [{"retrievedUrl": "https://a.example",
                   "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS"}]}}}
                """.utf8))
        #expect(message.consentSignature == "signed")
        #expect(message.usage?.cachedDetails.map(\.tokens) == [1])
        #expect(message.usage?.toolUseDetails.map(\.tokens) == [2])
        #expect(message.usage?.tier == "standard")
        #expect(message.inputTranscript?.start == 440_000_000)
        #expect(message.inputTranscript?.end == 1_000_000_000)
        #expect(message.inputTranscript?.words.first?.start == 500_000_000)
        #expect(message.grounding?.supports == [.init(text: "so", sources: [0])])
        #expect(message.grounding?.searchEntryPoint == "<div>")
        #expect(message.grounding?.pages.first?.url == "https://a.example")
        #expect(message.notices.isEmpty)
    }

    @Test("half of a call is not executed")
    func partialCall() {
        let message = ServerMessage.read(
            Array(
                #"{"toolCall": {"functionCalls": [{"id": "1", "name": "f", "willContinue": true, "args": {}}, {"id": "2", "name": "g"}]}}"#
                    .utf8))
        #expect(message.toolCalls.map(\.id) == ["2"])
        #expect(message.notices.count == 1)
    }

    @Test(
        "a new value of an enumeration does no harm",
        arguments: [
            #"{"serverContent": {"turnComplete": true, "turnCompleteReason": "TOMORROW"}}"#,
            #"{"serverContent": {"interactionStatus": "TOMORROW"}}"#,
            #"{"voiceActivity": {"type": "TOMORROW"}}"#,
            #"{"voiceActivityDetectionSignal": {"vadSignalType": "TOMORROW"}}"#,
            #"{"serverContent": {"speechState": "SPEECH"}, "usageMetadata": {"promptTokensDetails": [{"modality": "SMELL", "tokenCount": 1}], "trafficType": "TOMORROW"}}"#,
        ])
    func unknownValues(text: String) {
        let world = SessionWorld.ready()
        world.talk()
        world.speak()
        world.receive(text)
        #expect(world.isReady)
        #expect(world.closed == 0)
        #expect(ServerMessage.read(Array(text.utf8)).notices.isEmpty)
    }

    @Test("sound in URL-safe base64 is the same sound")
    func alphabets() {
        func audio(_ data: String) -> [Int16] {
            ServerMessage.read(
                Array(
                    #"{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": "\#(data)"}}]}}}"#
                        .utf8)
            ).audio
        }
        #expect(audio("-__-_w==") == audio("+//+/w=="))
        #expect(audio("-__-_w==").count == 2)
    }
}

extension JSONValue {
    /// Whether the values are equal, whatever the order of their members.
    func isSame(as other: JSONValue) -> Bool {
        if let members = object?.members, let others = other.object?.members {
            return members.count == others.count
                && members.allSatisfy { other[$0.key]?.isSame(as: $0.value) ?? false }
        }
        if let items = array, let others = other.array {
            return items.count == others.count
                && zip(items, others).allSatisfy { $0.isSame(as: $1) }
        }
        return self == other
    }
}
