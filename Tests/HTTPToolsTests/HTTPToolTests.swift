import ModelTypes
import TestHTTP
import Testing
import WireCodec

@testable import HTTPTools

/// Requests of the model to a well-behaved server.
@Suite(.timeLimit(.minutes(5)))
struct HTTPToolTests {
    @Test("the model's arguments arrive in their places, and the answer comes back")
    func asked() async throws {
        let server = try ScriptedServer { _ in .reply(200, "sunny") }
        let rig = Rig(server.url("/now/{x}?q={x}"))
        let answer = try await rig.call(["x": "Bad Tölz & more"])
        #expect(answer == ["output": "sunny"])
        let seen = try #require(server.received.first)
        #expect(seen.method == "GET")
        #expect(seen.target == "/now/Bad%20T%C3%B6lz%20%26%20more?q=Bad%20T%C3%B6lz%20%26%20more")
    }

    @Test("a JSON answer is returned as JSON, or only the configured part")
    func picked() async throws {
        let json = "{\"list\": [{\"a/b\": 1}, {\"name\": \"lamp\"}], \"on\": true}"
        let server = try ScriptedServer { request in
            .reply(
                200, json,
                headers: [
                    ("Content-Type", request.target == "/t" ? "text/plain" : "application/json")
                ])
        }
        var rig = Rig(server.url())
        #expect(try await rig.call()["output"]?["on"] == true)
        for (place, value) in [
            ("/list/1/name", "lamp"), ("list.1.name", "lamp"), ("/list/0/a~1b", 1), ("on", true),
        ] as [(String, JSONValue)] {
            rig.answer = place
            #expect(try await rig.call() == ["output": value], "\(place)")
        }
        // The media type does not matter if the settings say that it is JSON.
        rig.url = server.url("/t")
        #expect(try await rig.call() == ["output": true])
    }

    @Test("a part that the answer lacks, and an answer that is not JSON, are reported")
    func notPicked() async throws {
        let server = try ScriptedServer { request in
            .reply(200, request.target == "/html" ? "<html>Welcome</html>" : "{\"a\": [1]}")
        }
        var rig = Rig(server.url("/json"))
        for place in ["/b", "/a/1", "/a/01", "/a/-", "a.0.c"] {
            rig.answer = place
            #expect(
                try await rig.error()
                    == "it was done, but the answer has nothing at \"\(place)\": {\"a\": [1]}")
        }
        rig.url = server.url("/html")
        let error = try await rig.error()
        #expect(error.hasPrefix("it was done, but the answer is no JSON ("))
        #expect(error.hasSuffix(": <html>Welcome</html>"))
    }

    @Test("JSON stays JSON whatever the arguments, within quotes and without")
    func jsonBody() async throws {
        let server = try ScriptedServer { _ in .reply(204, "") }
        var rig = Rig(server.url())
        rig.method = "POST"
        rig.body = #"{"text": "said: {x}", "level": {level}, "list": [{x}], "o": {"p": {}}}"#
        rig.parameters = ["x": ["type": "string"], "level": ["type": "number"]]
        let hostile = "\", \"admin\": true, \"y\": \"\\\n\u{1}{x}"
        let answer = try await rig.call(["x": .string(hostile), "level": 7])
        #expect(answer == ["output": "done; the server answered 204 and nothing else"])
        let seen = try #require(server.received.first)
        #expect(seen["content-type"] == "application/json")
        #expect(
            try JSONValue(parsing: seen.body) == [
                "text": .string("said: \(hostile)"), "level": 7, "list": [.string(hostile)],
                "o": ["p": [:]],
            ])
    }

    @Test("form fields, XML and plain text are each escaped in their own way")
    func otherBodies() async throws {
        let server = try ScriptedServer { _ in .reply(200, "ok") }
        let hostile = "a&b=<c> \"d\"\r\n{x}"
        for (type, body, expected) in [
            (
                "application/x-www-form-urlencoded", "x={x}&y=1",
                "x=a%26b%3D%3Cc%3E%20%22d%22%0D%0A%7Bx%7D&y=1"
            ),
            (
                "text/xml; charset=utf-8", "<a>{x}</a>",
                "<a>a&amp;b=&lt;c&gt; &quot;d&quot;\r\n{x}</a>"
            ),
            ("text/plain", "{x} {{x}}", "a&b=<c> \"d\"\r\n{x} {x}"),
        ] {
            var rig = Rig(server.url())
            rig.method = "PUT"
            rig.headers = [("Content-Type", type)]
            rig.body = body
            _ = try await rig.call(["x": .string(hostile)])
            let seen = try #require(server.received.last)
            #expect(seen.text == expected)
            #expect(seen.headers.filter { $0.name.lowercased() == "content-type" }.count == 1)
        }
    }

    @Test("each method is sent; an empty answer still has a result")
    func methods() async throws {
        let server = try ScriptedServer { _ in .reply(200, "") }
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            var rig = Rig(server.url())
            rig.method = method
            #expect(
                try await rig.call()["output"]
                    == "done; the server answered 200 and nothing else")
            #expect(server.received.last?.method == method)
        }
    }

    @Test("a status of 400 or more is a failure, with the beginning of the body")
    func failures() async throws {
        let server = try ScriptedServer { request in
            request.target == "/html"
                ? .reply(
                    500, "<h1>Oops</h1>\n\n<p>Try <b>later</b></p>",
                    headers: [("Content-Type", "text/html")])
                : .reply(404, "no such\n lamp" + String(repeating: " x", count: 500))
        }
        let long = try await Rig(server.url()).error()
        #expect(long.hasPrefix("the server answered with status 404: no such lamp x x"))
        #expect(long.count < 400)
        #expect(
            try await Rig(server.url("/html")).error()
                == "the server answered with status 500: Oops Try later")
    }

    @Test("a binary body is reported as binary, and encodings of old devices are read")
    func otherAnswers() async throws {
        let server = try ScriptedServer { request in
            let isImage = request.target == "/image"
            let bytes: [UInt8] = isImage ? [0x89, 0x50, 0, 1] : [0x67, 0x72, 0xFC, 0x6E]
            let type = isImage ? "image/png" : "text/plain; charset=iso-8859-1"
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: \(type)\r\n\r\n"
            return [.send(Array(head.utf8) + bytes)]
        }
        #expect(
            try await Rig(server.url("/image")).call()["output"]
                == "done; the server answered 4 bytes of image/png, which is no text")
        #expect(try await Rig(server.url()).call()["output"] == "grün")
    }

    @Test("secrets are sent in the url, a header and the body, and never come back")
    func secrets() async throws {
        let key = "k3y/\"&ü"
        let server = try ScriptedServer { request in
            let said = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            return .reply(
                request.target.hasPrefix("/bad") ? 403 : 200,
                "\(request.target)\n\(said)\n\(request.text)")
        }
        for path in ["/good", "/bad"] {
            var rig = Rig(server.url("\(path)/{secret:key}?k={secret:key}"))
            rig.method = "POST"
            rig.headers = [("Authorization", "Bearer {secret:key}")]
            rig.body = #"{"key": "{secret:key}", "again": {secret:key}}"#
            rig.secrets = ["key": key]
            let told = try await rig.call().serialized
            let seen = try #require(server.received.last)
            #expect(
                seen.target
                    == "\(path)/k3y/%22%26%C3%BC?k=k3y%2F%22%26%C3%BC")
            #expect(seen["authorization"] == "Bearer \(key)")
            #expect(try JSONValue(parsing: seen.body)["key"] == .string(key))
            #expect(try JSONValue(parsing: seen.body)["again"] == .string(key))
            #expect(told.contains("(hidden)"))
            #expect(!told.contains("k3y"), "\(told)")
        }
    }

    @Test("a missing secret fails the call, and nothing is sent")
    func missingSecret() async throws {
        let server = try ScriptedServer { _ in .reply(200, "") }
        var rig = Rig(server.url())
        rig.headers = [("X-Key", "{secret:key}")]
        #expect(try await rig.error() == "nothing was done: there is no secret 'key'")
        #expect(server.connectionsSeen == 0)
    }
}
