import Daemon
import Glibc
import Linux
import Simulation
import TestSockets
import Testing
import WebSockets

/// The steps to the service, each broken by a server that somebody else could have written.
@Suite("The first step to the service that fails is named", .timeLimit(.minutes(5)))
struct ServiceLadderTests {
    private let rig: LadderRig

    init() throws { rig = try LadderRig() }

    /// A server that says this to whoever has sent a request's head.
    private func server(saying answer: String) throws -> RawServer {
        try RawServer { line in
            _ = line.readHead()
            line.write(answer)
            line.endOfWriting()
        }
    }

    private static func http(
        _ status: String, _ body: String = "", _ header: String = ""
    ) -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(header)\r\n\(body)"
    }

    // MARK: - Connections

    @Test("where nothing listens, the connection is refused, and no name is blamed")
    func refused() async throws {
        let (descriptor, port) = try Loopback.bound()
        let found = try await rig.findings("wss://localhost:\(port)")
        close(descriptor)
        #expect(found.broken == ["service.connection.refused"], "\(found)")
        #expect(found.fault?.evidence?.contains("refused") == true)
        #expect(found.working == ["service.proxy", "service.names"])
        #expect(
            found.untried == [
                "service.time", "service.encryption", "service.answer", "service.key",
                "service.account", "service.setup", "service.session",
            ])
    }

    @Test("a listener that takes no more connections is silent", .timeLimit(.minutes(1)))
    func silentPort() async throws {
        let (descriptor, port) = try Loopback.bound()
        defer { close(descriptor) }
        #expect(listen(descriptor, 0) == 0)
        // The kernel drops what comes once the queue is full (tcp(7)).
        let fillers = (0..<3).map { _ in pending(port) }
        defer { for filler in fillers { close(filler) } }
        let found = try await rig.findings("ws://127.0.0.1:\(port)")
        #expect(found.broken == ["service.connection.silent"], "\(found)")
    }

    /// A connection that is begun, and not waited for.
    private func pending(_ port: Int) -> Int32 {
        let descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = Loopback.address(port: port)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    @Test("a server that takes the line and never speaks is distinguished from a closed port")
    func silent() async throws {
        let server = try RawServer { line in while !line.read().isEmpty {} }
        let secure = try await rig.findings("wss://127.0.0.1:\(server.port)")
        #expect(secure.broken == ["service.encryption.silent"], "\(secure)")
        #expect(secure.working.contains("service.connection"))
        let plain = try await rig.findings("ws://127.0.0.1:\(server.port)")
        #expect(plain.broken == ["service.answer.silent"], "\(plain)")
    }

    // MARK: - Encryption and time

    /// A certificate that signs itself, and its key; valid for two days, or until yesterday.
    private func identity(host: String, isOld: Bool = false) async throws
        -> WebSocketListener.Identity
    {
        let file = "\(rig.folder)/\(host)"
        try Files.writeAtomically(
            "\(file).ext", Array("subjectAltName=DNS:\(host)".utf8), mode: 0o600)
        try await openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=\(host)", "-keyout", "\(file).key", "-out", "\(file).csr",
        ])
        try await openssl([
            "x509", "-req", "-in", "\(file).csr", "-signkey", "\(file).key", "-extfile",
            "\(file).ext", "-days", isOld ? "-1" : "2", "-out", "\(file).pem",
        ])
        return WebSocketListener.Identity(
            certificateFile: "\(file).pem", keyFile: "\(file).key")
    }

    private func openssl(_ arguments: [String]) async throws {
        let result = try await ChildProcess.run(
            Command(
                arguments: ["openssl"] + arguments, environment: Environment.all(),
                outputLimitBytes: 65_536), deadline: .seconds(30), grace: .seconds(1))
        try #require(result.exit == .exited(0), "\(result)")
    }

    /// What is found of a server with a certificate; the file of an authority is trusted alone.
    private func secured(
        _ identity: WebSocketListener.Identity, authority: String,
        world: LadderWorld = LadderRig.world()
    ) async throws -> [Finding] {
        let server = try LiveServer(scenario: Scenario(turns: [])) { _ in }
        let port = try await server.start(identity: identity)
        defer { server.stop() }
        return try await rig.findings(
            "wss://localhost:\(port)", authority: authority, world: world)
    }

    @Test("an unknown authority, another host and an unreadable authority file are distinguished")
    func certificates() async throws {
        let good = try await identity(host: "localhost")
        let other = try await identity(host: "other.test")
        let right = try await secured(good, authority: good.certificateFile)
        #expect(right.broken.isEmpty, "\(right)")
        let stranger = try await secured(good, authority: "")
        #expect(stranger.broken == ["service.encryption.authority"], "\(stranger)")
        #expect(stranger.fault?.remedy?.text.contains("ca-certificates") == true)
        let strange = try await secured(good, authority: other.certificateFile)
        #expect(strange.broken == ["service.encryption.authority"], "\(strange)")
        #expect(strange.fault?.remedy?.text.contains("live.ca_file") == true)
        let foreign = try await secured(other, authority: other.certificateFile)
        #expect(foreign.broken == ["service.encryption.other-host"], "\(foreign)")
        let none = try await secured(good, authority: good.keyFile)
        #expect(none.broken == ["service.encryption.authority-file"], "\(none)")
    }

    @Test("what does not speak TLS is no fault of a certificate's")
    func noTLS() async throws {
        let server = try RawServer { line in
            _ = line.read()
            line.write("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        let found = try await rig.findings("wss://127.0.0.1:\(server.port)")
        #expect(found.broken == ["service.encryption.no-tls"], "\(found)")
    }

    /// A web server that says a time.
    private func timeServer(_ date: String) throws -> RawServer {
        try server(saying: Self.http("301 Moved", "", "Date: \(date)\r\n"))
    }

    @Test("a certificate out of its time is the clock's fault where a server says another time")
    func wrongClock() async throws {
        let old = try await identity(host: "localhost", isOld: true)
        let past = try timeServer("Sat, 01 Feb 2020 12:00:00 GMT")
        let wrong = try await secured(
            old, authority: old.certificateFile,
            world: LadderRig.world {
                $0.plainTime = { _ in "http://127.0.0.1:\(past.port)/" }
            })
        #expect(wrong.broken == ["service.time.wrong"], "\(wrong)")
        #expect(wrong.fault?.result.contains("days ahead") == true)
        #expect(wrong.fault?.remedy == .command("sudo timedatectl set-ntp true"))
        #expect(wrong.working == ["service.proxy", "service.names", "service.connection"])
        #expect(wrong.untried.first == "service.encryption")
    }

    @Test("it is the certificate's own fault where the clocks agree, and else either may be")
    func rightClock() async throws {
        let old = try await identity(host: "localhost", isOld: true)
        let moment: Int64 = 784_111_777_000_000_000
        let now = try timeServer("Sun, 06 Nov 1994 08:49:37 GMT")
        let right = try await secured(
            old, authority: old.certificateFile,
            world: LadderRig.world {
                $0.now = { moment }
                $0.plainTime = { _ in "http://127.0.0.1:\(now.port)/" }
            })
        #expect(right.broken == ["service.encryption.out-of-time"], "\(right)")
        #expect(right.fault?.result.contains("the clock is right") == true)
        let nobody = try await secured(old, authority: old.certificateFile)
        #expect(nobody.broken == ["service.encryption.out-of-time"], "\(nobody)")
        #expect(nobody.fault?.remedy == .command("timedatectl"))
    }

    @Test("a clock before the program's own time is wrong without asking anybody")
    func early() async throws {
        let old = try await identity(host: "localhost", isOld: true)
        let found = try await secured(
            old, authority: old.certificateFile,
            world: LadderRig.world {
                $0.now = { 86_400_000_000_000 }
                $0.notBefore = 784_111_777_000_000_000
            })
        #expect(found.broken == ["service.time.early"], "\(found)")
        #expect(found.fault?.evidence?.contains("1970-01-02") == true)
        #expect(found.fault?.evidence?.contains("1994-11-06") == true)
    }

    @Test("a clock that is off, with which everything else works, is weak")
    func off() async throws {
        // A web server in the service's place: what it answers says what time it is there.
        let server = try server(
            saying: Self.http("503 Busy", "", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
        for (seconds, grade) in [(0 as Int64, Finding.Grade.works), (600, .weak), (-600, .weak)] {
            let found = try await rig.findings(
                "ws://127.0.0.1:\(server.port)",
                world: LadderRig.world { $0.now = { (784_111_777 + seconds) * 1_000_000_000 } })
            let time = found.first { $0.subject == "time" }
            #expect(time?.grade == grade, "\(found)")
            if seconds != 0 {
                #expect(
                    time?.result.contains(seconds > 0 ? "10 min ahead" : "10 min behind") == true,
                    "\(found)")
            }
        }
    }

    // MARK: - Who answers

    private static let json = """
        {"error": {"code": 403, "message": "API key expired. Please renew the API key.", \
        "status": "PERMISSION_DENIED"}}
        """

    @Test(
        "what answers in the place of the upgrade is distinguished",
        arguments: [
            (http("302 Found", "", "Location: http://login.test/\r\n"), "service.answer.portal"),
            (http("511 Network Authentication Required"), "service.answer.portal"),
            (http("200 OK", "<html>hello</html>"), "service.answer.no-websocket"),
            ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "service.answer.no-websocket"),
            (http("404 Not Found", "no"), "service.answer.not-found"),
            (http("503 Service Unavailable"), "service.answer.trouble"),
            (http("429 Too Many Requests"), "service.account.quota"),
            (http("403 Forbidden", json), "service.key.expired"),
        ])
    func answers(answer: String, name: String) async throws {
        let server = try server(saying: answer)
        let found = try await rig.findings("ws://127.0.0.1:\(server.port)")
        #expect(found.broken == [name], "\(found)")
        #expect(found.fault?.remedy != nil)
    }

    // MARK: - Proxies

    @Test("what is wrong with a proxy is distinguished, and the service is not blamed")
    func proxies() async throws {
        let (descriptor, free) = try Loopback.bound()
        close(descriptor)
        let silent = try RawServer { line in while !line.read().isEmpty {} }
        let refusing = try server(saying: Self.http("403 Forbidden"))
        let cases = [
            ("ftp://127.0.0.1", "service.proxy.malformed"),
            ("http://127.0.0.1:\(free)", "service.proxy.connection-refused"),
            ("http://127.0.0.1:\(silent.port)", "service.proxy.silent"),
            ("http://127.0.0.1:\(refusing.port)", "service.proxy.refused"),
        ]
        for (proxy, name) in cases {
            let found = try await rig.findings(
                "wss://service.test",
                world: LadderRig.world { $0.environment = ["https_proxy": proxy] })
            #expect(found.broken == [name], "\(proxy): \(found)")
            #expect(found.working.isEmpty, "\(proxy): \(found)")
        }
    }
}
