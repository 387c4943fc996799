import Glibc
import ModelTypes
import TestSockets
import Testing
import WireCodec

@testable import Simulation

/// Clients also send the service plain HTTP; it answers unknown requests at once.
@Suite("Plain HTTP on the simulator's port", .timeLimit(.minutes(5)))
struct PlainHTTPTests {
    /// Sends a request and reads to the end of the connection; nil if the port does not accept.
    private static func exchange(_ request: String, port: Int) -> String? {
        guard let socket = Loopback.connection(port: port) else { return nil }
        defer { close(socket) }
        // A silent server fails the test and does not hang it (seconds).
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &patience,
            socklen_t(MemoryLayout.size(ofValue: patience)))
        let bytes = Array(request.utf8)
        guard send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        else { return nil }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket, &part, part.count, 0)
            guard count > 0 else { break }
            answer += part[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func request(
        _ method: String, _ path: String, headers: [String] = [], body: String = ""
    ) -> String {
        (["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1"] + headers).joined(separator: "\r\n")
            + "\r\n\r\n" + body
    }

    /// The error in an answer in the format of Google's services.
    private static func error(in answer: String) throws -> JSONValue {
        let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
        let json = try JSONValue(parsing: Array(try #require(parts.last).utf8))
        return try #require(json["error"])
    }

    @Test(
        "an unknown method is answered with 404 and the service's error, body or none",
        arguments: [
            request("GET", "/v1beta/models"), request("DELETE", "/v1beta/files/x"),
            request("OPTIONS", "/"), request("PUT", "/upload", headers: ["Content-Length: 0"]),
            request("POST", "/v1beta/models/gemini-flash:generateContent"),
            request(
                "POST", "/v1beta/models/gemini-flash:streamGenerateContent?alt=sse",
                headers: ["Content-Type: application/json", "Content-Length: 15"],
                body: #"{"contents":[]}"#),
            request("PATCH", "/v1/x", headers: ["Content-Length: 2"], body: "{}"),
        ])
    func methods(request: String) async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start()
        let answer = try #require(Self.exchange(request, port: port))
        #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"), "\(answer)")
        let error = try Self.error(in: answer)
        #expect(error["code"] == 404)
        #expect(error["status"] == "NOT_FOUND")
        // The next client is served as usual.
        #expect(Self.exchange(request, port: port) == answer)
    }

    @Test("HEAD is answered without a body")
    func head() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let answer = try #require(
            Self.exchange(Self.request("HEAD", "/v1beta/models"), port: try await server.start()))
        #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "an upgrade to a wrong path is refused in HTTP/1.1, with the service's error",
        arguments: [
            "/", "/ws/other", "/v1beta/models",
            "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateMusic",
        ])
    func upgrades(path: String) async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let request = Self.request(
            "GET", path,
            headers: [
                "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ])
        let answer = try #require(Self.exchange(request, port: try await server.start()))
        #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"), "\(answer)")
        #expect(try Self.error(in: answer)["status"] == "NOT_FOUND")
    }

    @Test("it is reached only by 127.0.0.1, whatever other addresses the machine has")
    func otherAddresses() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start()
        #expect(Loopback.connection(port: port).map { close($0) } == 0)
        // Every address of 127.0.0.0/8 leads to this machine.
        #expect(Loopback.connection(port: port, last: 2) == nil)
    }
}
