import ModelTypes
import Testing
import WireCodec

@testable import Simulation

@Suite struct ResumptionTests {
    private static func setup(_ handle: String, model: String = "gemini-3.8-live") -> String {
        #"{"setup": {"model": "models/\#(model)", "sessionResumption": {"handle": "\#(handle)"}}}"#
    }

    /// A service with a session that was disconnected, the handle to it, and the time.
    private static func left(
        _ scenario: Scenario = .plain
    ) throws -> (service: ServiceState, handle: String, client: TestClient) {
        let service = ServiceState()
        let client = TestClient.ready(scenario, service: service)
        client.say()
        client.finish()
        return (service, try #require(client.handle), client)
    }

    private static func resume(
        _ service: ServiceState, _ setup: String, at now: Int64, scenario: Scenario = .plain
    ) -> TestClient {
        let client = TestClient(scenario, service: service, at: now)
        client.send(setup)
        return client
    }

    @Test("while the old socket is open a handle is refused; a closed one releases it")
    func oldSocket() throws {
        let (service, handle, first) = try Self.left()
        let early = Self.resume(service, Self.setup(handle), at: first.now)
        #expect(early.closed?.code == 1011)
        first.disconnect()
        let second = Self.resume(service, Self.setup(handle), at: first.now)
        #expect(second.shapes == ["setupComplete"])
        #expect(service.openSessions == 1)
    }

    @Test("a handle ends with its time after the session, not before")
    func expiry() throws {
        let (service, handle, first) = try Self.left()
        first.disconnect()
        let hours = 2 * 3600 * Int64(1e9)
        let intime = Self.resume(service, Self.setup(handle), at: first.now + hours)
        #expect(intime.closed == nil)
        intime.disconnect()
        let late = Self.resume(service, Self.setup(handle), at: intime.now + hours + 1)
        #expect(late.closed?.code == 1008)
        #expect(late.closed?.reason == "BidiGenerateContent session expired")
    }

    @Test("a handle is for its model only")
    func otherModel() throws {
        let (service, handle, first) = try Self.left()
        first.disconnect()
        let other = Self.resume(
            service, Self.setup(handle, model: "gemini-3.1-flash-live-preview"), at: first.now)
        #expect(other.closed?.code == 1007)
    }

    @Test(
        "each wording of a refusal can be produced",
        arguments: zip(
            HandleRefusal.allCases,
            [
                "1008 BidiGenerateContent session not found",
                "1008 BidiGenerateContent session expired", "1007 Invalid session handle",
                "1011 Internal error encountered.", "1007 Request contains an invalid argument.",
            ]))
    func wordings(refusal: HandleRefusal, text: String) throws {
        let (service, handle, first) = try Self.left()
        first.disconnect()
        _ = first
        let other = TestClient.ready(.plain, service: service)
        other.inject(.refuseResumption(refusal))
        let refused = Self.resume(service, Self.setup(handle), at: first.now)
        #expect("\(refused.closed?.code ?? 0) \(refused.closed?.reason ?? "")" == text)
        let again = Self.resume(service, Self.setup(handle), at: first.now)
        #expect(again.closed == nil)
    }

    @Test("after an expiry fault, every handle given so far is refused, and a fresh session is not")
    func expiredByFault() throws {
        let (service, handle, first) = try Self.left()
        first.inject(.expireHandles)
        first.disconnect()
        let refused = Self.resume(service, Self.setup(handle), at: first.now)
        #expect(refused.closed?.reason == "BidiGenerateContent session expired")
        #expect(Self.resume(service, TestClient.manual, at: first.now).closed == nil)
    }

    @Test("no handle is given unasked, except by the model that does")
    func unasked() {
        for (model, gives) in [
            ("gemini-3.8-live", false), ("gemini-3.1-flash-live-preview", true),
        ] {
            let client = TestClient.ready(
                .plain, setup: #"{"setup": {"model": "models/\#(model)"}}"#)
            client.send(#"{"clientContent": {"turnComplete": true}}"#)
            client.finish()
            #expect((client.handle != nil) == gives)
        }
    }

    @Test("a transparent session reports which message its handle covers, and keeps half a word")
    func transparent() throws {
        let service = ServiceState()
        let access = try #require(
            Access(
                path: "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent",
                query: "", header: { $0 == "authorization" ? "Bearer test-bearer" : nil }))
        let setup = { (handle: String) in
            #"{"setup": {"model": "projects/p/locations/l/publishers/google/models/gemini-3.8-live", "sessionResumption": {"transparent": true\#(handle)}, "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}}"#
        }
        let first = TestClient(.plain, access: access, service: service)
        first.send(setup(""))
        first.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        for value in 1...30 { first.sendAudio(10, value: Int16(value)) }
        let update = try #require(
            first.received.last { $0["sessionResumptionUpdate"] != nil }?["sessionResumptionUpdate"]
        )
        // Message 0 was the setup, 1 the activity's start; so 25 is the 24th sound.
        #expect(update["lastConsumedClientMessageIndex"]?.string == "25")
        let handle = try #require(update["newHandle"]?.string)
        first.inject(.reset)
        #expect(first.line == ["reset"])
        let second = TestClient(.plain, access: access, service: service)
        second.send(setup(#", "handle": "\#(handle)""#))
        for value in 25...30 { second.sendAudio(10, value: Int16(value)) }
        second.send(#"{"realtimeInput": {"activityEnd": {}}}"#)
        guard case .wordsEnded(let words)? = second.events.last(where: { $0.isWordsEnded }) else {
            Issue.record("no words were heard")
            return
        }
        #expect(words == (1...30).flatMap { [Int16](repeating: $0, count: 10) })
    }

    @Test("more sessions than the limit exceed the quota")
    func quota() {
        var scenario = Scenario.plain
        scenario.sessionLimit = 1
        let service = ServiceState()
        let first = TestClient.ready(scenario, service: service)
        let second = TestClient(scenario, service: service)
        second.send(TestClient.manual)
        #expect(second.closed?.reason.hasPrefix("You exceeded your current quota") == true)
        first.disconnect()
        let third = TestClient(scenario, service: service)
        third.send(TestClient.manual)
        #expect(third.closed == nil)
    }
}
