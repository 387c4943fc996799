import Curl
import Linux
import MCP
import ModelTypes
import Synchronization
import TestHTTP
import Testing
import Tools
import WireCodec

/// A scripted server on HTTP: its response to each method of MCP.
private final class FakeSite: Sendable {
    typealias Answer = @Sendable (JSONValue, ReceivedRequest) -> [ScriptedServer.Step]

    let server: ScriptedServer

    init(_ answer: @escaping Answer) throws {
        server = try ScriptedServer { request in
            guard request.method == "POST", let json = try? JSONValue(parsing: request.body) else {
                return answer(.null, request)
            }
            guard json["method"]?.string?.hasPrefix("notifications/") != true else {
                return .reply(202, "")
            }
            switch json["method"]?.string {
            case "initialize":
                return .json(
                    [
                        "protocolVersion": "2025-06-18", "capabilities": ["tools": [:]],
                        "serverInfo": ["name": "fake", "version": "1"],
                    ], to: json, headers: [("Mcp-Session-Id", "session-1")])
            case "tools/list":
                return .json(["tools": [["name": "cook", "inputSchema": [:]]]], to: json)
            default: return answer(json, request)
            }
        }
    }

    func rig(
        headers: [(String, String)] = [], patience: Duration = .seconds(5)
    ) throws -> ClientRig {
        let url = server.url("/mcp")
        let transport = HTTPTransport(
            HTTPPlace(
                url: { url }, headers: { headers.map { HTTPHeader($0.0, $0.1) } },
                certificateAuthorityFile: nil), client: HTTPClient())
        return try ClientRig(transport, folder: "/tmp/martlet-mcp-none", patience: patience)
    }

    func requests(_ method: String) -> [ReceivedRequest] {
        server.received.filter { $0.method == method }
    }
}

extension [ScriptedServer.Step] {
    fileprivate static func json(
        _ result: JSONValue, to request: JSONValue, headers: [(String, String)] = []
    ) -> Self {
        let body: JSONValue = ["jsonrpc": "2.0", "id": request["id"] ?? .null, "result": result]
        return .reply(
            200, body.serialized, headers: headers + [("Content-Type", "application/json")])
    }

    /// The beginning of a stream, and some of it; then the connection is closed.
    fileprivate static func stream(_ text: String) -> Self {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        return [.send([UInt8]((head + text).utf8)), .hangUp]
    }
}

private func text(_ words: String, to request: JSONValue) -> String {
    let body: JSONValue = [
        "jsonrpc": "2.0", "id": request["id"] ?? .null,
        "result": ["content": [["type": "text", "text": .string(words)]]],
    ]
    return body.serialized
}

@Suite("MCP servers on HTTP", .timeLimit(.minutes(5)))
struct HTTPTransportTests {
    @Test("the session, the version and the headers are in each request, and DELETE is the last")
    func headers() async throws {
        let site = try FakeSite { json, request in
            request.method == "POST"
                ? .reply(
                    200, text("fine", to: json), headers: [("Content-Type", "application/json")])
                : .reply(405, "")
        }
        let rig = try site.rig(headers: [("Authorization", "Bearer s3cr3t")])
        await rig.start()
        #expect(await rig.call("cook") == ["output": "fine"])
        await rig.stop()
        let all = site.server.received
        #expect(all.allSatisfy { $0["authorization"] == "Bearer s3cr3t" })
        #expect(all.first?["mcp-session-id"] == nil)
        #expect(all.first?["accept"] == "application/json, text/event-stream")
        for request in all.dropFirst() {
            #expect(request["mcp-session-id"] == "session-1")
            #expect(request["mcp-protocol-version"] == "2025-06-18")
        }
        #expect(all.last?.method == "DELETE")
        #expect(site.requests("DELETE").count == 1)
        #expect(!rig.logged.all.contains { $0.contains("s3cr3t") })
    }

    @Test("an answer in a stream, behind other messages, is found")
    func streams() async throws {
        let site = try FakeSite { json, request in
            guard request.method == "POST" else { return .reply(405, "") }
            let note = #"{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"hm"}}"#
            return .stream(
                ": hello\n\nevent: message\ndata: \(note)\n\ndata: \(text("streamed", to: json))\n\n"
            )
        }
        let rig = try site.rig()
        await rig.start()
        #expect(await rig.call("cook") == ["output": "streamed"])
        await rig.stop()
    }

    @Test("a stream that breaks is resumed after its last event")
    func resumes() async throws {
        let open = Mutex<JSONValue>(.null)
        let site = try FakeSite { json, request in
            if request.method == "POST" {
                open.withLock { $0 = json }
                return .stream("id: e1\nretry: 100\ndata:\n\n")
            }
            guard let last = request["last-event-id"] else { return .reply(405, "") }
            // The first time there is nothing yet.
            if last == "e1" { return .stream("id: e2\ndata:\n\n") }
            return .stream("id: e3\ndata: \(open.withLock { text("at last", to: $0) })\n\n")
        }
        let rig = try site.rig()
        await rig.start()
        #expect(await rig.call("cook") == ["output": "at last"])
        await rig.stop()
    }

    @Test("a stream that breaks and cannot be resumed, and no answer at all, are reported")
    func breaks() async throws {
        let count = Mutex(0)
        let site = try FakeSite { _, request in
            guard request.method == "POST" else { return .reply(405, "") }
            return
                switch count.withLock({ count in
                    count += 1
                    return count
                })
            {
            case 1: .stream(": nothing\n\n")
            case 2: [.hangUp]
            case 3: .reply(202, "")
            case 4: .reply(200, "no JSON", headers: [("Content-Type", "application/json")])
            case 5: .reply(500, "<html>out of order</html>")
            case 6: .reply(401, "who are you")
            case 7: .reply(307, "", headers: [("Location", "http://127.0.0.1:1/")])
            default: .stream("data: {nonsense\n\n" + String(repeating: "x", count: 9 << 20))
            }
        }
        let rig = try site.rig(patience: .seconds(30))
        await rig.start()
        // The model is never asked to repeat a call that may have been executed.
        for (words, isKnown) in [
            ("ended before it answered", false), ("line to", false), ("gave no answer", false),
            ("is no JSON", false), ("status 500: <html>out of order", false),
            ("check the headers", true), ("not followed", true), ("too long", false),
        ] {
            let error = await rig.call("cook")["error"]?.string ?? ""
            #expect(error.contains(words), "\(error)")
            #expect(error.contains("whether it was done is not known") == !isKnown, "\(error)")
            #expect(error.contains("did nothing") == isKnown, "\(error)")
            #expect(!error.contains("try again"), "\(error)")
        }
        await rig.stop()
    }

    @Test("a server that dies at any point of a call is reported as over stdio", arguments: 0..<8)
    func dies(point: Int) async throws {
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
        let length = answer.utf8.count * point / 7
        let site = try FakeSite { _, request in
            guard request.method == "POST" else { return .reply(405, "") }
            return [.send(Array(answer.utf8.prefix(length))), .hangUp]
        }
        let rig = try site.rig()
        await rig.start()
        let error = await rig.call("cook")["error"]?.string ?? ""
        #expect(error.hasPrefix("the MCP server kitchen failed before it answered ("), "\(error)")
        #expect(error.hasSuffix("); whether it was done is not known"), "\(error)")
        await rig.stop()
    }

    @Test("a request that was never sent is reported as not done")
    func neverLeft() async throws {
        let isThere = Mutex(true)
        let site = try FakeSite { json, request in
            request.method == "POST" ? .json(["content": []], to: json) : .reply(405, "")
        }
        let url = site.server.url("/mcp")
        struct NoSecret: Error {}
        let transport = HTTPTransport(
            HTTPPlace(
                url: { url },
                headers: {
                    guard isThere.withLock({ $0 }) else { throw NoSecret() }
                    return []
                }, certificateAuthorityFile: nil), client: HTTPClient())
        let rig = try ClientRig(transport, folder: "/tmp/martlet-mcp-none")
        await rig.start()
        isThere.withLock { $0 = false }
        let error = await rig.call("cook")["error"]?.string ?? ""
        #expect(error.contains("did nothing"), "\(error)")
        await rig.stop()
    }

    @Test("a forgotten session is started again, and the call made in the new one")
    func forgotten() async throws {
        let count = Mutex(0)
        let site = try FakeSite { json, request in
            guard request.method == "POST" else { return .reply(405, "") }
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            return isFirst
                ? .reply(404, "")
                : .reply(
                    200, text("again", to: json), headers: [("Content-Type", "application/json")])
        }
        let rig = try site.rig()
        await rig.start()
        #expect(await rig.call("cook") == ["output": "again"])
        let begun = site.server.received.filter { $0.text.contains("\"initialize\"") }
        #expect(begun.count == 2)
        #expect(begun.allSatisfy { $0["mcp-session-id"] == nil })
        await rig.stop()
    }

    @Test("a call that takes too long is given up, its connection closed, and the next one works")
    func slow() async throws {
        let gate = try Gate()
        let count = Mutex(0)
        let site = try FakeSite { json, request in
            guard request.method == "POST" else { return .reply(405, "") }
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            if json["method"] == "ping" { return .json([:], to: json) }
            let answer = text("quick", to: json)
            let rest: [ScriptedServer.Step] = .reply(
                200, answer, headers: [("Content-Type", "application/json")])
            return isFirst ? [.hold(gate)] + rest : rest
        }
        let rig = try site.rig(patience: .milliseconds(300))
        await rig.start()
        let error = await rig.call("cook")["error"]?.string ?? ""
        #expect(error.contains("did not answer within 0.3 s"))
        #expect(await rig.call("cook") == ["output": "quick"])
        gate.open()
        await rig.stop()
    }

    @Test(
        "unsolicited messages of the server arrive by GET, and a change of its tools takes effect")
    func listens() async throws {
        let said = Mutex(false)
        let site = try FakeSite { json, request in
            guard request.method == "GET" else {
                return .reply(
                    200, text("x", to: json), headers: [("Content-Type", "application/json")])
            }
            let isFirst = said.withLock { said in
                defer { said = true }
                return !said
            }
            let note = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
            return isFirst ? .stream("id: 5\ndata: \(note)\n\n") : .reply(405, "")
        }
        let rig = try site.rig()
        await rig.start()
        let isListed = await rig.waits {
            site.server.received.count { $0.text.contains("tools/list") } == 2
        }
        #expect(isListed)
        let isResumed = await rig.waits {
            site.requests("GET").last?["last-event-id"] == "5"
        }
        #expect(isResumed)
        await rig.stop()
    }

    @Test("an unreachable server is reported, and found when it is started")
    func absent() async throws {
        let transport = HTTPTransport(
            HTTPPlace(
                url: { "http://127.0.0.1:1/mcp" }, headers: { [] }, certificateAuthorityFile: nil),
            client: HTTPClient())
        let rig = try ClientRig(transport, folder: "/tmp/martlet-mcp-none")
        await rig.start()
        #expect(await rig.client.notes.first?.contains("cannot reach 127.0.0.1:1") == true)
        let error = await rig.call("cook")["error"]?.string ?? ""
        #expect(error.contains("the MCP server kitchen is not there"))
        await rig.stop()
    }
}
