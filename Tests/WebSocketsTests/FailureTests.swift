import Linux
import TestSockets
import Testing

@testable import WebSockets

/// The error for a user when a connection fails, each against a real server.
@Suite(.timeLimit(.minutes(5)))
struct FailureTests {
    /// The error of a connection that must fail.
    private func failure(
        _ url: String, authority: String? = nil, timeoutMilliseconds: Int64 = 10_000,
        on test: TestLoop
    ) async throws -> WebSocketsError? {
        let log = EventLog()
        _ = try await test.connect(
            url, headers: [("x-goog-api-key", "secret")], authority: authority,
            timeoutMilliseconds: timeoutMilliseconds, log: log)
        var errors: [WebSocketsError] = []
        for await event in log.stream {
            guard case .failed(let error) = event else {
                Issue.record("\(EventLog.text(event))")
                return nil
            }
            errors.append(error)
        }
        #expect(errors.count == 1)
        let text = errors.first.map { "\($0)" } ?? ""
        #expect(!text.contains("secret"))
        #expect(text.contains("; "), "it says what to do: \(text)")
        return errors.first
    }

    @Test("a certificate of an unknown authority, for another host, or of yesteryear")
    func certificates() async throws {
        let test = try TestLoop()
        let certificates = try Certificates()
        let good = try await certificates.make(host: "localhost")
        let other = try await certificates.make(host: "other.test")
        let oldOnes = try Certificates()
        let old = try await oldOnes.make(host: "localhost", isExpired: true)
        let cases: [(WebSocketListener.Identity, String?, CertificateProblem)] = [
            (good, nil, .unknownAuthority), (good, other.certificateFile, .unknownAuthority),
            (other, other.certificateFile, .otherHost), (old, old.certificateFile, .expired),
        ]
        for (identity, authority, problem) in cases {
            let server = try await test.listen(identity: identity) { _, _ in }
            let error = try await failure(
                "wss://localhost:\(server.port)/?key=secret", authority: authority, on: test)
            #expect(error == .untrusted(host: "localhost:\(server.port)", problem: problem))
            try await test.on { _ in server.close() }
        }
    }

    @Test("no listener")
    func refused() async throws {
        let test = try TestLoop()
        let error = try await failure("wss://127.0.0.1:1/", on: test)
        guard case .unreachable("127.0.0.1:1", let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("refused"))
    }

    @Test("an unknown name")
    func unknownName() async throws {
        let test = try TestLoop(names: NameResolver { _ in .failure(.unknown) })
        let error = try await failure("wss://no-such-host.invalid/", on: test)
        #expect(error == .unknownName(host: "no-such-host.invalid:443"))
    }

    @Test("a server that accepts and never answers", arguments: ["ws", "wss"])
    func silent(scheme: String) async throws {
        let test = try TestLoop()
        let server = try RawServer { line in while !line.read().isEmpty {} }
        let error = try await failure(
            "\(scheme)://127.0.0.1:\(server.port)/", timeoutMilliseconds: 1000, on: test)
        #expect(error == .timedOut(host: "127.0.0.1:\(server.port)", milliseconds: 1000))
    }

    @Test(
        "a server of another protocol",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "SSH-2.0-OpenSSH_9.2\r\n\r\n",
            "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "",
        ])
    func noWebSocketServer(answer: String) async throws {
        let test = try TestLoop()
        let server = try RawServer { line in
            _ = line.readHead()
            line.write(answer)
            if !answer.isEmpty { line.endOfWriting() }
        }
        let error = try await failure("ws://127.0.0.1:\(server.port)/", on: test)
        guard case .notWebSocket("127.0.0.1:\(server.port)", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a server without TLS", arguments: ["HTTP/1.1 400 Bad\r\n\r\n", ""])
    func noTLS(answer: String) async throws {
        let test = try TestLoop()
        let server = try RawServer { line in
            _ = line.read()
            line.write(answer)
        }
        let error = try await failure("wss://127.0.0.1:\(server.port)/", on: test)
        #expect(error == .noTLS(host: "127.0.0.1:\(server.port)"))
    }

    @Test("a connection that we give up before it is open says so, and blames no server")
    func givenUp() async throws {
        let test = try TestLoop()
        let (arrivals, continuation) = AsyncStream<Void>.makeStream()
        let server = try RawServer { line in
            _ = line.readHead()
            continuation.yield()
            while !line.read().isEmpty {}
        }
        let log = EventLog()
        let client = try await test.connect("ws://127.0.0.1:\(server.port)/", log: log)
        var iterator = arrivals.makeAsyncIterator()
        await iterator.next()
        try await test.on { _ in client.abort() }
        #expect(
            await log.untilEnd() == [
                "failed the connection to 127.0.0.1:\(server.port) was given up before it was open"
            ])
    }
}
