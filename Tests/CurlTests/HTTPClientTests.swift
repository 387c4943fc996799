import Curl
import Linux
import TestHTTP
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HTTPClientTests {
    /// A request that no proxy of the machine sees.
    static func request(_ method: String, _ url: String) -> HTTPRequest {
        var request = HTTPRequest(method, url)
        request.proxy = .none
        return request
    }

    /// The error of a request that must fail.
    static func error(_ client: HTTPClient, _ request: HTTPRequest) async -> HTTPError? {
        do throws(HTTPError) {
            _ = try await client.perform(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("an answer has status, headers and body, an error's too")
    func answers() async throws {
        let server = try ScriptedServer { request in
            .reply(
                request.target == "/lost" ? 404 : 200, "you said \(request.text)",
                headers: [
                    ("X-Kind", "test"), ("Set-Cookie", "a"), ("set-cookie", "b"),
                ])
        }
        let client = HTTPClient()
        var request = Self.request("POST", server.url("/path?query=1"))
        request.headers = [
            HTTPHeader("Content-Type", "text/plain"), HTTPHeader("X-Empty", ""),
        ]
        request.body = Array("hello".utf8)
        let answer = try await client.perform(request)
        #expect(answer.status == 200)
        #expect(answer.head["x-kind"] == "test")
        #expect(answer.head.headers.filter { $0.name.lowercased() == "set-cookie" }.count == 2)
        #expect(String(decoding: answer.body, as: UTF8.self) == "you said hello")
        let seen = try #require(server.received.first)
        #expect(seen.method == "POST")
        #expect(seen.target == "/path?query=1")
        #expect(seen["content-type"] == "text/plain")
        #expect(seen["x-empty"] == "")
        #expect(seen["expect"] == nil)
        let lost = try await client.perform(Self.request("GET", server.url("/lost")))
        #expect(lost.status == 404)
        // The second request found the first one's connection.
        #expect(server.connectionsSeen == 1)
    }

    @Test(
        "each method goes out as it is named, with a body or without",
        arguments: [
            ("GET", nil), ("POST", nil), ("POST", ""), ("POST", "x"), ("PUT", "x"), ("PUT", nil),
            ("PATCH", "x"), ("DELETE", nil), ("DELETE", "x"),
        ])
    func methods(method: String, body: String?) async throws {
        let server = try ScriptedServer { _ in .reply(200, "done") }
        var request = Self.request(method, server.url())
        request.body = body.map { Array($0.utf8) }
        let answer = try await HTTPClient().perform(request)
        #expect(answer.body == Array("done".utf8))
        let seen = try #require(server.received.first)
        #expect(seen.method == method)
        #expect(seen.text == body ?? "")
        #expect(seen["content-type"] == nil)
    }

    @Test("a long body arrives whole in both directions")
    func longBodies() async throws {
        let server = try ScriptedServer { .reply(200, $0.text) }
        var request = Self.request("POST", server.url())
        request.body = (0..<1_000_000).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        let answer = try await HTTPClient().perform(request)
        #expect(answer.body == request.body)
    }

    @Test("a redirect is returned, not followed: it would take the key elsewhere")
    func redirects() async throws {
        let server = try ScriptedServer { _ in
            .reply(302, "", headers: [("Location", "http://127.0.0.1:1/")])
        }
        let answer = try await HTTPClient().perform(Self.request("GET", server.url()))
        #expect(answer.status == 302)
        #expect(answer.head["location"] == "http://127.0.0.1:1/")
    }

    @Test("an interim answer is skipped")
    func interimAnswer() async throws {
        let server = try ScriptedServer { _ in
            [.send(Array("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n".utf8))]
                + .reply(200, "real")
        }
        let answer = try await HTTPClient().perform(Self.request("GET", server.url()))
        #expect(answer.status == 200)
        #expect(answer.head["x-early"] == nil)
    }

    @Test("a too long answer is refused, whether or not it declares its length")
    func tooLong() async throws {
        let server = try ScriptedServer { request in
            request.target == "/said"
                ? .reply(200, String(repeating: "x", count: 1001))
                : [
                    .send(Array("HTTP/1.1 200 OK\r\n\r\n".utf8)),
                    .send([UInt8](repeating: 120, count: 1001)), .hangUp,
                ]
        }
        let client = HTTPClient()
        for path in ["/said", "/unsaid"] {
            var request = Self.request("GET", server.url(path))
            request.responseLimitBytes = 1000
            let name = "127.0.0.1:\(server.port)"
            let error = await Self.error(client, request)
            #expect(error == .tooLarge(server: name, limitBytes: 1000))
            request.responseLimitBytes = 1001
            #expect(try await client.perform(request).body.count == 1001)
        }
    }

    @Test("an endless head is refused")
    func endlessHead() async throws {
        let server = try ScriptedServer { _ in
            let line = Array("X-Long: \(String(repeating: "x", count: 1000))\r\n".utf8)
            return [.send(Array("HTTP/1.1 200 OK\r\n".utf8))]
                + [ScriptedServer.Step](repeating: .send(line), count: 400) + [.hangUp]
        }
        let error = await Self.error(HTTPClient(), Self.request("GET", server.url()))
        guard case .broken = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("many requests at once are all answered")
    func manyAtOnce() async throws {
        let server = try ScriptedServer { .reply(200, $0.target) }
        let client = HTTPClient()
        let paths = Set((0..<50).map { "/\($0)" })
        let seen = try await withThrowingTaskGroup(of: String.self) { group in
            for path in paths {
                group.addTask {
                    let answer = try await client.perform(Self.request("GET", server.url(path)))
                    return String(decoding: answer.body, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(seen == paths)
    }
}
