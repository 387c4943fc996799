import Configuration
import Daemon
import Linux
import Simulation
import Testing

@Suite("The doctor's connection to the service", .timeLimit(.minutes(5)))
struct ServiceCheckTests {
    private func check(key: String, url: String) async throws -> Finding {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-doctor")
        defer { try? Files.removeTree(folder) }
        try Files.writeAtomically("\(folder)/key", Array(key.utf8), mode: 0o600)
        var settings = Settings()
        settings[Keys.live.keyFile] = "\(folder)/key"
        settings[Keys.live.url] = url
        return try await ServiceCheck(settings).run()
    }

    @Test("a service that accepts key and setup is fine, and only gets a close")
    func works() async throws {
        let events = Collector<ServerEvent>()
        let server = try LiveServer(scenario: Scenario(turns: [])) { events.add($0) }
        let port = try await server.start()
        let finding = try await check(key: "test-key", url: "ws://127.0.0.1:\(port)")
        #expect(finding.grade == .works)
        #expect(finding.text.contains("gemini-3.8-live took the setup"))
        server.stop()
    }

    @Test("a wrong key is reported as the cause")
    func wrongKey() async throws {
        let server = try LiveServer(scenario: Scenario(turns: [])) { _ in }
        let port = try await server.start()
        let finding = try await check(key: "another-key", url: "ws://127.0.0.1:\(port)")
        #expect(finding.grade == .broken)
        #expect(finding.text.contains("key"), "\(finding.text)")
        #expect(!finding.text.contains("another-key"))
        server.stop()
    }

    @Test("a service that does not answer is reported")
    func nobody() async throws {
        let server = try LiveServer(scenario: Scenario(turns: [])) { _ in }
        let port = try await server.start()
        server.stop()
        let finding = try await check(key: "test-key", url: "ws://127.0.0.1:\(port)")
        #expect(finding.grade == .broken)
        #expect(finding.text.contains("127.0.0.1"), "\(finding.text)")
    }
}
