import Glibc
import Linux
import TestSockets
import TestInputs
import Testing

@testable import WebSockets

/// Servers and portals that answer an upgrade over HTTP.
@Suite(.timeLimit(.minutes(5)))
struct RefusalTests {
    /// The client's error after this answer, and how often it was reported.
    private func refusal(
        _ answer: String, on test: TestLoop, url: (Int) -> String = { "ws://127.0.0.1:\($0)/" }
    ) async throws -> (WebSocketsError?, visits: Int) {
        let visits = Shared(0)
        let server = try RawServer { line in
            _ = line.readHead()
            visits.withLock { $0 += 1 }
            line.write(answer)
            _ = line.read()
        }
        let log = EventLog()
        _ = try await test.connect(
            url(server.port), headers: [("x-goog-api-key", "secret")], log: log)
        var errors: [WebSocketsError] = []
        for await event in log.stream {
            guard case .failed(let error) = event else {
                Issue.record("\(EventLog.text(event))")
                continue
            }
            errors.append(error)
        }
        #expect(errors.count == 1)
        return (errors.first, visits.withLock { $0 })
    }

    private static let explanation = """
        {"error": {"code": 429, "message": "You exceeded your current quota.",
        "status": "RESOURCE_EXHAUSTED"}}
        """

    @Test(
        "a refused upgrade is reported with its status, wait and body",
        arguments: [300, 301, 304, 400, 401, 403, 404, 407, 429, 500, 503, 511, 999])
    func aRefusedUpgradeIsReported(status: Int) async throws {
        let test = try TestLoop()
        let body = Self.explanation
        let (error, _) = try await refusal(
            "HTTP/1.1 \(status) No\r\nRetry-After: 120\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)", on: test)
        guard case .refusedUpgrade(_, let answer)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(answer.status == status)
        #expect(answer.retryAfterSeconds == 120)
        #expect(String(decoding: answer.body, as: UTF8.self) == body)
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("HTTP \(status); "), "it says what to do: \(text)")
        #expect(!text.contains("quota"), "the server's text does not belong into an error: \(text)")
    }

    @Test("a chunked body is put together")
    func aBodyThatComesIn() async throws {
        let test = try TestLoop()
        var generator = SystemRandomNumberGenerator()
        let body = Array(Self.explanation.utf8)
        var rest = body[...]
        var chunks = ""
        while !rest.isEmpty {
            let piece = rest.prefix(.random(in: 1...40, using: &generator))
            chunks += "\(String(piece.count, radix: 16))\r\n"
            chunks += String(decoding: piece, as: UTF8.self) + "\r\n"
            rest = rest.dropFirst(piece.count)
        }
        let (error, _) = try await refusal(
            "HTTP/1.1 429 No\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n", on: test)
        guard case .refusedUpgrade(_, let answer)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(answer.body == body)
    }

    /// The body behind a head, in the three ways to mark a body's end.
    private static func answer(_ framing: String, by generator: inout SeededGenerator) -> [UInt8] {
        let body = Array(explanation.utf8)
        let head = "HTTP/1.1 429 No\r\nRetry-After: 7\r\n"
        switch framing {
        case "length": return Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
        case "chunked":
            var bytes = Array("\(head)Transfer-Encoding: chunked\r\n\r\n".utf8)
            var rest = body[...]
            while !rest.isEmpty {
                let piece = rest.prefix(.random(in: 1...90, using: &generator))
                bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
                rest = rest.dropFirst(piece.count)
            }
            return bytes + Array("0\r\n\r\n".utf8)
        default: return Array("\(head)Connection: close\r\n\r\n".utf8) + body
        }
    }

    @Test(
        "a body that arrives later than its head is awaited",
        arguments: ["length", "chunked", "close"])
    func aBodyThatComesLater(framing: String) async throws {
        var generator = SeededGenerator(seed: 5)
        let test = try TestLoop()
        let answer = Self.answer(framing, by: &generator)
        let end = (answer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound) ?? 0
        let server = try RawServer { line in
            _ = line.readHead()
            line.write(Array(answer[..<end]))
            // In pieces, as from a slow connection.
            for start in stride(from: end, to: answer.count, by: 37) {
                MonotonicClock.wait(until: MonotonicClock.now() + 20_000_000)
                line.write(Array(answer[start..<min(start + 37, answer.count)]))
            }
            if framing == "close" { return }
            _ = line.read()
        }
        let log = EventLog()
        let client = WeakClient(
            try await test.connect("ws://127.0.0.1:\(server.port)/", log: log))
        var errors: [WebSocketsError] = []
        for await event in log.stream {
            if case .failed(let error) = event { errors.append(error) }
        }
        guard case .refusedUpgrade(_, let refusal)? = errors.first, errors.count == 1 else {
            Issue.record("\(errors)")
            return
        }
        #expect(try await test.on { _ in client.isGone }, "it holds itself")
        #expect(refusal.retryAfterSeconds == 7)
        #expect(String(decoding: refusal.body, as: UTF8.self) == Self.explanation)
    }

    @Test("a body that arrives later over TLS is awaited, too")
    func aBodyThatComesLater2() async throws {
        let certificates = try Certificates()
        let identity = try await certificates.make(host: "localhost")
        let (descriptor, port) = try Loopback.bound()
        close(descriptor)
        let body = Self.explanation
        // Reads the request, answers with the head, and later with the body.
        let script = """
            import socket, ssl, sys, threading
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[1], sys.argv[2])
            listener = socket.create_server(("127.0.0.1", int(sys.argv[3])))
            while True:
                try: line = context.wrap_socket(listener.accept()[0], server_side=True)
                except OSError: continue
                break
            while b"\\r\\n\\r\\n" not in line.recv(65536): pass
            body = sys.argv[4].encode()
            head = "HTTP/1.1 403 No\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body)
            for piece in [head.encode(), body[:20], body[20:]]:
                line.sendall(piece)
                threading.Event().wait(0.1)
            """
        let command = Command(
            arguments: [
                "python3", "-c", script, identity.certificateFile, identity.keyFile, "\(port)",
                body,
            ], environment: Environment.all(), outputLimitBytes: 65_536)
        async let end = ChildProcess.run(command, deadline: .seconds(30), grace: .seconds(1))
        let never = try EventFD()
        var visitor: Int32?
        while visitor == nil {
            _ = never.wait(timeoutMilliseconds: 10)
            visitor = Loopback.connection(port: port)
        }
        close(visitor ?? -1)
        let test = try TestLoop()
        let log = EventLog()
        _ = try await test.connect(
            "wss://localhost:\(port)/", authority: identity.certificateFile, log: log)
        var errors: [WebSocketsError] = []
        for await event in log.stream {
            if case .failed(let error) = event { errors.append(error) }
        }
        guard case .refusedUpgrade(_, let refusal)? = errors.first else {
            Issue.record("\(errors)")
            return
        }
        #expect(try await end.exit == .exited(0))
        #expect(refusal.status == 403)
        #expect(String(decoding: refusal.body, as: UTF8.self) == body)
    }

    @Test(
        "a body cut anywhere is put together, and nonsense ends it",
        arguments: 1...100 as ClosedRange<UInt64>)
    func aBodyCutAnywhereIs(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let framing = ["length", "chunked", "close"].randomElement(using: &generator) ?? "close"
        let answer = Self.answer(framing, by: &generator)
        let end = (answer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound) ?? 0
        let kind: BodyDecoder.Framing =
            switch framing {
            case "length": .length(Self.explanation.utf8.count)
            case "chunked": .chunked
            default: .untilClose
            }
        var decoder = BodyDecoder(kind)
        var rest = answer[end...]
        while !rest.isEmpty {
            let piece = rest.prefix(.random(in: 1...30, using: &generator))
            decoder.take(piece)
            rest = rest.dropFirst(piece.count)
        }
        #expect(String(decoding: decoder.body, as: UTF8.self) == Self.explanation)
        #expect(decoder.isWhole == (framing != "close"))
        // Any bytes, in any framing.
        for kind in [.chunked, .untilClose, .length(.max), .length(.min), .length(3)]
            as [BodyDecoder.Framing]
        {
            var decoder = BodyDecoder(kind)
            for _ in 0..<300 {
                let alphabet: [UInt8] = Array("0123456789abcdefFF;\r\n xyz".utf8) + [0, 0xFF]
                decoder.take(
                    (0..<Int.random(in: 0...400, using: &generator)).map { _ in
                        alphabet.randomElement(using: &generator) ?? 0
                    }[...])
            }
            #expect(decoder.body.count <= UpgradeRefusal.bodyLimitBytes)
        }
    }

    @Test(
        "a redirect is never followed, wherever it leads", arguments: [301, 302, 303, 307, 308])
    func aRedirectionIsNeverFollowed(status: Int) async throws {
        let test = try TestLoop()
        let (other, arrivals) = try strangers()
        let places = [
            "http://localhost:\(other.port)/", "ws://127.0.0.1:\(other.port)/x", "/elsewhere",
            "https://no-such-host.invalid/", "", "+/run/socket", "http://[::1", ":::", "nonsense",
        ]
        for place in places {
            let (error, visits) = try await refusal(
                "HTTP/1.1 \(status) Found\r\nLocation: \(place)\r\nContent-Length: 0\r\n\r\n",
                on: test)
            guard case .refusedUpgrade(_, let answer)? = error else {
                Issue.record("\(place): \(String(describing: error))")
                continue
            }
            #expect(answer.status == status)
            #expect(answer.location ?? "" == place)
            #expect(visits == 1)
        }
        #expect(arrivals.withLock { $0 } == 0, "no other server was asked")
    }

    private func strangers() throws -> (RawServer, Shared<Int>) {
        let arrivals = Shared(0)
        let server = try RawServer { _ in arrivals.withLock { $0 += 1 } }
        return (server, arrivals)
    }

    @Test(
        "a wait is read if it is a number, and never overflows",
        arguments: [
            ("0", 0), ("120", 120), ("9223372036854775807", Int64.max),
            ("99999999999999999999999", Int64.max), ("-1", nil), ("", nil), ("1.5", nil),
            ("soon", nil),
            ("Fri, 31 Dec 1999 23:59:59 GMT", nil), ("0x10", nil), ("+5", nil),
        ] as [(String, Int64?)])
    func aWaitIsReadWhere(text: String, wait: Int64?) {
        #expect(UpgradeRefusal.seconds(retryAfter: text) == wait)
    }

    @Test("an endless body is cut, and costs no more than its limit")
    func aBodyWithoutEndIs()
        async throws
    {
        let test = try TestLoop()
        let endless = String(repeating: "x", count: 3 * UpgradeRefusal.bodyLimitBytes)
        let (error, _) = try await refusal("HTTP/1.1 503 No\r\n\r\n\(endless)", on: test)
        guard case .refusedUpgrade(_, let answer)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(answer.body.count <= UpgradeRefusal.bodyLimitBytes)
        #expect(answer.body.allSatisfy { $0 == UInt8(ascii: "x") })
    }
}

/// Whether a client still exists.
private final class WeakClient: @unchecked Sendable {
    // @unchecked: a weak reference may be read by any thread.

    private weak var client: WebSocketClient?

    init(_ client: WebSocketClient) { self.client = client }

    var isGone: Bool { client == nil }
}
