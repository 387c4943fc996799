import Testing

@testable import WebSockets

/// Connections through a proxy that resolves every name to this machine.
@Suite(.timeLimit(.minutes(5)))
struct ProxyTests {
    private func echo(
        _ test: TestLoop, identity: WebSocketListener.Identity? = nil
    ) async throws -> WebSocketListener {
        try await test.listen(identity: identity) { connection, event in
            guard case .message(let bytes, _) = event else { return }
            connection.send(bytes: bytes, kind: .text)
            connection.close(code: 1000, reason: "done")
        }
    }

    @Test("ws goes through http_proxy, with user and password, and the proxy resolves the name")
    func plain() async throws {
        let test = try TestLoop()
        let proxy = try TestProxy()
        let server = try await echo(test)
        let log = EventLog()
        _ = try await test.connect(
            "ws://far.test:\(server.port)/",
            environment: ["http_proxy": "http://user:p%40ss@127.0.0.1:\(proxy.port)"], log: log
        ) { $0.send(text: "hello") }
        #expect(
            await log.untilEnd().filter { $0 != "drained" }
                == ["opened", "text hello", "closed 1000 done"])
        let head = proxy.heads.withLock { $0.joined() }
        #expect(head.hasPrefix("CONNECT far.test:\(server.port) HTTP/1.1\r\n"), "\(head)")
        // "user:p@ss"
        #expect(head.lowercased().contains("proxy-authorization: basic "), "\(head)")
        #expect(head.contains("dXNlcjpwQHNz\r\n"), "\(head)")
    }

    @Test("wss goes through https_proxy, and the certificate is still the server's")
    func secure() async throws {
        let test = try TestLoop()
        let proxy = try TestProxy()
        let certificates = try Certificates()
        let identity = try await certificates.make(host: "far.test")
        let server = try await echo(test, identity: identity)
        let environment = ["https_proxy": "http://127.0.0.1:\(proxy.port)"]
        let log = EventLog()
        _ = try await test.connect(
            "wss://far.test:\(server.port)/", authority: identity.certificateFile,
            environment: environment, log: log
        ) { $0.send(text: "hello") }
        #expect(
            await log.untilEnd().filter { $0 != "drained" }
                == ["opened", "text hello", "closed 1000 done"])
        let head = proxy.heads.withLock { $0.joined() }
        #expect(!head.lowercased().contains("authorization"), "\(head)")

        let second = EventLog()
        _ = try await test.connect(
            "wss://other.test:\(server.port)/", authority: identity.certificateFile,
            environment: environment, log: second)
        let end = await second.untilEnd().last ?? ""
        #expect(end.contains("is for another host"), "\(end)")
    }

    @Test(
        "a refusal of the proxy is not taken for one of the server, and no password is logged",
        arguments: ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"])
    func refusal(status: String) async throws {
        let test = try TestLoop()
        let proxy = try TestProxy(refusal: status)
        let log = EventLog()
        _ = try await test.connect(
            "wss://far.test/",
            environment: ["https_proxy": "http://user:secret@127.0.0.1:\(proxy.port)"], log: log)
        let events = await log.untilEnd()
        #expect(events.count == 1)
        let text = events.last ?? ""
        #expect(
            text.hasPrefix(
                "failed the proxy 127.0.0.1:\(proxy.port) opens no line to far.test:443"),
            "\(text)")
        #expect(text.contains("; "), "it says what to do")
        #expect(!text.contains("secret") && !text.contains("user:"), "\(text)")
    }

    @Test("an unreachable proxy is named in the error")
    func absent() async throws {
        let test = try TestLoop()
        let log = EventLog()
        _ = try await test.connect(
            "ws://far.test/", environment: ["http_proxy": "http://u:secret@127.0.0.1:1"], log: log)
        let events = await log.untilEnd()
        #expect(events.count == 1)
        #expect(
            events.last?.hasPrefix("failed cannot reach the proxy 127.0.0.1:1: ") == true,
            "\(events)")
        #expect(events.last?.contains("secret") == false)
    }

    @Test("one loop reaches one host directly and another one through the proxy")
    func mixed() async throws {
        let test = try TestLoop()
        let proxy = try TestProxy()
        let server = try await echo(test)
        let environment = ["http_proxy": "http://127.0.0.1:\(proxy.port)"]
        for host in ["127.0.0.1", "far.test", "127.0.0.1"] {
            let log = EventLog()
            _ = try await test.connect(
                "ws://\(host):\(server.port)/", environment: environment, log: log
            ) { $0.send(text: "hello") }
            #expect(await log.untilEnd().last == "closed 1000 done")
        }
        #expect(proxy.heads.withLock { $0.count } == 1)
    }

    @Test("an unusable proxy variable fails the connection with its name")
    func unusable() async throws {
        let test = try TestLoop()
        let log = EventLog()
        _ = try await test.connect(
            "ws://far.test/", environment: ["all_proxy": "socks5://u:secret@p:1"], log: log)
        #expect(
            await log.untilEnd() == [
                "failed the proxy in the variable all_proxy cannot be used: only http:// proxies "
                    + "are known here"
            ])
    }
}
