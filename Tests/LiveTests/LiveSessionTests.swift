import ModelTypes
import Synchronization
import Testing
import VoiceSession
import WebSockets
import WireCodec

@testable import Live

@Suite("The session's shell: frames, credentials, changing settings")
struct LiveSessionTests {
    @Test("frames are taken as binary and as text", arguments: [true, false])
    func opcodes(isBinary: Bool) {
        let rig = SessionRig()
        rig.perform { $0.connect() }
        rig.accept(isBinary: isBinary)
        #expect(rig.session.assumeIsolated { $0.isReady })
        rig.receive(
            #"{"serverContent": {"outputTranscription": {"text": "hi"}}}"#, isBinary: isBinary)
        #expect(
            rig.events.contains { if case .outputTranscript("hi", _) = $0 { true } else { false } })
    }

    @Test("random numbers are drawn per connection and per end, not per message")
    func draws() {
        let count = Mutex(0)
        let rig = SessionRig(random: {
            count.withLock { $0 += 1 }
            return 0.5
        })
        rig.perform { $0.connect() }
        rig.accept()
        let before = count.withLock { $0 }
        for _ in 0..<1000 {
            rig.receive(#"{"serverContent": {"outputTranscription": {"text": "hi"}}}"#)
            rig.perform { _ = $0.sendText("ho") }
        }
        #expect(count.withLock { $0 } == before)
        rig.tell(.closed(code: 1006, reason: ""))
        #expect(count.withLock { $0 } == before + 1)
    }

    @Test("a renewable credential is fetched before each connection")
    func renewed() async {
        let count = Mutex(0)
        let rig = SessionRig(
            credential: .renewed {
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                return .bearer(Secret("token-\(number)"), quotaProject: nil)
            })
        rig.perform { $0.connect() }
        await rig.run { rig.requests.count == 1 }
        rig.accept()
        rig.tell(.closed(code: 1000, reason: ""))
        rig.perform { $0.connect() }
        await rig.run { rig.requests.count == 2 }
        let shown = rig.requests.map { $0.headers.first?.value }
        #expect(shown == ["Bearer token-1", "Bearer token-2"])
    }

    @Test("an unavailable credential is an outage, and nothing is opened without it")
    func noCredential() async {
        struct NoAnswer: Error {}
        let rig = SessionRig(credential: .renewed { throw NoAnswer() })
        rig.perform { $0.connect() }
        await rig.run {
            rig.events.contains { if case .offline = $0 { true } else { false } }
        }
        #expect(rig.requests.isEmpty)
    }

    @Test("a credential that its owner must provide is requested again by the next connect")
    func missingCredential() async {
        let isThere = Mutex(false)
        let rig = SessionRig(
            credential: .renewed {
                guard isThere.withLock({ $0 }) else {
                    throw SessionFailure(reason: .noKey, text: "no key")
                }
                return .key(Secret("k"))
            })
        rig.perform { $0.connect() }
        await rig.run {
            rig.events.contains { if case .failed = $0 { true } else { false } }
        }
        #expect(rig.requests.isEmpty)
        isThere.withLock { $0 = true }
        await rig.rest()
        #expect(rig.requests.isEmpty, "no connection was requested")
        rig.perform { $0.connect() }
        await rig.run { !rig.requests.isEmpty }
    }

    @Test("a credential that arrives after the session was closed opens nothing")
    func lateCredential() async {
        let isAsked = Mutex(false)
        let mayGo = Mutex(false)
        let hasGone = Mutex(false)
        let rig = SessionRig(
            credential: .renewed {
                isAsked.withLock { $0 = true }
                while !mayGo.withLock({ $0 }) { await Task.yield() }
                hasGone.withLock { $0 = true }
                return .key(Secret("k"))
            })
        rig.perform { $0.connect() }
        await rig.run { isAsked.withLock { $0 } }
        rig.perform { $0.disconnect() }
        mayGo.withLock { $0 = true }
        await rig.run { hasGone.withLock { $0 } }
        await rig.rest()
        #expect(rig.requests.isEmpty)
    }

    @Test("a new instruction is sent at once, and is in every later setup")
    func contextUpdate() {
        let rig = SessionRig()
        rig.perform { $0.connect() }
        rig.accept()
        let tool = FunctionDeclaration(name: "f", description: "d")
        rig.perform { $0.updateContext(instruction: "Be kind.", tools: [tool]) }
        let update = rig.sent.last?["contextUpdate"]
        #expect(update?["systemInstruction"]?["parts"]?.array?.first?["text"] == "Be kind.")
        rig.tell(.closed(code: 1000, reason: ""))
        rig.perform { $0.connect() }
        rig.accept()
        #expect(rig.setups.count == 2)
        #expect(rig.setups[1]["systemInstruction"] == update?["systemInstruction"])
        #expect(rig.setups[1]["tools"] == update?["tools"]?["tools"])
    }

    @Test(
        "scheduling is not sent where it is not understood",
        arguments: [
            ("gemini-3.8-live", false, true), ("gemini-3.8-live", true, false),
            ("gemini-3.1-flash-live-preview", false, false), ("unheard-of", false, false),
        ])
    func scheduling(model: String, isVertex: Bool, isSent: Bool) {
        let vertex = LiveEndpoint.Service.vertex(project: "p", location: "global")
        var settings = SessionSettings(
            endpoint: LiveEndpoint(service: isVertex ? vertex : .developer), model: model)
        settings.tools = [FunctionDeclaration(name: "f", description: "d")]
        let rig = SessionRig(settings: settings)
        rig.perform { $0.connect() }
        rig.accept()
        rig.perform { _ = $0.sendText("x") }
        rig.receive(#"{"toolCall": {"functionCalls": [{"id": "1", "name": "f"}]}}"#)
        rig.perform { session in
            var response = FunctionResponse(
                id: "1", name: "f", response: [:], scheduling: .silent)
            response.willContinue = true
            session.sendToolResponses([response])
        }
        let sent = rig.sent.last?["toolResponse"]?["functionResponses"]?.array?.first
        #expect(sent?["id"] == "1")
        #expect((sent?["scheduling"] != nil) == isSent)
        #expect((sent?["willContinue"] != nil) == isSent)
    }

    @Test("a spent budget is reported instead of connecting")
    func budget() {
        let spent = SessionFailure(reason: .budget, text: "9 of 9 tokens are spent today")
        let rig = SessionRig(gate: { spent })
        rig.perform { $0.connect() }
        #expect(rig.requests.isEmpty)
        guard case .failed(let failure)? = rig.events.last else {
            Issue.record("it was not reported to the user: \(rig.events)")
            return
        }
        #expect("\(failure)".contains("9 of 9 tokens are spent today"))
        #expect("\(failure)".contains("daily_token_budget"))
    }

    @Test("a key that is refused at the upgrade ends the session in the service's words")
    func aKeyThatIsRefused() {
        let rig = SessionRig()
        rig.perform { $0.connect() }
        let body = #"{"error": {"code": 403, "message": "Your API key was reported as leaked."}}"#
        let answer = UpgradeRefusal(status: 403, body: Array(body.utf8))
        rig.tell(.failed(.refusedUpgrade(host: "h:443", answer: answer)))
        guard case .failed(let failure)? = rig.events.last else {
            Issue.record("the refusal was not reported: \(rig.events)")
            return
        }
        #expect(failure.reason == .credential)
        #expect(failure.text.contains("reported as leaked"))
        #expect(failure.text.contains("h:443"))
    }

    @Test("an upgrade that is refused is an outage like any other, and is tried again")
    func refusedUpgrade() {
        let rig = SessionRig()
        rig.perform { $0.connect() }
        rig.tell(.failed(.unreachable(host: "h", reason: "HTTP 400")))
        guard case .offline(_, let retry)? = rig.events.last else {
            Issue.record("the outage was not reported: \(rig.events)")
            return
        }
        #expect(retry != nil)
    }
}
