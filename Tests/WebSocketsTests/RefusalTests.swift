import TestSockets
import Testing

@testable import WebSockets

/// Servers and portals that answer an upgrade over HTTP.
@Suite(.timeLimit(.minutes(1)))
struct RefusalTests {
    /// What a client is left with that meets this answer, and how often it came.
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
        #expect(!text.contains("quota"), "the far end's words are not for an error's text: \(text)")
    }

    @Test("a body that comes in chunks is put together")
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

    @Test(
        "a redirection is never followed, wherever it leads", arguments: [301, 302, 303, 307, 308])
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
        #expect(arrivals.withLock { $0 } == 0, "nobody else was asked")
    }

    private func strangers() throws -> (RawServer, Shared<Int>) {
        let arrivals = Shared(0)
        let server = try RawServer { _ in arrivals.withLock { $0 += 1 } }
        return (server, arrivals)
    }

    @Test(
        "a wait is read where it is a number, and never overflows",
        arguments: [
            ("0", 0), ("120", 120), ("9223372036854775807", Int64.max),
            ("99999999999999999999999", Int64.max), ("-1", nil), ("", nil), ("1.5", nil),
            ("soon", nil),
            ("Fri, 31 Dec 1999 23:59:59 GMT", nil), ("0x10", nil), ("+5", nil),
        ] as [(String, Int64?)])
    func aWaitIsReadWhere(text: String, wait: Int64?) {
        #expect(UpgradeRefusal.seconds(retryAfter: text) == wait)
    }

    @Test("a body without end is cut, and costs no more than its limit")
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
