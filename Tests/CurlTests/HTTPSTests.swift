import Curl
import Linux
import Testing

/// TLS, against the server in the openssl command.
@Suite(.timeLimit(.minutes(5)))
struct HTTPSTests {
    let client = HTTPClient()

    /// A server whose certificate is its own authority, until `body` returns.
    private func withServer(
        name: String, _ body: (_ port: String, _ authorityFile: String) async throws -> Void
    ) async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-https")
        defer { try? Files.removeTree(folder) }
        let (certificate, key) = ("\(folder)/certificate", "\(folder)/key")
        let making = try await ChildProcess.run(
            openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
                "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate),
            deadline: .seconds(30), grace: .seconds(1))
        try #require(making.exit == .exited(0))
        // Without its own words on every line that a client refuses.
        let quiet = ["sh", "-c", "exec \"$@\" 2>/dev/null", "sh"]
        var command = openssl(
            "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www")
        command.arguments = quiet + command.arguments
        let server = try SpawnedProcess(command, output: .lines)
        defer { _ = server.terminate(grace: .seconds(1)) }
        var port: Substring?
        while port == nil {
            let line = try #require(server.readLine(timeout: .seconds(20)))
            if line.hasPrefix("ACCEPT ") { port = line.split(separator: ":").last }
        }
        try await body(String(try #require(port)), certificate)
    }

    private func openssl(_ arguments: String...) -> Command {
        Command(
            arguments: ["openssl"] + arguments, environment: Environment.all(),
            outputLimitBytes: 65_536)
    }

    @Test("an authority file makes a server trusted that the system does not trust")
    func authorityFile() async throws {
        try await withServer(name: "localhost") { port, authority in
            var request = HTTPClientTests.request("GET", "https://localhost:\(port)/")
            let error = await HTTPClientTests.error(client, request)
            guard case .untrusted(let server, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(server == "localhost:\(port)")
            #expect(error?.isTransient == false)
            request.certificateAuthorityFile = authority
            let answer = try await client.perform(request)
            #expect(answer.status == 200)
        }
    }

    @Test("a certificate for another name is not trusted, even from a trusted authority")
    func otherName() async throws {
        try await withServer(name: "other.invalid") { port, authority in
            var request = HTTPClientTests.request("GET", "https://localhost:\(port)/")
            request.certificateAuthorityFile = authority
            guard case .untrusted = await HTTPClientTests.error(client, request) else {
                Issue.record("trusted")
                return
            }
        }
    }

    @Test("a missing authority file is named in the error")
    func missingAuthorityFile() async throws {
        try await withServer(name: "localhost") { port, _ in
            var request = HTTPClientTests.request("GET", "https://localhost:\(port)/")
            request.certificateAuthorityFile = "/nowhere/authority.pem"
            let error = await HTTPClientTests.error(client, request)
            #expect(error?.description.contains("/nowhere/authority.pem") == true)
        }
    }
}
