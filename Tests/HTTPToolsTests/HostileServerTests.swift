import ModelTypes
import Synchronization
import TestHTTP
import Testing
import WireCodec

@testable import HTTPTools

/// Servers that redirect, never end, or never begin.
@Suite(.timeLimit(.minutes(5)))
struct HostileServerTests {
    /// A server that redirects every request to an address.
    private func redirecting(_ status: Int = 302, to location: String) throws -> ScriptedServer {
        try ScriptedServer { _ in .reply(status, "", headers: [("Location", location)]) }
    }

    @Test("a redirect on the same server is followed, with the method that the status requires")
    func followed() async throws {
        for (status, method, seen) in [
            (301, "POST", "GET"), (302, "POST", "GET"), (303, "PUT", "GET"), (307, "POST", "POST"),
            (308, "PUT", "PUT"), (302, "HEAD", "HEAD"),
        ] {
            let server = try ScriptedServer { request in
                request.target == "/a/old"
                    ? .reply(status, "", headers: [("Location", "new?x")]) : .reply(200, "there")
            }
            var rig = Rig(server.url("/a/old"))
            rig.method = method
            rig.headers = [("X-Key", "{secret:key}")]
            rig.secrets = ["key": "s3cr3t"]
            rig.body = method == "HEAD" ? "" : "{}"
            _ = try await rig.call()
            let last = try #require(server.received.last)
            #expect(last.target == "/a/new?x")
            #expect(last.method == seen)
            #expect(last.text == (seen == "GET" || seen == "HEAD" ? "" : "{}"))
            #expect(last["x-key"] == "s3cr3t")
        }
    }

    @Test("a redirect to another host, another port or this machine is not followed")
    func otherHosts() async throws {
        let other = try ScriptedServer { _ in .reply(200, "inside") }
        for (location, name) in [
            (other.url(), "127.0.0.1:\(other.port)"),
            ("http://localhost:\(other.port)/", "localhost:\(other.port)"),
            ("//evil.test/", "evil.test"), ("http://127.0.0.1/", "127.0.0.1"),
            ("http://[::1]:\(other.port)/", "[::1]:\(other.port)"),
            ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ] {
            let server = try redirecting(to: location)
            let error = try await Rig(server.url()).error()
            #expect(
                error == "127.0.0.1:\(server.port) sent the request on to \(name), which is not "
                    + "among the allowed hosts; it was not followed")
        }
        let odd = try redirecting(to: "file:///etc/passwd")
        #expect(try await Rig(odd.url()).error().hasSuffix("is not a web address"))
        #expect(other.connectionsSeen == 0)
    }

    @Test("an allowed host is followed to, but does not get the first one's secrets")
    func secretsStay() async throws {
        let other = try ScriptedServer { _ in .reply(200, "there") }
        let server = try redirecting(307, to: other.url("/x"))
        var rig = Rig(server.url())
        rig.method = "POST"
        rig.hosts = ["127.0.0.1:\(other.port)"]
        rig.headers = [("Authorization", "Bearer {secret:key}"), ("X-Plain", "1")]
        rig.secrets = ["key": "s3cr3t"]
        rig.body = "{\"a\": 1}"
        #expect(try await rig.call() == ["output": "there"])
        let seen = try #require(other.received.first)
        #expect(seen["authorization"] == nil)
        #expect(seen["x-plain"] == "1")
        #expect(seen.text == "{\"a\": 1}")
        rig.body = "{\"a\": \"{secret:key}\"}"
        #expect(try await rig.error().contains("must not get the secret in it"))
        #expect(other.received.count == 1)
    }

    @Test("a redirect loop comes to an end")
    func circle() async throws {
        let server = try redirecting(to: "/again")
        #expect(
            try await Rig(server.url()).error()
                == "the server sent the request on more than \(HTTPTool.redirectLimit) times")
        #expect(server.received.count == HTTPTool.redirectLimit + 1)
    }

    @Test("a redirect to an internet name that resolves to this machine is not followed")
    func rebinding() async throws {
        // The resolver takes this old spelling for 127.0.0.1, but to us it is an ordinary name.
        let server = try ScriptedServer { _ in .reply(200, "inside") }
        let error = try await Rig("http://0x7f.1:\(server.port)/").error()
        #expect(error.contains("is an address of this machine or the home network"))
        #expect(server.connectionsSeen == 0)
    }

    @Test("an endless answer is given up")
    func endless() async throws {
        let rest = Mutex(1000)
        let server = try ScriptedServer { _ in
            let chunk = ScriptedServer.Step.send([UInt8](repeating: 0x78, count: 65_536))
            rest.withLock { $0 -= 1 }
            return [.send(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))]
                + Array(repeating: chunk, count: 1000)
        }
        var rig = Rig(server.url())
        rig.responseLimitKilobytes = 100
        #expect(try await rig.error().contains("is longer than 102400 bytes"))
    }

    @Test("a silent server costs the deadline and no more; the next call works")
    func hangs() async throws {
        let gate = try Gate()
        let server = try ScriptedServer { request in
            request.target == "/hang" ? [.hold(gate)] : .reply(200, "well")
        }
        var rig = Rig(server.url("/{x}"))
        rig.deadline = .milliseconds(200)
        let runner = try rig.runner()
        // The same tool takes the next call as soon as the transfer has ended.
        for _ in 0..<3 {
            #expect(
                try await rig.call(["x": "hang"], by: runner)
                    == ["error": "it took longer than 0.2 seconds and was stopped"])
        }
        rig.deadline = .seconds(20)
        #expect(try await rig.call(["x": "fine"]) == ["output": "well"])
        gate.open()
    }

    @Test("a refused and a broken connection are reported with only the host")
    func gone() async throws {
        let port = try ScriptedServer { _ in [] }.port
        var rig = Rig("http://127.0.0.1:\(port)/secret-path?{secret:key}")
        rig.secrets = ["key": "s3cr3t"]
        let error = try await rig.error()
        #expect(error.hasPrefix("cannot reach 127.0.0.1:\(port)"))
        #expect(!error.contains("secret"))
        let breaking = try ScriptedServer { _ in
            [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".utf8)), .hangUp]
        }
        #expect(try await Rig(breaking.url()).error().contains("broke"))
    }
}
