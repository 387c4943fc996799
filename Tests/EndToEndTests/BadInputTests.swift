import Assistant
import Daemon
import Simulation
import Testing

@Suite("Bad input is reported once, and the daemon goes on", .timeLimit(.minutes(5)))
struct BadInputTests {
    private let reply = Noise.samples(4800, seed: 9)

    /// Speaks a turn and waits for the reply's end.
    private func haveTurn(with appliance: Appliance) async throws {
        appliance.press()
        await appliance.microphone.say(Noise.samples(20 * 320, seed: 1))
        await appliance.microphone.say([Int16](repeating: 0, count: 1920))
        appliance.release()
        try await appliance.timeline.wait { $0 == .replyPlayed }
    }

    @Test(
        "a meaningless message does not end the session",
        arguments: [
            "", "{", "[]", "null", "42", "\"text\"", "\u{FEFF}{}", "{\"serverContent\": []}",
            "{\"serverContent\": {\"modelTurn\": {\"parts\": 7}}}",
            "{\"serverContent\": {\"modelTurn\": {\"parts\": [{\"inlineData\": {\"data\": \"!!\"}}]}}}",
            "{\"serverContent\": {\"turnComplete\": \"perhaps\"}}",
            "{\"toolCall\": {\"functionCalls\": [{\"id\": 3}]}}", "{\"toolCall\": \"now\"}",
            "{\"toolCallCancellation\": {}}", "{\"goAway\": {\"timeLeft\": []}, \"x\": 1}",
            "{\"sessionResumptionUpdate\": 1}", "{\"usageMetadata\": \"none\"}",
            "{\"setupComplete\": {}}", "{\"aKeyOfTomorrow\": {\"deep\": [1, 2, {}]}}",
            "{\"serverContent\": {\"outputTranscription\": {\"text\": 5}}}",
            String(repeating: "[", count: 5000), "{\"a\":1}{\"b\":2}",
        ])
    func malformedMessages(text: String) async throws {
        let appliance = try await Appliance.started(scenario: .saying(reply))
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        try await appliance.server.send(raw: text)
        try await haveTurn(with: appliance)
        #expect(try await appliance.stopped().sounds == reply)
    }

    @Test("a message longer than any real one costs the connection and nothing else")
    func oversizedMessage() async throws {
        let appliance = try await Appliance.started(scenario: .saying(reply))
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        try await appliance.server.send(raw: String(repeating: " ", count: 17 << 20))
        try await appliance.timeline.wait(count: 2) { if case .online = $0 { true } else { false } }
        try await haveTurn(with: appliance)
        #expect(try await appliance.stopped().sounds == reply)
    }

    @Test("a wrong key is refused with the service's words and what to do")
    func wrongKey() async throws {
        let appliance = try await Appliance.started(scenario: .saying(reply), key: "wrong")
        let text = try await appliance.timeline.first { event in
            if case .refused(let text) = event { text } else { nil }
        }
        #expect(text.contains("API key not valid. Please pass a valid API key."))
        #expect(text.contains("check the key"))
        // It stays up, and a press is answered by the same refusal instead of silence.
        appliance.press()
        try await appliance.timeline.wait(count: 2) {
            if case .refused = $0 { true } else { false }
        }
        appliance.release()
        #expect(await appliance.application.pulse() != nil)
        _ = try await appliance.stopped()
    }

    @Test("a microphone that does not exist is reported by name, and the daemon stays up")
    func missingMicrophone() async throws {
        let appliance = try await Appliance.started(
            scenario: .saying(reply), microphone: "martlet_no_such_device")
        let text = try await appliance.timeline.first { event in
            if case .soundLost(.capture, let text) = event { text } else { nil }
        }
        #expect(text.contains("martlet_no_such_device"))
        try await appliance.timeline.wait { $0 == .online(resumed: false) }
        #expect(await appliance.application.pulse()?.hasMicrophone == false)
        _ = try? await appliance.stopped()
    }
}
