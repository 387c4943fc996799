import Linux
import Synchronization
import Testing
import WebSockets
import WireCodec

@testable import Simulation

/// The simulated service on real sockets.
@Suite(.timeLimit(.minutes(5)))
struct LiveServerTests {
    private static let base = "/ws/google.ai.generativelanguage."
    private static let ready = SocketClient.Arrival.message(
        text: "{\n  \"setupComplete\": {}\n}\n", isBinary: true)

    @Test("frames are binary with pretty JSON and a line end, as the service's are")
    func frames() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let client = try SocketClient(port: try await server.start(), first: [TestClient.manual])
        #expect(await client.arrivals { _ in true } == [Self.ready])
        client.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        // The format that is parsed in place, and any other.
        client.send(
            #"{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":"AQACAA=="}}}"#)
        client.send(
            #"{"realtime_input": {"audio": {"data": "AwAEAA==", "mime_type": "audio/pcm"}}}"#)
        client.send(#"{"realtimeInput": {"activityEnd": {}}}"#)
        let arrivals = await client.arrivals {
            if case .message(let text, _) = $0 { text.contains("newHandle") } else { true }
        }
        var names: [String] = []
        var sound: [Int16] = []
        for arrival in arrivals {
            guard case .message(let text, let isBinary) = arrival else {
                Issue.record("\(arrival)")
                continue
            }
            #expect(isBinary)
            #expect(text.hasPrefix("{\n  \"") && text.hasSuffix("\n}\n"))
            let json = try JSONValue(parsing: Array(text.utf8))
            for member in json.object?.members ?? [] {
                names +=
                    member.key == "serverContent" ? member.value.object?.names ?? [] : [member.key]
            }
            for part in json["serverContent"]?["modelTurn"]?["parts"]?.array ?? [] {
                sound += AudioInput.samples(of: part["inlineData"]?["data"]?.string ?? "") ?? []
            }
        }
        #expect(
            names == [
                "inputTranscription", "inputTranscription", "outputTranscription", "modelTurn",
                "outputTranscription", "modelTurn", "outputTranscription", "modelTurn",
                "generationComplete", "turnComplete", "usageMetadata", "sessionResumptionUpdate",
            ])
        #expect(sound == Scenario.plain.turns[0].voice)
        client.close()
        #expect(await client.arrivals().last == .closed(code: 1000, reason: ""))
    }

    @Test(
        "every version of the path is accepted, also with two slashes",
        arguments: ["v1", "v1alpha", "v1beta"])
    func paths(version: String) async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start()
        let path = "\(Self.base)\(version).GenerativeService.BidiGenerateContent"
        for path in [path, "/\(path)"] {
            let client = try SocketClient(port: port, path: path, first: [TestClient.manual])
            #expect(await client.arrivals { _ in true } == [Self.ready])
        }
    }

    @Test("another path is refused at the upgrade")
    func otherPaths() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start()
        for path in ["/", "/ws/other", "\(Self.base)v1beta.GenerativeService.BidiGenerateMusic"] {
            let client = try SocketClient(port: port, path: path)
            guard case .failed(let words)? = await client.arrivals().first else {
                Issue.record("\(path) was accepted")
                continue
            }
            #expect(words.contains("refused the WebSocket upgrade"), "\(words)")
        }
    }

    @Test("a key is read from the header or the URL; a wrong or missing one is closed")
    func keys() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start()
        func first(
            _ headers: [(name: String, value: String)], query: String = ""
        ) async throws -> SocketClient.Arrival? {
            let client = try SocketClient(
                port: port, path: SocketClient.path + query, headers: headers,
                first: [TestClient.manual])
            return await client.arrivals { _ in true }.first
        }
        #expect(try await first([("x-goog-api-key", "test-key")]) == Self.ready)
        #expect(try await first([], query: "?alt=json&key=test-key") == Self.ready)
        let wrong = SocketClient.Arrival.closed(
            code: 1007, reason: "API key not valid. Please pass a valid API key.")
        #expect(try await first([("x-goog-api-key", "wrong")]) == wrong)
        #expect(try await first([], query: "?key=wrong") == wrong)
        guard case .closed(1008, let reason)? = try await first([]) else {
            Issue.record("a missing key was accepted")
            return
        }
        #expect(reason.hasPrefix("Method doesn't allow unregistered callers"))
    }

    @Test("a reason is cut at 123 bytes, as a close frame is")
    func longReason() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let name = String(repeating: "é", count: 200)
        let client = try SocketClient(
            port: try await server.start(), first: [#"{"\#(name)": 1}"#])
        guard case .closed(1007, let reason)? = await client.arrivals().last else {
            Issue.record("an unknown name was accepted")
            return
        }
        #expect(reason.hasPrefix("Invalid JSON payload received. Unknown name \"éééé"))
        #expect(reason.utf8.count <= 123 && reason.utf8.count > 119)
    }

    @Test("a session continues over another connection, after a silent break")
    func resumption() async throws {
        let server = try LiveServer(scenario: .short)
        defer { server.stop() }
        let port = try await server.start()
        let first = try SocketClient(
            port: port,
            first: [TestClient.manual, #"{"realtimeInput": {"activityStart": {}}}"#])
        _ = await first.messages(until: "setupComplete")
        // Cancelling the first turn makes a handle for the second.
        first.send(
            #"{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":"AQACAA=="}}}"#)
        first.send(#"{"realtimeInput": {"activityEnd": {}}}"#)
        _ = await first.messages(until: "toolCall")
        first.send(#"{"realtimeInput": {"activityStart": {}}}"#)
        let update = try #require(await first.messages(until: "newHandle").last)
        let json = try JSONValue(parsing: Array(update.utf8))
        let handle = try #require(json["sessionResumptionUpdate"]?["newHandle"]?.string)
        try await server.dropAll()
        #expect(await first.arrivals().last == .closed(code: 1006, reason: ""))

        let second = try SocketClient(
            port: port,
            first: [
                #"""
                {"setup": {"model": "models/gemini-3.8-live",
                 "sessionResumption": {"handle": "\#(handle)"}, "outputAudioTranscription": {}}}
                """#, #"{"realtimeInput": {"text": "go on"}}"#,
            ])
        let words = await second.messages(until: "generationComplete").joined()
        #expect(words.contains("welcome"))
        #expect(!words.contains("noon"))
    }

    @Test("faults: raw bytes arrive unchanged, a close with its code and reason")
    func faults() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let client = try SocketClient(port: try await server.start(), first: [TestClient.manual])
        _ = await client.messages(until: "setupComplete")
        try await server.send(raw: "{\"half\": ")
        try await server.closeAll(code: 1011, reason: "Internal error encountered.")
        #expect(
            await client.arrivals() == [
                .message(text: "{\"half\": ", isBinary: true),
                .closed(code: 1011, reason: "Internal error encountered."),
            ])
    }

    @Test("wss: the generated authority is trusted when named, and refused when not")
    func authority() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-authority")
        defer { try? Files.removeTree(folder) }
        let authority = try await CertificateAuthority.make(in: folder)
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start(identity: authority.identity)
        for host in ["127.0.0.1", "localhost"] {
            let client = try SocketClient(
                port: port, scheme: "wss", host: host, authority: authority.authorityFile,
                first: [TestClient.manual])
            let seen = await client.arrivals { _ in true }
            #expect(seen == [Self.ready], "\(host): \(seen)")
        }
        // The system's authorities do not know ours, and another one has not signed it.
        let other = "\(folder)/other"
        try Files.makeDirectory(other, mode: 0o700)
        let stranger = try await CertificateAuthority.make(in: other)
        for authority in [nil, stranger.authorityFile] {
            let client = try SocketClient(port: port, scheme: "wss", authority: authority)
            guard case .failed(let words)? = await client.arrivals().first else {
                Issue.record("an unknown authority was trusted")
                continue
            }
            #expect(words.contains("not trusted"), "\(words)")
        }
        let plain = try SocketClient(port: port, first: [TestClient.manual])
        guard case .failed? = await plain.arrivals().first else {
            Issue.record("a server with TLS accepted a client without")
            return
        }
    }

    @Test("a handshake is not disturbed by loops that are created meanwhile")
    func handshakes() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-authority")
        defer { try? Files.removeTree(folder) }
        let authority = try await CertificateAuthority.make(in: folder)
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start(identity: authority.identity)
        let isDone = StopMark()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !isDone.isSet {
                    try EventLoop(name: "other").stop()
                    await Task.yield()
                }
            }
            for _ in 0..<20 {
                let client = try SocketClient(
                    port: port, scheme: "wss", authority: authority.authorityFile,
                    first: [TestClient.manual])
                #expect(await client.arrivals { _ in true } == [Self.ready])
            }
            isDone.set()
            try await group.waitForAll()
        }
    }

    @Test("an authority's keys are for their owner only, and are generated each time")
    func authorityFiles() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-authority")
        defer { try? Files.removeTree(folder) }
        let first = try await CertificateAuthority.make(in: folder)
        let before = try Files.read(first.authorityFile, limitBytes: 65_536)
        let second = try await CertificateAuthority.make(in: folder)
        #expect(try Files.read(second.authorityFile, limitBytes: 65_536) != before)
        let modes = try await ChildProcess.run(
            Command(
                arguments: [
                    "stat", "-c", "%a", "\(folder)/authority.key", second.identity.keyFile,
                ], environment: Environment.all(), outputLimitBytes: 1024),
            deadline: .seconds(10), grace: .seconds(1))
        #expect(String(decoding: modes.standardOutput, as: UTF8.self) == "600\n600\n")
        await #expect(throws: (any Error).self) {
            _ = try await CertificateAuthority.make(in: "\(folder)/authority.pem")
        }
    }
}

/// Signals to another task that it may end.
private final class StopMark: Sendable {
    private let mark = Atomic(false)

    var isSet: Bool { mark.load(ordering: .relaxed) }

    func set() { mark.store(true, ordering: .relaxed) }
}
