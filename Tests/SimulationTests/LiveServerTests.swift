import Linux
import ModelTypes
import Synchronization
import Testing
import WebSockets

@testable import Simulation

@Suite(.timeLimit(.minutes(1)))
struct LiveServerTests {
    /// What a client sees of a connection, up to its end.
    private func connect(
        _ url: String, authority: String? = nil, setup: String = TestClient.manual
    ) async throws -> [String] {
        let loop = try EventLoop(name: "client")
        defer { loop.stop() }
        let request = WebSocketRequest(
            url: try WebSocketURL(
                "\(url)//ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
            ),
            headers: [("x-goog-api-key", "test-key")], certificateAuthorityFile: authority)
        let (stream, continuation) = AsyncStream<String>.makeStream()
        loop.perform {
            let client = WebSocketClient(loop: loop)
            client.open(request) { event in
                switch event {
                case .opened: client.send { $0.append(contentsOf: setup.utf8) }
                case .message(let bytes, let isBinary):
                    let text = String(decoding: bytes, as: UTF8.self)
                    continuation.yield("\(isBinary ? "binary" : "text") \(text)")
                    client.close()
                case .drained: break
                case .closed(let code, _):
                    continuation.yield("closed \(code)")
                    continuation.finish()
                case .failed(let error):
                    continuation.yield("failed: \(error)")
                    continuation.finish()
                }
            }
        }
        var seen: [String] = []
        for await line in stream { seen.append(line) }
        return seen
    }

    @Test("frames are binary with pretty JSON and a line end, as the service's are")
    func frames() async throws {
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start()
        let seen = try await connect("ws://127.0.0.1:\(port)")
        #expect(seen == ["binary {\n  \"setupComplete\": {}\n}\n", "closed 1000"])
    }

    @Test("wss: the authority that was made is trusted when named, and refused when not")
    func authority() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-authority")
        defer { try? Files.removeTree(folder) }
        let authority = try await CertificateAuthority.make(in: folder)
        let server = try LiveServer(scenario: .plain)
        defer { server.stop() }
        let port = try await server.start(identity: authority.identity)
        for host in ["127.0.0.1", "localhost"] {
            let seen = try await connect(
                "wss://\(host):\(port)", authority: authority.authorityFile)
            #expect(seen.last == "closed 1000")
        }
        let refused = try await connect("wss://127.0.0.1:\(port)")
        #expect(refused.count == 1)
        #expect(refused[0].contains("not trusted"))
    }
}
