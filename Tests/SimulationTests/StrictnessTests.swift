import Testing

@testable import Simulation

@Suite("Forbidden messages close the session as the service does")
struct StrictnessTests {
    private static let invalid = "Request contains an invalid argument."

    @Test(
        "a wrong setup is closed with the service's words",
        arguments: [
            (
                #"{"setup": {"model": "models/gemini-3.8-live", "nonsense": 1}}"#,
                "Invalid JSON payload received. Unknown name \"nonsense\" at 'setup': Cannot find field."
            ),
            (
                #"{"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {"transparent": true}}}"#,
                "Invalid JSON payload received. Unknown name \"transparent\" at "
                    + "'setup.sessionResumption': Cannot find field."
            ),
            (
                #"{"setup": {"model": 7}}"#, "Invalid value at 'setup.model', 7"
            ),
            (
                #"{"setup": {"model": "models/gemini-3.8-live", "tools": {}}}"#,
                "Invalid value at 'setup.tools', {}"
            ),
            (#"{"setup": {}, "realtimeInput": {}}"#, invalid),
            (#"{}"#, invalid),
            (#"{"realtimeInput": {"activityStart": {}}}"#, invalid),
            (
                #"{"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000", "data": ""}}}"#,
                invalid
            ),
        ])
    func wrongSetup(message: String, reason: String) {
        let client = TestClient()
        client.send(message)
        #expect(client.closed?.code == 1007)
        #expect(client.closed?.reason == reason)
        #expect(client.received.isEmpty)
    }

    @Test("anything but JSON is closed with the service's words")
    func noJSON() {
        let client = TestClient()
        client.send("{\"setup\": ")
        #expect(client.closed?.code == 1007)
        #expect(client.closed?.reason.hasPrefix("Invalid JSON payload received.") == true)
    }

    @Test("audio before the setup is closed")
    func earlyAudio() {
        let client = TestClient()
        client.sendAudio()
        #expect(client.closed?.code == 1007)
        #expect(client.closed?.reason == Self.invalid)
    }

    @Test("keys and models are checked at the setup, not at the upgrade")
    func credentials() {
        func close(_ key: String?, _ setup: String) -> (code: UInt16, reason: String)? {
            let client = TestClient(access: Access(key: key))
            client.send(setup)
            return client.closed
        }
        let wrong = close("wrong", TestClient.manual)
        #expect(wrong?.code == 1007)
        #expect(wrong?.reason == "API key not valid. Please pass a valid API key.")
        let missing = close(nil, TestClient.manual)
        #expect(missing?.code == 1008)
        #expect(missing?.reason.hasPrefix("Method doesn't allow unregistered callers") == true)
        let model = close("test-key", #"{"setup": {"model": "models/gemini-0"}}"#)
        #expect(model?.code == 1008)
        #expect(
            model?.reason.hasPrefix("models/gemini-0 is not found for API version v1beta") == true)
    }

    @Test(
        "input of a wrong kind is closed",
        arguments: [
            #"{"realtimeInput": {"audio": {"mimeType": "audio/mp3", "data": "AAAA"}}}"#,
            #"{"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000", "data": "%%"}}}"#,
            #"{"realtimeInput": {"audioStreamEnd": true}}"#,
            #"{"realtimeInput": {"activityEnd": {}}}"#,
            #"{"realtimeInput": {"activityStart": {}, "activityEnd": {}}}"#,
            #"{"realtimeInput": {"activityStart": {"now": true}}}"#,
            #"{"realtimeInput": {"loudness": 3}}"#, TestClient.manual,
            #"{"toolResponse": {"functionResponses": [{"name": "get_time", "response": {}}]}}"#,
            #"{"toolResponse": {"functionResponses": [{"id": "1", "name": "x", "response": "no"}]}}"#,
        ])
    func wrongInput(message: String) {
        let client = TestClient.ready()
        client.send(message)
        #expect(client.closed?.code == 1007)
    }

    @Test("audio outside of an activity, and an activity without audio, are closed")
    func activities() {
        let outside = TestClient.ready()
        outside.sendAudio()
        #expect(outside.closed?.reason == Self.invalid)
        let empty = TestClient.ready()
        empty.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        empty.send(#"{"realtimeInput": {"activityEnd": {}}}"#)
        #expect(empty.closed?.reason == "Precondition check failed.")
        #expect(empty.shapes.contains("turnComplete"))
    }

    @Test("marks of activity while detection is automatic are closed")
    func marksWithDetection() {
        let client = TestClient.ready(setup: TestClient.automatic)
        client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        #expect(client.closed?.code == 1007)
        #expect(client.closed?.reason.hasPrefix("Explicit activity control") == true)
    }

    @Test("snake_case and URL-safe base64 are accepted as by the service")
    func otherSpellings() {
        let client = TestClient.ready(.plain)
        client.send(#"{"realtime_input": {"activity_start": {}}}"#)
        client.send(
            #"{"realtime_input": {"audio": {"mime_type": "audio/pcm", "data": "-_8B"}}}"#)
        client.send(
            #"{"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000", "data": "-_8BAg=="}}}"#
        )
        #expect(client.closed?.code == 1007)
        let good = TestClient.ready(.plain)
        good.send(#"{"realtime_input": {"activity_start": {}}}"#)
        good.send(
            #"{"realtime_input": {"audio": {"mime_type": "audio/pcm;rate=16000", "data": "-_8BAg=="}}}"#
        )
        good.send(#"{"realtime_input": {"activity_end": {}}}"#)
        #expect(good.closed == nil)
        guard case .wordsEnded(let samples)? = good.events.last(where: { $0.isWordsEnded }) else {
            Issue.record("no words were heard")
            return
        }
        #expect(samples == [Int16(bitPattern: 0xFFFB), 0x0201])
    }
}

extension ServerEvent {
    var isWordsEnded: Bool { if case .wordsEnded = self { true } else { false } }
}
