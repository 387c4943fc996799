import Curl
import Linux
import TestHTTP
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HTTPStreamTests {
    private static let head = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)

    @Test("pieces arrive before the answer is finished")
    func piecesComeAtOnce() async throws {
        let gate = try Gate()
        let server = try ScriptedServer { _ in
            [.send(Self.head), .send([1]), .hold(gate), .send([2]), .hangUp]
        }
        let client = HTTPClient()
        let request = HTTPClientTests.request("GET", server.url())
        let (head, body) = try await client.stream(request)
        #expect(head.status == 200)
        var reader = body.makeAsyncIterator()
        #expect(try await reader.next() == [1])
        gate.open()
        #expect(try await reader.next() == [2])
        #expect(try await reader.next() == nil)
        #expect(try await reader.next() == nil)
    }

    @Test("a body larger than what is held arrives whole and in order")
    func longBody() async throws {
        let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let server = try ScriptedServer { _ in [.send(Self.head), .send(sent), .hangUp] }
        let client = HTTPClient()
        let (_, body) = try await client.stream(HTTPClientTests.request("GET", server.url()))
        #expect(try await body.collect(limitBytes: sent.count) == sent)
    }

    @Test("a body that breaks off gives what it had first, then throws the error")
    func brokenBody() async throws {
        let server = try ScriptedServer { _ in
            [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".utf8)), .hangUp]
        }
        let client = HTTPClient()
        let (_, body) = try await client.stream(HTTPClientTests.request("GET", server.url()))
        var reader = body.makeAsyncIterator()
        #expect(try await reader.next() == Array("abc".utf8))
        await #expect(throws: HTTPError.self) { _ = try await reader.next() }
    }

    @Test("releasing the body before its end makes room for another request")
    func releasedBody() async throws {
        let gate = try Gate()
        let server = try ScriptedServer { _ in [.send(Self.head), .send([1]), .hold(gate)] }
        let client = HTTPClient()
        let request = HTTPClientTests.request("GET", server.url())
        // More than the limit of concurrent requests.
        for _ in 0..<100 {
            let (_, body) = try await client.stream(request)
            var reader = body.makeAsyncIterator()
            #expect(try await reader.next() == [1])
        }
        gate.open()
    }

    @Test("a released client ends its running transfers")
    func releasedClient() async throws {
        let gate = try Gate()
        let server = try ScriptedServer { _ in [.send(Self.head), .send([1]), .hold(gate)] }
        var client: HTTPClient? = HTTPClient()
        let request = HTTPClientTests.request("GET", server.url())
        let body = try #require(try await client?.stream(request)).body
        var reader = body.makeAsyncIterator()
        #expect(try await reader.next() == [1])
        client = nil
        await #expect(throws: HTTPError.self) { _ = try await reader.next() }
        gate.open()
    }
}
