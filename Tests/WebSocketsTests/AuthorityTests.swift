import Linux
import Testing

@testable import WebSockets

/// Trust of a connection that names no authority, against real servers.
@Suite(.timeLimit(.minutes(5)))
struct AuthorityTests {
    private static func system(folder: String, file: String? = nil) -> SystemAuthorities {
        SystemAuthorities { name in
            switch name {
            case "SSL_CERT_DIR": folder
            case "SSL_CERT_FILE": file
            default: nil
            }
        }
    }

    /// How a connection to a server with this certificate ends: nil when it is trusted.
    private func problem(
        of identity: WebSocketListener.Identity, on test: TestLoop
    ) async throws -> CertificateProblem? {
        let server = try await test.listen(identity: identity) { connection, event in
            if case .opened = event { connection.close(code: 1000, reason: "trusted") }
        }
        defer { test.loop.perform { server.close() } }
        let log = EventLog()
        _ = try await test.connect("wss://localhost:\(server.port)/", log: log)
        for await event in log.stream {
            switch event {
            case .closed(1000, "trusted"): return nil
            case .failed(.untrusted(_, let problem)): return problem
            case .failed(let error): throw error
            default: break
            }
        }
        throw WebSocketsError.noContext
    }

    @Test("of the system's folder only its certificates are trusted, for their host and time")
    func onlyWhatIsInIt() async throws {
        let (certificates, strangers, ancients) =
            (try Certificates(), try Certificates(), try Certificates())
        let good = try await certificates.make(host: "localhost")
        let other = try await certificates.make(host: "other.test")
        // By the same name, by which the folder is searched.
        let stranger = try await strangers.make(host: "localhost")
        let old = try await ancients.make(host: "localhost", isExpired: true)
        let folder = try await certificates.authorities([good, other])
        let test = TestLoop(
            try EventLoop(name: "test", system: Self.system(folder: folder)))
        let cases: [(WebSocketListener.Identity, CertificateProblem?)] = [
            (good, nil), (other, .otherHost), (stranger, .unknownAuthority),
            (old, .unknownAuthority),
        ]
        // In any order, since one connection's findings are kept for the next.
        for (identity, expected) in (cases + cases).shuffled() {
            let found = try await problem(of: identity, on: test)
            #expect(found == expected, "\(identity.certificateFile)")
        }
        let past = TestLoop(
            try EventLoop(
                name: "test",
                system: Self.system(folder: try await ancients.authorities([old]))))
        #expect(try await problem(of: old, on: past) == .expired)
        #expect(try await problem(of: good, on: past) == .unknownAuthority)
    }

    @Test("no authority is read before a server shows its certificate, with watches or without")
    func noAuthorityIsReadBefore() async throws {
        let (certificates, others) = (try Certificates(), try Certificates())
        let early = try await certificates.make(host: "localhost")
        let late = try await others.make(host: "localhost")
        let folder = try await certificates.authorities([early])
        let test = TestLoop(
            try EventLoop(name: "test", system: Self.system(folder: folder)))
        let wake = try EventFD()
        let watch = try await test.on { try $0.watch(wake.descriptor) {} }
        // A certificate that is removed before it was needed was not read, and an added one is
        // found.
        try await certificates.replace(folder, with: [late])
        #expect(try await problem(of: early, on: test) == .unknownAuthority)
        #expect(try await problem(of: late, on: test) == nil)
        try await test.on { _ in watch.cancel() }
    }

    @Test("a named file alone is trusted, and a folder without hashes is no folder")
    func aFileThatIsNamed() async throws {
        let certificates = try Certificates()
        let good = try await certificates.make(host: "localhost")
        let folder = try await certificates.authorities([good])
        #expect(Self.system(folder: folder).folder == folder)
        #expect(Self.system(folder: "/nowhere:\(folder)").folder == "/nowhere:\(folder)")
        #expect(Self.system(folder: folder, file: good.certificateFile).folder == nil)
        #expect(Self.system(folder: folder, file: "/nowhere").folder == nil)
        #expect(Self.system(folder: "/nowhere").folder == nil)
        try await certificates.replace(folder, with: [])
        #expect(Self.system(folder: folder).folder == nil)
    }

    @Test("an authority file without a certificate is named, and nothing is trusted in its place")
    func anAuthorityFileThatHoldsNone() async throws {
        let test = try TestLoop()
        let certificates = try Certificates()
        let good = try await certificates.make(host: "localhost")
        let server = try await test.listen(identity: good) { _, _ in }
        let log = EventLog()
        _ = try await test.connect(
            "wss://localhost:\(server.port)/", authority: good.keyFile, log: log)
        #expect(
            await log.untilEnd()
                == ["failed \(WebSocketsError.badAuthorityFile(good.keyFile))"])
    }
}
