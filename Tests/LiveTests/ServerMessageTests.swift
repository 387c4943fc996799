import ModelTypes
import Testing
import VoiceSession

@testable import Live

@Suite("Messages of the service, key by key")
struct ServerMessageTests {
    private func read(_ text: String) -> ServerMessage { .read(Array(text.utf8)) }

    @Test("a frame with several keys is read in all of them")
    func severalKeys() {
        let message = read(
            """
            {"usageMetadata": {"promptTokenCount": 5, "responseTokenCount": 7, "totalTokenCount": 12,
              "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 5}]},
             "sessionResumptionUpdate": {"newHandle": "h", "resumable": "true",
              "lastConsumedClientMessageIndex": "12"},
             "goAway": {"timeLeft": "9.5s"}, "voiceActivity": {"type": "ACTIVITY_START",
              "audioOffset": "6.680s"},
             "toolCall": {"functionCalls": [{"id": "1", "name": "f", "args": {"x": 1}},
              {"id": "2", "name": "g"}]},
             "toolCallCancellation": {"ids": ["0"]},
             "serverContent": {"turnComplete": true, "generationComplete": true,
              "inputTranscription": {"text": " in", "finished": true, "languageCode": "en-GB"},
              "outputTranscription": {"text": "out"},
              "interimInputTranscription": {"text": "whole"},
              "groundingMetadata": {"webSearchQueries": ["martlet"],
               "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}]},
              "modelTurn": {"role": "model", "parts": [{"text": "hm", "thought": true},
               {"text": "written"}, {"inlineData": {"mimeType": "audio/pcm", "data": "AQACAA=="}}]}}}
            """)
        #expect(message.usage?.total == 12)
        #expect(message.usage?.promptDetails.map(\.tokens) == [5])
        #expect(message.resumption == .init(handle: "h", consumedIndex: 12))
        #expect(message.goAway == .init(timeLeft: 9_500_000_000))
        #expect(message.voiceActivity == .init(isStart: true, offset: 6_680_000_000))
        #expect(message.toolCalls.map(\.id) == ["1", "2"])
        #expect(message.cancelledCalls == ["0"])
        #expect(message.isTurnComplete && message.isGenerationComplete)
        #expect(
            message.inputTranscript
                == .init(text: " in", isFinished: true, language: "en-GB", speaker: nil))
        #expect(message.outputTranscript?.text == "out")
        #expect(message.interimInputTranscript?.text == "whole")
        #expect(message.grounding?.queries == ["martlet"])
        #expect(message.grounding?.sources.first?.title == "A")
        #expect(message.thoughts == ["hm"])
        #expect(message.texts == ["written"])
        #expect(message.audio == [1, 2])
        #expect(message.notices.isEmpty)
    }

    @Test("Vertex's spelling is read as well")
    func vertex() {
        let message = read(
            """
            {"setupComplete": {"sessionId": "s-1"}, "usageMetadata": {"candidatesTokenCount": 3,
             "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 3}]}}
            """)
        #expect(message.isSetupComplete)
        #expect(message.sessionID == "s-1")
        #expect(message.usage?.response == 3)
        #expect(message.usage?.responseDetails.first?.tokens == 3)
    }

    @Test(
        "the older signals of voice activity are read",
        arguments: [
            (#"{"voiceActivityDetectionSignal": {"vadSignalType": "VAD_SIGNAL_TYPE_SOS"}}"#, true),
            (#"{"voiceActivityDetectionSignal": {"vadSignalType": "VAD_SIGNAL_TYPE_EOS"}}"#, false),
            (#"{"serverContent": {"speechState": "SPEECH"}}"#, true),
            (#"{"serverContent": {"speechState": "NON_SPEECH"}}"#, false),
        ])
    func legacySignals(text: String, isStart: Bool) {
        #expect(read(text).voiceActivity?.isStart == isStart)
    }

    @Test("new or empty keys do no harm")
    func unknown() {
        for text in [
            "{}", #"{"serverContent": {}}"#, #"{"tomorrow": {"x": []}}"#,
            #"{"serverContent": {"interactionStatus": "SOMETHING_NEW", "groundingMetadata": {}}}"#,
            #"{"serverContent": {"modelTurn": {}, "outputTranscription": {}}}"#,
            #"{"serverContent": {"modelTurn": {"parts": [{"executableCode": {"code": "x"}}]}}}"#,
        ] {
            let message = read(text)
            #expect(message.notices.isEmpty, "\(text)")
            #expect(!message.hasAnswer, "\(text)")
        }
    }

    @Test(
        "a value of a wrong type costs only itself, and is reported",
        arguments: [
            #""serverContent": 1"#, #""toolCall": {"functionCalls": 2}"#,
            #""toolCall": {"functionCalls": [{"args": {}}]}"#, #""toolCallCancellation": []"#,
            #""goAway": {"timeLeft": "soon"}"#, #""sessionResumptionUpdate": "h""#,
            #""usageMetadata": []"#, #""serverContent": {"turnComplete": 1}"#,
            #""serverContent": {"inputTranscription": "x"}"#,
            #""serverContent": {"modelTurn": {"parts": {}}}"#,
            #""serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/ogg"}}]}}"#,
            #""serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm;rate=7999", "data": ""}}]}}"#,
            #""serverContent": {"modelTurn": {"parts": [{"inlineData": {"data": "A"}}]}}"#,
        ])
    func wrongKinds(member: String) {
        let message = read("{\(member), \"setupComplete\": {}}")
        #expect(message.isSetupComplete)
        #expect(message.notices.count == 1)
        #expect(message.audio.isEmpty)
    }

    @Test("a number that is too large costs its call and not its frame")
    func largeNumber() {
        let message = read(
            """
            {"toolCall": {"functionCalls": [{"id": "n", "name": "f", "args": {"x": 1e999}}]},
             "serverContent": {"turnComplete": true}}
            """)
        #expect(message.unreadableCalls.map(\.id) == ["n"])
        #expect(message.toolCalls.isEmpty)
        #expect(message.isTurnComplete)
    }
}
