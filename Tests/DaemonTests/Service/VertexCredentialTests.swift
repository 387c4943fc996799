import Accounts
import Configuration
import Curl
import Linux
import Live
import Synchronization
import TestHTTP
import Testing
import VoiceSession
import WireCodec

@testable import Daemon

@Suite("A session's credential on Vertex", .timeLimit(.minutes(5)))
struct VertexCredentialTests {
    /// A clock that stands still until the test advances it.
    private final class StandingClock: DeviceClock {
        private let elapsed = Atomic<Int64>(0)
        var wall: Int64 { 1_790_000_000_000_000_000 + now }
        var now: Int64 { elapsed.load(ordering: .relaxed) }
        func wait(_ duration: Duration) async throws {}
        func advance(seconds: Int64) { elapsed.add(seconds * 1_000_000_000, ordering: .relaxed) }
    }

    private let clock = StandingClock()

    private func settings(file: String = "") -> Settings {
        var settings = Settings()
        settings[Keys.live.service] = "vertex"
        settings[Keys.vertex.accountFile] = file
        return settings
    }

    /// Issues tokens named by their number; each is valid for an hour.
    private func tokenServer() throws -> ScriptedServer {
        let count = Mutex(0)
        return try ScriptedServer { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return .reply(200, #"{"access_token":"t\#(number)","expires_in":3600}"#)
        }
    }

    /// The credential with which a connection would be opened.
    private func shown(_ credential: SessionCredential) async throws -> String {
        guard case .renewed(let renew) = credential,
            case .bearer(let token, let project) = try await renew()
        else { return "no bearer" }
        return token.revealed + (project.map { " for \($0)" } ?? "")
    }

    @Test("the machine's token is requested once for any number of connections")
    func oneRefresh() async throws {
        let server = try tokenServer()
        let credential = try Credentials.account(
            settings(), http: HTTPClient(), clock: clock,
            metadataHost: "127.0.0.1:\(server.port)")
        let all = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await shown(credential) } }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(all == [String](repeating: "t1", count: 20))
        #expect(server.received.count == 1)
    }

    @Test("a token is renewed before it expires, while the old one still serves")
    func renewedInTime() async throws {
        let server = try tokenServer()
        let credential = try Credentials.account(
            settings(), http: HTTPClient(), clock: clock,
            metadataHost: "127.0.0.1:\(server.port)")
        #expect(try await shown(credential) == "t1")
        clock.advance(seconds: 3_000)
        #expect(try await shown(credential) == "t1")
        #expect(server.received.count == 1)
        clock.advance(seconds: 400)
        #expect(try await shown(credential) == "t1")
        while try await shown(credential) != "t2" { await Task.yield() }
        #expect(server.received.count == 2)
        clock.advance(seconds: 7_200)
        #expect(try await shown(credential) == "t3")
    }

    @Test("an account file gives the token, the project that pays, and the project of the model")
    func accountFile() async throws {
        let server = try tokenServer()
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-vertex")
        defer { try? Files.removeTree(folder) }
        let command = Command(
            arguments: ["openssl", "genpkey", "-algorithm", "RSA"],
            environment: Environment.all(), outputLimitBytes: 65_536)
        let made = try await ChildProcess.run(
            command, deadline: .seconds(30), grace: .seconds(1))
        let file: JSONValue = [
            "type": "service_account", "project_id": "garden", "quota_project_id": "payer",
            "private_key": .string(String(decoding: made.standardOutput, as: UTF8.self)),
            "client_email": "bird@garden.iam.gserviceaccount.com",
            "token_uri": .string(server.url("/token")),
        ]
        try Files.writeAtomically(
            "\(folder)/account.json", Array(file.serialized.utf8), mode: 0o600)
        let settings = settings(file: "\(folder)/account.json")
        let credential = try Credentials.account(
            settings, http: HTTPClient(), clock: clock, metadataHost: nil)
        #expect(try await shown(credential) == "t1 for payer")
        let completed = try Credentials.completed(settings)
        let model = SessionSettings(completed).setup(handle: nil)["setup"]?["model"]
        #expect(
            model?.string
                == "projects/garden/locations/global/publishers/google/models/gemini-3.8-live")
    }

    @Test("without a project the error says what to set")
    func noProject() {
        do {
            _ = try Credentials.completed(settings())
            Issue.record("a session without a project")
        } catch {
            #expect("\(error)".contains("vertex.project"))
        }
    }
}
