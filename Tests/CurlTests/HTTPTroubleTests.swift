import Curl
import Linux
import TestHTTP
import Testing

/// Failures, and their errors.
@Suite(.timeLimit(.minutes(5)))
struct HTTPTroubleTests {
    let client = HTTPClient()

    private func request(_ url: String) -> HTTPRequest { HTTPClientTests.request("GET", url) }

    private func error(_ request: HTTPRequest) async -> HTTPError? {
        await HTTPClientTests.error(client, request)
    }

    /// A port without a listener.
    private func freePort() throws -> Int { try ScriptedServer { _ in [] }.port }

    @Test("a port where nobody listens is unreachable, and worth a retry")
    func unreachable() async throws {
        let port = try freePort()
        let error = await error(request("http://127.0.0.1:\(port)/"))
        guard case .unreachable(let server, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server == "127.0.0.1:\(port)")
        #expect(error?.isTransient == true)
    }

    @Test("a request for the internet never reaches this machine, by name or by number")
    func forbidden() async throws {
        let server = try ScriptedServer { _ in .reply(200, "inside") }
        for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1"] {
            var request = request("http://\(host):\(server.port)/")
            request.reach = .internetOnly
            #expect(await error(request) == .forbidden(server: "\(host):\(server.port)"))
        }
        #expect(server.connectionsSeen == 0)
    }

    @Test("a name without a host is unresolved")
    func unresolved() async {
        // No label is longer than 63 letters, so no name server needs to be asked.
        let name = "\(String(repeating: "x", count: 64)).invalid"
        let error = await error(request("http://\(name)/"))
        #expect(error == .unresolved(server: name))
    }

    @Test("a connection that breaks in the head or the body is not taken for an answer")
    func broken() async throws {
        let server = try ScriptedServer { request in
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"
            return [
                .send(Array((request.target == "/head" ? head : head + "\r\nabc").utf8)), .hangUp,
            ]
        }
        for path in ["/head", "/body"] {
            let error = await error(request(server.url(path)))
            guard case .broken = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
        }
    }

    @Test("anything but HTTP is refused")
    func noHTTP() async throws {
        let server = try ScriptedServer { _ in [.send(Array("SSH-2.0-Nothing\r\n".utf8)), .hangUp] }
        #expect(await error(request(server.url())) != nil)
    }

    @Test("the deadline ends an unanswered request")
    func deadline() async throws {
        let gate = try Gate()
        let server = try ScriptedServer { _ in [.hold(gate)] }
        var request = request(server.url())
        request.deadline = .milliseconds(20)
        #expect(await error(request) == .timedOut(server: "127.0.0.1:\(server.port)"))
        gate.open()
    }

    @Test("an answer that stalls is given up, however long all of it may take")
    func idleDeadline() async throws {
        let gate = try Gate()
        let server = try ScriptedServer { _ in
            [.send(Array("HTTP/1.1 200 OK\r\n\r\nabc".utf8)), .hold(gate)]
        }
        var request = request(server.url())
        request.idleDeadline = .milliseconds(1)
        #expect(await error(request) == .timedOut(server: "127.0.0.1:\(server.port)"))
        gate.open()
    }

    @Test("a cancelled task aborts its transfer, even when it was cancelled before")
    func cancellation() async throws {
        let gate = try Gate()
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        let server = try ScriptedServer { _ in
            arrival.yield()
            return [.hold(gate)]
        }
        let request = request(server.url())
        let client = client
        let task = Task { await HTTPClientTests.error(client, request) }
        for await _ in arrivals { break }
        task.cancel()
        #expect(await task.value == .cancelled)
        gate.open()
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await HTTPClientTests.error(client, request)
        }
        #expect(await late.value == .cancelled)
    }

    @Test("requests beyond the limit are refused, and their places are given back")
    func busy() async throws {
        let gate = try Gate()
        let server = try ScriptedServer { _ in [.hold(gate)] + .reply(200, "") }
        let limit = 64
        let (client, request) = (client, request(server.url()))
        let results = await withTaskGroup(of: HTTPError?.self) { group in
            for _ in 0...limit {
                group.addTask { await HTTPClientTests.error(client, request) }
            }
            // Only the surplus request returns before the gate opens.
            let first = await group.next() ?? nil
            gate.open()
            return await group.reduce(into: [first]) { $0.append($1) }
        }
        #expect(results.first == .busy(limit: limit))
        #expect(results.dropFirst().allSatisfy { $0 == nil })
        #expect(await error(request) == nil)
    }

    @Test(
        "an invalid request is refused before anything is sent",
        arguments: [
            ("GET", "ftp://host/", "X", "v"), ("GET", "file:///etc/passwd", "X", "v"),
            ("GET", "http://", "X", "v"), ("GET", "http://host/a b", "X", "v"),
            ("get it", "http://host/", "X", "v"), ("GET", "http://host/", "X: Y", "v"),
            ("GET", "http://host/", "", "v"), ("GET", "http://host/", "X", "secret\r\nHost: other"),
            ("GET", "http://host/", "X", "secret\0"),
        ])
    func malformed(method: String, url: String, name: String, value: String) async {
        var request = HTTPClientTests.request(method, url)
        request.headers = [HTTPHeader(name, value)]
        let error = await error(request)
        guard case .malformed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("secret") == false)
    }

    @Test("no error contains a header's key or a URL's path or password")
    func secretsStayHidden() async throws {
        let port = try freePort()
        var request = request("http://user:password@127.0.0.1:\(port)/path-of-mine?key=query-key")
        request.headers = [HTTPHeader("x-goog-api-key", "header-key")]
        let text = try #require(await error(request)).description
        for secret in ["password", "path-of-mine", "query-key", "header-key"] {
            #expect(!text.contains(secret), "\(text)")
        }
    }

    @Test("a proxy gets the whole URL")
    func proxy() async throws {
        let proxy = try ScriptedServer { _ in .reply(200, "by proxy") }
        var request = request("http://example.invalid/path")
        request.proxy = .address(proxy.url(""))
        let answer = try await client.perform(request)
        #expect(String(decoding: answer.body, as: UTF8.self) == "by proxy")
        #expect(proxy.received.first?.target == "http://example.invalid/path")
    }

    @Test("a request part that curl does not take is an error, and nothing is sent")
    func untakenOptions() async throws {
        let server = try ScriptedServer { _ in .reply(200, "") }
        // curl takes no text of more than eight million bytes, and would continue without it: trust
        // the system's authorities, or use another proxy.
        let long = "/" + String(repeating: "x", count: 8_000_001)
        let changes: [(inout HTTPRequest) -> Void] = [
            { $0.certificateAuthorityFile = long }, { $0.proxy = .address("http:/" + long) },
            { $0.url += long },
        ]
        for change in changes {
            var request = request(server.url("/"))
            request.proxy = .none
            change(&request)
            let error = await error(request)
            guard case .malformed(let reason)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(!reason.contains("xxxx"))
        }
        #expect(server.connectionsSeen == 0)
    }

    @Test(
        "a length, a status or a count of any size is an answer or an error, never a crash",
        arguments: WildNumbers.all)
    func wildNumbers(number: String) async throws {
        let heads = [
            "HTTP/1.1 200 OK\r\nContent-Length: \(number)\r\n\r\nhello",
            "HTTP/1.1 \(number) Said\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 503 Busy\r\nRetry-After: \(number)\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(number)\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.1 206 Part\r\nContent-Range: bytes \(number)-\(number)/\(number)\r\n"
                + "Content-Length: 2\r\n\r\nhi",
            "HTTP/\(number) 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        ]
        for head in heads {
            let server = try ScriptedServer { _ in [.send(Array(head.utf8)), .hangUp] }
            var request = request(server.url("/"))
            request.responseLimitBytes = 1_000
            do {
                let response = try await client.perform(request)
                #expect((100...999).contains(response.status), "\(head)")
                #expect(response.body.count <= 1_000)
            } catch {
                #expect(!"\(error)".isEmpty)
            }
        }
        // The client still works.
        let server = try ScriptedServer { _ in .reply(200, "fine") }
        #expect(try await client.perform(request(server.url("/"))).body == Array("fine".utf8))
    }
}

/// Numbers that a server may send as text, at the limits of integer types.
private enum WildNumbers {
    static let all = [
        "0", "-0", "1", "-1", "00000000000000000005", "2147483647", "2147483648", "-2147483648",
        "4294967296", "9007199254740992", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
        "18446744073709551616", "1e308", "1e999", "NaN", "Infinity", "-Infinity", "0x7FFFFFFF",
        "ffffffffffffffff", "null", "", " ", "true", "\"5\"", "5 5", "+5", "5.5", "٥",
        String(repeating: "9", count: 5_000),
    ]
}
