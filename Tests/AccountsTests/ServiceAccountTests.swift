import Crypto
import Curl
import Linux
import TestHTTP
import Testing
import WireCodec

@testable import Accounts

@Suite(.timeLimit(.minutes(5)))
struct ServiceAccountTests {
    let clock = ManualClock()
    let http = HTTPClient()

    /// Runs openssl and returns its output.
    private func openssl(_ arguments: String...) async throws -> String {
        let command = Command(
            arguments: ["openssl"] + arguments, environment: Environment.all(),
            outputLimitBytes: 65_536)
        let result = try await ChildProcess.run(command, deadline: .seconds(30), grace: .seconds(1))
        try #require(result.exit == .exited(0))
        return String(decoding: result.standardOutput, as: UTF8.self)
    }

    private func newKey() async throws -> String {
        try await openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    }

    private func keyFile(_ key: String, _ tokenAddress: String) -> JSONObject {
        [
            "type": "service_account", "project_id": "garden", "private_key_id": "key-7",
            "private_key": .string(key), "client_email": "bird@garden.iam.gserviceaccount.com",
            "token_uri": .string(tokenAddress),
        ]
    }

    private func account(_ file: JSONObject) throws(AccountError) -> ServiceAccount {
        try ServiceAccount(
            keyFile: Array(JSONValue.object(file).serialized.utf8), path: "key.json", http: http,
            clock: clock)
    }

    private func problem(_ file: JSONObject) -> AccountError? {
        do throws(AccountError) {
            _ = try account(file)
            return nil
        } catch {
            return error
        }
    }

    @Test("openssl verifies the claim with the public key, and a token comes back")
    func exchange() async throws {
        let server = try ScriptedServer { _ in
            .reply(
                200, #"{"access_token":"ya29.x","expires_in":"3599","token_type":"Bearer"}"#)
        }
        let key = try await newKey()
        let account = try account(keyFile(key, server.url("/token")))
        #expect(account.projectID == "garden")
        let issued = try await account.issue()
        #expect(issued.token.revealed == "ya29.x")
        #expect(issued.lifetime == .seconds(3599))

        let request = try #require(server.received.first)
        #expect(request.method == "POST")
        #expect(request.target == "/token")
        #expect(request["content-type"] == "application/x-www-form-urlencoded")
        let form =
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
        try #require(request.text.hasPrefix(form))
        let parts = request.text.dropFirst(form.count).split(separator: ".")
        try #require(parts.count == 3)
        let header = try JSONValue(parsing: try #require(Base64.decode(Array(parts[0].utf8)[...])))
        #expect(header == ["alg": "RS256", "typ": "JWT", "kid": "key-7"])
        let claims = try JSONValue(parsing: try #require(Base64.decode(Array(parts[1].utf8)[...])))
        #expect(
            claims == [
                "iss": "bird@garden.iam.gserviceaccount.com", "aud": .string(server.url("/token")),
                "scope": "https://www.googleapis.com/auth/cloud-platform", "iat": 1_790_000_000,
                "exp": 1_790_003_600,
            ])
        try await verify("\(parts[0]).\(parts[1])", String(parts[2]), key)
    }

    /// Lets openssl verify a signature with the public half of a key.
    private func verify(_ content: String, _ signature: String, _ key: String) async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-jwt")
        defer { try? Files.removeTree(folder) }
        let signed = try #require(Base64.decode(Array(signature.utf8)[...]))
        try Files.writeAtomically("\(folder)/key", Array(key.utf8), mode: 0o600)
        try Files.writeAtomically("\(folder)/content", Array(content.utf8), mode: 0o600)
        try Files.writeAtomically("\(folder)/signature", signed, mode: 0o600)
        _ = try await openssl(
            "pkey", "-in", "\(folder)/key", "-pubout", "-out", "\(folder)/public")
        let words = try await openssl(
            "dgst", "-sha256", "-verify", "\(folder)/public", "-signature",
            "\(folder)/signature", "\(folder)/content")
        #expect(words == "Verified OK\n")
    }

    @Test("a server's refusal is reported in its words, and whether a retry is worthwhile")
    func refusals() async throws {
        let server = try ScriptedServer { request in
            switch request.target {
            case "/grant":
                .reply(
                    400,
                    #"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#)
            case "/later": .reply(400, #"{"error":"temporarily_unavailable"}"#)
            case "/html": .reply(503, "<html>\n  down\n</html>")
            case "/login": .reply(200, "<html>log in</html>")
            case "/empty": .reply(200, #"{"access_token":"","expires_in":3599}"#)
            default: .reply(200, #"{"access_token":"x","expires_in":0}"#)
            }
        }
        let key = try await newKey()
        func error(_ path: String) async -> AccountError? {
            do throws(AccountError) {
                _ = try await account(keyFile(key, server.url(path))).issue()
                return nil
            } catch {
                return error
            }
        }
        let grant = await error("/grant")
        #expect(grant?.isTransient == false)
        #expect(
            grant?.description.contains("(400: invalid_grant: Invalid JWT Signature.)") == true)
        #expect(await error("/later")?.isTransient == true)
        let html = await error("/html")
        #expect(html?.isTransient == true)
        #expect(html?.description.contains("(503: <html> down </html>)") == true)
        for path in ["/login", "/empty", "/zero"] {
            guard case .malformedAnswer = await error(path) else {
                Issue.record("\(path)")
                continue
            }
        }
    }

    @Test("the error says what is wrong with a key file, and shows nothing of the key")
    func wrongFiles() async throws {
        let key = try await newKey()
        let good = keyFile(key, "https://oauth2.googleapis.com/token")
        #expect(problem(good) == nil)
        var file = good
        file["type"] = "authorized_user"
        #expect(problem(file)?.description.contains("'authorized_user'") == true)
        file = good
        file["client_email"] = nil
        #expect(problem(file)?.description.contains("'client_email'") == true)
        file = good
        file["token_uri"] = "http://oauth2.googleapis.com/token"
        #expect(problem(file)?.description.contains("https") == true)
        file["token_uri"] = "http://127.0.0.1.evil.example/token"
        #expect(problem(file)?.description.contains("https") == true)
        file = good
        file["private_key"] = .string(String(key.dropLast(30)))
        let text = try #require(problem(file)).description
        #expect(text.contains("cut off"))
        for line in key.split(separator: "\n").dropFirst().dropLast() {
            #expect(!text.contains(line))
        }
    }

    @Test("a key file that others can read is refused, with the command that helps")
    func openFile() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-key")
        defer { try? Files.removeTree(folder) }
        let path = "\(folder)/key.json"
        let file = keyFile(try await newKey(), "https://oauth2.googleapis.com/token")
        let bytes = Array(JSONValue.object(file).serialized.utf8)
        try Files.writeAtomically(path, bytes, mode: 0o644)
        #expect(
            throws: AccountError.keyFile(
                path: path, problem: "can be read by others: chmod 600 '\(path)'")
        ) {
            try ServiceAccount.read(path, http: http, clock: clock)
        }
        try Files.writeAtomically(path, bytes, mode: 0o600)
        let account = try ServiceAccount.read(path, http: http, clock: clock)
        #expect(account.email == "bird@garden.iam.gserviceaccount.com")
    }
}
