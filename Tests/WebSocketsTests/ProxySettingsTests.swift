import Testing

@testable import WebSockets

@Suite
struct ProxySettingsTests {
    private func proxy(_ environment: [String: String], _ url: String) throws -> Proxy? {
        try ProxySettings(environment: environment).proxy(for: WebSocketURL(url))
    }

    @Test("each scheme has its variables, the more specific one first")
    func variables() throws {
        let all = [
            "https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2", "http_proxy": "http://c:3",
            "HTTP_PROXY": "http://d:4", "all_proxy": "http://e:5", "ALL_PROXY": "http://f:6",
        ]
        var left = all
        for expected in ["a:1", "b:2", "e:5", "f:6"] {
            #expect(try proxy(left, "wss://x.test/")?.description == expected)
            left = left.filter { !$0.value.hasSuffix(expected) }
        }
        #expect(try proxy(left, "wss://x.test/") == nil)
        left = all
        for expected in ["c:3", "e:5", "f:6"] {
            #expect(try proxy(left, "ws://x.test/")?.description == expected)
            left = left.filter { !$0.value.hasSuffix(expected) }
        }
        #expect(try proxy(left, "ws://x.test/") == nil, "HTTP_PROXY may come from a request")
        #expect(try proxy(["https_proxy": "", "all_proxy": "e:5"], "wss://x.test/")?.port == 5)
    }

    @Test(
        "no_proxy names domains, addresses, ports and everything",
        arguments: [
            ("*", "wss://x.test/", true), ("x.test", "wss://x.test/", true),
            ("X.Test.", "wss://x.tesT/", true), ("x.test", "wss://a.x.test/", true),
            (".x.test", "wss://x.test/", true), (".x.test", "wss://a.b.x.test/", true),
            ("*.x.test", "wss://a.x.test/", true), ("x.test", "wss://ax.test/", false),
            ("test", "wss://x.test/", true), ("est", "wss://x.test/", false),
            ("y.test, x.test", "wss://x.test/", true), ("y.test x.test", "wss://x.test/", true),
            (",, ,", "wss://x.test/", false), (".", "wss://x.test/", false),
            ("x.test:443", "wss://x.test/", true), ("x.test:80", "wss://x.test/", false),
            ("x.test:8443", "wss://x.test:8443/", true), ("10.1.2.3", "wss://10.1.2.3/", true),
            ("10.1.2.3", "wss://110.1.2.3/", false), ("2001:db8::1", "wss://[2001:db8::1]/", true),
            ("[2001:db8::1]:443", "wss://[2001:db8::1]/", true),
            ("[2001:db8::1]:80", "wss://[2001:db8::1]/", false),
        ] as [(String, String, Bool)])
    func exceptions(list: String, url: String, isDirect: Bool) throws {
        for name in ["no_proxy", "NO_PROXY"] {
            var settings = ["https_proxy": "http://p:1", "no_proxy": ""]
            settings[name] = list
            var isProxied = true
            // An IPv6 address is refused if it would go through the proxy.
            do { isProxied = try proxy(settings, url) != nil } catch {}
            #expect(isProxied != isDirect, "\(name)")
        }
    }

    @Test(
        "this machine is reached directly, whatever the variables are",
        arguments: [
            "ws://localhost/", "ws://LOCALHOST:9/", "ws://a.localhost/", "ws://127.0.0.1/",
            "ws://127.255.1.2/", "ws://[::1]:4/",
        ])
    func thisMachine(url: String) throws {
        #expect(try proxy(["all_proxy": "http://p:1"], url) == nil)
    }

    @Test("names that only look like this machine go through the proxy")
    func notThisMachine() throws {
        for url in ["ws://127.0.0.1.test/", "ws://localhost.test/", "ws://128.0.0.1/"] {
            #expect(try proxy(["all_proxy": "http://p:1"], url) != nil, "\(url)")
        }
    }

    @Test("the address of a proxy is read with and without scheme, port, user and password")
    func addresses() throws {
        func read(_ text: String) throws -> Proxy? { try proxy(["all_proxy": text], "ws://x.test") }
        #expect(try read("p") == Proxy(host: "p", port: 1080, credentials: nil))
        #expect(try read("HTTP://p:80/") == Proxy(host: "p", port: 80, credentials: nil))
        #expect(try read("http://[::2]:8") == Proxy(host: "::2", port: 8, credentials: nil))
        #expect(try read("http://u@p:8") == Proxy(host: "p", port: 8, credentials: "u:"))
        #expect(
            try read("http://u:p%40s%3as@p:8") == Proxy(host: "p", port: 8, credentials: "u:p@s:s"))
        #expect(try read("u:p@s@p:8") == Proxy(host: "p", port: 8, credentials: "u:p@s"))
    }

    @Test(
        "an unusable address is refused without showing the password",
        arguments: [
            "socks5://u:secret@p:1", "https://u:secret@p:1", "http://u:secret@p:0",
            "http://u:secret@p:70000", "http://u:secret@", "http://u:secret%4@p:1",
            "http://u:secret%zz@p:1", "http://u:secret%00@p:1", "http://u:secret@[::1:1",
            "http://u:secret@p q:1",
            "http://u:secret-that-is-far-too-long-for-the-room-that-libwebsockets-has-for-it-"
                + "which-is-ninety-bytes@p:1",
        ])
    func badAddresses(text: String) throws {
        #expect(throws: WebSocketsError.self) {
            try proxy(["all_proxy": text], "ws://x.test/")
        }
        do {
            _ = try proxy(["all_proxy": text], "ws://x.test/")
        } catch {
            #expect("\(error)".contains("all_proxy"))
            #expect(!"\(error)".contains("secret"))
        }
    }

    @Test("no message about a proxy shows its password")
    func secrecy() throws {
        let proxy = Proxy(host: "p", port: 1, credentials: "u:secret")
        var dumped = ""
        dump(proxy, to: &dumped)
        for text in ["\(proxy)", String(reflecting: proxy), dumped] {
            #expect(!text.contains("secret"), "\(text)")
        }
    }

    @Test("a URL that libwebsockets would cut or garble is refused for a proxy")
    func unaskable() {
        let long = String(repeating: "x", count: 100) + ".test"
        for url in ["ws://[2001:db8::1]/", "ws://\(long)/"] {
            #expect(throws: WebSocketsError.self) {
                try proxy(["all_proxy": "http://p:1"], url)
            }
        }
    }
}
