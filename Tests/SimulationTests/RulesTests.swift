import ModelTypes
import Testing

@testable import Simulation

/// Rules beyond the form of a message, and the close for breaking them.
struct RulesTests {
    private static let invalid = "Request contains an invalid argument."

    /// A message, and the reason of the close that it causes.
    struct Broken: Sendable, CustomTestStringConvertible {
        let message: String
        let reason: String
        var testDescription: String { message }

        init(_ message: String, _ reason: String) {
            self.message = message
            self.reason = reason
        }

        /// A setup with more members.
        static func setup(_ members: String, _ reason: String) -> Broken {
            Broken(#"{"setup": {"model": "models/gemini-3.8-live", \#(members)}}"#, reason)
        }
    }

    static let setups: [Broken] = [
        .setup(
            #""generationConfig": {"responseModalities": ["SOUND"]}"#,
            #"Invalid value at 'setup.generationConfig.responseModalities[0]', "SOUND""#),
        .setup(
            #""generationConfig": {"responseModalities": "AUDIO"}"#,
            #"Invalid value at 'setup.generationConfig.responseModalities', "AUDIO""#),
        .setup(
            #""generationConfig": {"temperature": "warm"}"#,
            #"Invalid value at 'setup.generationConfig.temperature', "warm""#),
        .setup(
            #""realtimeInputConfig": {"activityHandling": "INTERRUPTS"}"#,
            #"Invalid value at 'setup.realtimeInputConfig.activityHandling', "INTERRUPTS""#),
        .setup(
            #""realtimeInputConfig": {"turnCoverage": "ONLY_ACTIVITY"}"#,
            #"Invalid value at 'setup.realtimeInputConfig.turnCoverage', "ONLY_ACTIVITY""#),
        .setup(
            #""realtimeInputConfig": {"automaticActivityDetection": {"startOfSpeechSensitivity": "HIGH"}}"#,
            "Invalid value at 'setup.realtimeInputConfig.automaticActivityDetection"
                + #".startOfSpeechSensitivity', "HIGH""#),
        .setup(
            #""realtimeInputConfig": {"automaticActivityDetection": {"silenceDurationMs": 0.5}}"#,
            "Invalid value at 'setup.realtimeInputConfig.automaticActivityDetection"
                + ".silenceDurationMs', 0.5"),
        .setup(
            #""tools": [{"functionDeclarations": [{"name": "a", "behavior": "LAZY"}]}]"#,
            #"Invalid value at 'setup.tools[0].functionDeclarations[0].behavior', "LAZY""#),
        .setup(
            #""tools": [{"functionDeclarations": [{"nmae": "a"}]}]"#,
            #"Invalid JSON payload received. Unknown name "nmae" at "#
                + "'setup.tools[0].functionDeclarations[0]': Cannot find field."),
        .setup(
            #""systemInstruction": {"parts": [{"txt": "a"}]}"#,
            #"Invalid JSON payload received. Unknown name "txt" at "#
                + "'setup.systemInstruction.parts[0]': Cannot find field."),
        .setup(
            #""generationConfig": {"responseModalities": ["TEXT"]}"#,
            "The requested combination of response modalities (TEXT) is not supported by the "
                + "model"),
        .setup(#""generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}"#, invalid),
        .setup(#""generationConfig": {"enableAffectiveDialog": true}"#, invalid),
        .setup(#""proactivity": {"proactiveAudio": false}"#, invalid),
        .setup(#""tools": [{"functionDeclarations": [{"name": "2nd"}]}]"#, invalid),
        .setup(#""tools": [{"functionDeclarations": [{"description": "a"}]}]"#, invalid),
        .setup(
            #""tools": [{"functionDeclarations": [{"name": "a"}, {"name": "a"}]}]"#, invalid),
        .setup(
            #""tools": [{"functionDeclarations": [{"name": "a", "parameters": {}, "parametersJsonSchema": {}}]}]"#,
            invalid),
        .setup(
            #""contextWindowCompression": {"triggerTokens": 5000, "slidingWindow": {"targetTokens": 5000}}"#,
            invalid),
    ]

    @Test("a setup that asks for something unknown is closed", arguments: setups)
    func wrongSetup(_ broken: Broken) {
        let client = TestClient()
        client.send(broken.message)
        #expect(client.closed?.code == 1007)
        #expect(client.closed?.reason == broken.reason)
        #expect(client.received.isEmpty)
        client.send(TestClient.manual)
        #expect(client.received.isEmpty, "a closed session answers nothing")
    }

    @Test("options of another model are accepted for that model")
    func otherModel() {
        let client = TestClient()
        client.send(
            #"""
            {"setup": {"model": "models/gemini-3.1-flash-live-preview", "generationConfig":
             {"thinkingConfig": {"thinkingLevel": "MINIMAL"}, "responseModalities": ["AUDIO"]}}}
            """#)
        #expect(client.shapes == ["setupComplete"])
    }

    static func audio(_ type: String, _ data: String = "AAAA") -> String {
        #"{"realtimeInput": {"audio": {"mimeType": "\#(type)", "data": "\#(data)"}}}"#
    }

    static let inputs: [Broken] = [
        Broken(audio("audio/pcmu"), invalid), Broken(audio("audio/pcm;rate=x"), invalid),
        Broken(audio("audio/pcm;rate="), invalid), Broken(audio("audio/opus"), invalid),
        Broken(audio("audio/pcm;rate=16000", "AA=A"), invalid),
        Broken(audio("audio/pcm;rate=16000", "AA AA"), invalid),
        // One byte is half a sample.
        Broken(audio("audio/pcm;rate=16000", "AA=="), invalid),
        Broken(#"{"realtimeInput": {"audio": {"data": "AAAA"}}}"#, invalid),
        Broken(#"{"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000"}}}"#, invalid),
        Broken(
            #"{"realtimeInput": {"audio": "AAAA"}}"#,
            #"Invalid value at 'realtimeInput.audio', "AAAA""#),
        Broken(
            #"{"realtimeInput": {"audio": {"mimeType": 1, "data": ""}}}"#,
            "Invalid value at 'realtimeInput.audio.mimeType', 1"),
        Broken(
            #"{"realtimeInput": {"audioStreamEnd": "yes"}}"#,
            #"Invalid value at 'realtimeInput.audioStreamEnd', "yes""#),
        Broken(
            #"{"realtimeInput": {"activityStart": true}}"#,
            "Invalid value at 'realtimeInput.activityStart', true"),
        Broken(
            #"{"toolResponse": {"functionResponses": [{"id": "1", "name": "a", "response": {}, "scheduling": "SOON"}]}}"#,
            #"Invalid value at 'toolResponse.functionResponses[0].scheduling', "SOON""#),
        Broken(
            #"{"clientContent": {"turns": [{"role": "robot"}]}}"#,
            #"Invalid value at 'clientContent.turns[0].role', "robot""#),
        Broken(#"{"realtimeInput": {}}"#, invalid), Broken("{}", invalid),
        Broken(
            #"{"contextUpdates": {}}"#,
            #"Invalid JSON payload received. Unknown name "contextUpdates": Cannot find field."#),
    ]

    @Test("input of a wrong kind, type or alphabet is closed", arguments: inputs)
    func wrongInput(_ broken: Broken) {
        let client = TestClient.ready()
        client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        client.send(broken.message)
        #expect(client.closed?.code == 1007)
        #expect(client.closed?.reason == broken.reason)
    }

    @Test(
        "anything but a JSON object is closed",
        arguments: ["", " ", "[]", "7", "null", "\"setup\"", "{\"setup\": {}", "{} {}", "{'a': 1}"])
    func noObject(text: String) {
        let client = TestClient.ready()
        client.send(text)
        #expect(client.closed?.code == 1007)
        #expect(client.closed?.reason.isEmpty == false)
    }

    @Test("sound with its rate written differently, or not at all, is accepted")
    func otherTypes() {
        for type in ["audio/pcm", "audio/pcm; rate=16000", "Audio/PCM;rate=16000"] {
            let client = TestClient.ready(.plain)
            client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
            client.send(Self.audio(type, "AQACAA=="))
            client.send(#"{"realtimeInput": {"activityEnd": {}}}"#)
            #expect(client.closed == nil)
            #expect(client.words == [[1, 2]])
        }
    }

    @Test("a second start within an activity is ignored; a second end is not")
    func nestedStart() {
        let client = TestClient.ready(.plain)
        client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        client.sendAudio(2, value: 7)
        client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        client.sendAudio(1, value: 8)
        client.send(#"{"realtimeInput": {"activityEnd": {}}}"#)
        #expect(client.words == [[7, 7, 8]])
        client.send(#"{"realtimeInput": {"activityEnd": {}}}"#)
        #expect(client.closed?.reason == Self.invalid)
    }
}
