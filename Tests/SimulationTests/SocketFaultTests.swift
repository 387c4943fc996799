import Testing
import WireCodec

@testable import Simulation

@Suite("Faults and credentials on real sockets", .timeLimit(.minutes(5)))
struct SocketFaultTests {
    private static let ready = SocketClient.Arrival.message(
        text: "{\n  \"setupComplete\": {}\n}\n", isBinary: true)

    /// A client whose setup has been accepted.
    private func connect(
        _ server: LiveServer, setup: String = TestClient.manual
    ) async throws -> SocketClient {
        let client = try SocketClient(port: try await server.start(), first: [setup])
        _ = await client.messages(until: "setupComplete")
        return client
    }

    @Test("a connection breaks with and without a close frame, at once and after its announcement")
    func breaks() async throws {
        for (fault, end) in [
            (Fault.reset, SocketClient.Arrival.closed(code: 1006, reason: "")),
            (Fault.drop, .closed(code: 1006, reason: "")),
            (Fault.close(code: 1011, reason: "no"), .closed(code: 1011, reason: "no")),
        ] {
            let server = try LiveServer(scenario: .plain)
            defer { server.stop() }
            let client = try await connect(server)
            try await server.inject(fault)
            #expect(await client.arrivals() == [end])
        }
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let client = try await connect(server)
        try await server.inject(.goAway(timeLeft: .milliseconds(50)))
        let seen = await client.arrivals()
        #expect(seen.count == 2)
        guard case .closed(1008, let reason)? = seen.last else {
            Issue.record("\(seen)")
            return
        }
        // The service's own text ends here too: a close frame holds no more.
        #expect(reason.hasSuffix("signal once the session durat"))
    }

    @Test("data sent into a connection that does not read is read when it reads again")
    func slowReading() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let client = try await connect(server)
        try await server.inject(.stopReading(.milliseconds(50)))
        client.send(#"{"realtimeInput": {"text": "Thank you."}}"#)
        #expect(await client.messages(until: "generationComplete").count > 2)
    }

    @Test("after a broken connection the session can be resumed at once")
    func resumable() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start()
        let first = try SocketClient(
            port: port, first: [TestClient.manual, #"{"clientContent": {"turnComplete": true}}"#])
        let update = try #require(await first.messages(until: "newHandle").last)
        let json = try JSONValue(parsing: Array(update.utf8))
        let handle = try #require(json["sessionResumptionUpdate"]?["newHandle"]?.string)
        #expect(server.state.openSessions == 1)
        try await server.dropAll()
        #expect(server.state.openSessions == 0)
        let second = try SocketClient(
            port: port,
            first: [
                #"{"setup": {"model": "models/gemini-3.8-live", "sessionResumption": {"handle": "\#(handle)"}}}"#
            ])
        #expect(await second.arrivals { _ in true } == [Self.ready])
    }

    @Test("frames are text and compact JSON when the scenario wants it")
    func framing() async throws {
        var scenario = Scenario.plain
        scenario.framing.isText = true
        scenario.framing.isMinified = true
        let server = try LiveServer(scenario: scenario)
        defer { server.stop() }
        let client = try SocketClient(port: try await server.start(), first: [TestClient.manual])
        let seen = await client.arrivals { _ in true }
        #expect(seen == [.message(text: #"{"setupComplete":{}}"#, isBinary: false)])
    }

    @Test("tokens and bearers are sent at the upgrade, and checked at the setup")
    func credentials() async throws {
        let scenario = try await #require(ShippedScenario.named("constrained")).load()
        let server = try LiveServer(scenario: scenario)
        defer { server.stop() }
        let port = try await server.start()
        let setup = #"{"setup": {"model": "models/gemini-3.1-flash-live-preview"}}"#
        func end(
            _ path: String, _ headers: [(name: String, value: String)], setup: String
        ) async throws -> SocketClient.Arrival? {
            let client = try SocketClient(port: port, path: path, headers: headers, first: [setup])
            return await client.arrivals { _ in true }.first
        }
        let constrained = SocketClient.path + "Constrained"
        let locked = [(name: "authorization", value: "Token auth_tokens/locked")]
        #expect(try await end(constrained, locked, setup: setup) == Self.ready)
        #expect(
            try await end(
                constrained + "?access_token=auth_tokens/free", [], setup: setup) == Self.ready)
        guard
            case .closed(1007, _)? = try await end(
                constrained + "?access_token=auth_tokens/spent", [], setup: setup)
        else {
            Issue.record("an expired token was accepted")
            return
        }
        let vertex = "/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent"
        let name = "projects/p/locations/l/publishers/google/models/gemini-3.8-live"
        let arrival = try await end(
            vertex, [(name: "authorization", value: "Bearer test-bearer")],
            setup: #"{"setup": {"model": "\#(name)"}}"#)
        guard case .message(let text, _)? = arrival else {
            Issue.record("\(String(describing: arrival))")
            return
        }
        #expect(text.contains("sessionId"))
    }
}
