import Synchronization
import Testing

@testable import WebSockets

@Suite(.timeLimit(.minutes(5)))
struct WebSocketTests {
    @Test("messages of every size come back whole and in order, text as text, binary as binary")
    func echo() async throws {
        let test = try TestLoop()
        let server = try await test.listen { connection, event in
            if case .message(let bytes, let isBinary) = event {
                #expect(!isBinary)
                connection.send(bytes: bytes)
                if bytes == Array("bye".utf8) { connection.close(code: 1000, reason: "done") }
            }
        }
        // Around the limits of the frame's head, of a TLS record and of the socket's buffers.
        let sizes = [1, 125, 126, 4096, 16_383, 16_384, 16_385, 65_535, 65_536, 1_000_000]
        let texts = sizes.map { String(repeating: "x", count: $0) } + ["bye"]
        let log = EventLog()
        _ = try await test.connect("ws://127.0.0.1:\(server.port)/", log: log) { client in
            for text in texts { client.send(text: text) }
        }
        let events = await log.untilEnd().filter { $0 != "drained" }
        #expect(events.first == "opened")
        #expect(events.last == "closed 1000 done")
        #expect(events.dropFirst().dropLast().elementsEqual(texts.map { "binary \($0)" }))
    }

    @Test("the server sees path (double slashes made one), query and headers, and may refuse")
    func upgrade() async throws {
        let test = try TestLoop()
        let seen = Shared<[String]>([])
        let server = try await test.on { loop in
            try WebSocketListener(loop: loop) { connection in
                seen.withLock {
                    $0 += [
                        connection.path, connection.query,
                        connection.header("x-goog-api-key") ?? "",
                    ]
                }
                return .refuse(.init(status: 404, phrase: "Not Found", body: "{}"))
            }
        }
        let log = EventLog()
        _ = try await test.connect(
            "ws://127.0.0.1:\(server.port)//ws/a.b?key=1&c=d", headers: [("x-goog-api-key", "k")],
            log: log)
        let events = await log.untilEnd()
        #expect(seen.withLock { $0 } == ["/ws/a.b", "key=1&c=d", "k"])
        #expect(events.count == 1)
        #expect(events.first?.contains("refused the WebSocket upgrade") == true, "\(events)")
    }

    @Test("a close sends its code and reason to the other end, whoever closes")
    func closes() async throws {
        let test = try TestLoop()
        let serverLog = EventLog()
        let server = try await test.listen { connection, event in
            serverLog.handler(event)
            if case .message = event { connection.close(code: 1007, reason: "API key not valid.") }
        }
        let log = EventLog()
        _ = try await test.connect("ws://127.0.0.1:\(server.port)/", log: log) {
            $0.send(text: "hello")
        }
        #expect(await log.untilEnd().last == "closed 1007 API key not valid.")

        let second = EventLog()
        let client = try await test.connect("ws://127.0.0.1:\(server.port)/", log: second)
        var iterator = second.stream.makeAsyncIterator()
        _ = await iterator.next()
        try await test.on { _ in client.close(code: 1001, reason: "going") }
        #expect(await serverLog.untilEnd().last?.hasPrefix("closed 1007") == true)
    }

    @Test("a connection that dies without a close frame ends with 1006")
    func reset() async throws {
        let test = try TestLoop()
        let server = try await test.listen { connection, event in
            if case .message = event { connection.abort(withReset: true) }
        }
        let log = EventLog()
        _ = try await test.connect("ws://127.0.0.1:\(server.port)/", log: log) {
            $0.send(text: "hello")
        }
        #expect(await log.untilEnd().filter { $0 != "drained" } == ["opened", "closed 1006 "])
    }

    @Test("a refused connection is reported at once")
    func refused() async throws {
        let test = try TestLoop()
        let log = EventLog()
        _ = try await test.connect("ws://127.0.0.1:1/", log: log)
        let events = await log.untilEnd()
        #expect(events.count == 1)
        #expect(events.first?.hasPrefix("failed cannot reach 127.0.0.1") == true, "\(events)")
    }
}
