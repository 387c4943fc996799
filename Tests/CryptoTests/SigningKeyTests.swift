import Crypto
import Linux
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SigningKeyTests {
    /// Runs openssl with an input; returns its output, or nil when it failed.
    static func openssl(_ arguments: [String]) async throws -> String? {
        let command = Command(
            arguments: ["openssl"] + arguments, environment: Environment.all(),
            outputLimitBytes: 65_536)
        let result = try await ChildProcess.run(command, deadline: .seconds(30), grace: .seconds(1))
        guard result.exit == .exited(0) else { return nil }
        return String(decoding: result.standardOutput, as: UTF8.self)
    }

    static func key(_ arguments: String...) async throws -> String {
        try #require(try await openssl(["genpkey"] + arguments))
    }

    static func rsa(_ bits: Int = 2048) async throws -> String {
        try await key("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(bits)")
    }

    @Test("openssl accepts a signature, and refuses it for other bytes")
    func signatureIsValid() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-crypto")
        defer { try? Files.removeTree(folder) }
        let pem = try await Self.rsa()
        func path(_ name: String) -> String { "\(folder)/\(name)" }
        func write(_ name: String, _ bytes: [UInt8]) throws {
            try Files.writeAtomically(path(name), bytes, mode: 0o600)
        }
        let message = Array("header.claims".utf8)
        try write("key", Array(pem.utf8))
        try write("message", message)
        try write("other", message + [0])
        try write("signature", try SigningKey(pem: pem).signRS256(message))
        _ = try await Self.openssl(["pkey", "-in", path("key"), "-pubout", "-out", path("public")])
        func verified(_ name: String) async throws -> Bool {
            try await Self.openssl([
                "dgst", "-sha256", "-verify", path("public"), "-signature", path("signature"),
                path(name),
            ]) != nil
        }
        #expect(try await verified("message"))
        #expect(try await !verified("other"))
    }

    /// The error for a key's text.
    private func problem(_ pem: String) -> CryptoError? {
        do throws(CryptoError) {
            _ = try SigningKey(pem: pem)
            return nil
        } catch {
            return error
        }
    }

    @Test("the error says what is wrong with a key, and shows nothing of it")
    func wrongKeys() async throws {
        let pem = try await Self.rsa()
        let lines = pem.split(separator: "\n")
        #expect(problem("") == .malformed("the text lacks the line '-----BEGIN PRIVATE KEY-----'"))
        #expect(
            problem(lines.dropLast().joined(separator: "\n"))
                == .malformed("the line '-----END PRIVATE KEY-----' is missing: it was cut off"))
        #expect(
            problem(lines.joined(separator: "\\n"))
                == .malformed("it holds '\\n' in letters where lines must end"))
        var damaged = lines
        damaged.remove(at: 5)
        #expect(
            problem(damaged.joined(separator: "\n"))
                == .malformed(
                    "what is between BEGIN and END is damaged: copy or download it again"))
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-crypto")
        defer { try? Files.removeTree(folder) }
        try Files.writeAtomically("\(folder)/key", Array(pem.utf8), mode: 0o600)
        let input = ["-in", "\(folder)/key"]
        let publicKey = try #require(try await Self.openssl(["pkey", "-pubout"] + input))
        #expect(problem(publicKey) == .malformed("it is a PUBLIC KEY, not a PRIVATE KEY"))
        let locked = try await Self.openssl(
            ["pkcs8", "-topk8", "-passout", "pass:x"] + input)
        #expect(problem(try #require(locked)) == .encrypted)
        let curve = try await Self.key("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        #expect(problem(curve) == .unsuitable("it is of kind EC, and RS256 needs RSA"))
        #expect(
            problem(try await Self.rsa(1024))
                == .unsuitable("it has 1024 bits, and 2048 is the least"))
        #expect(problem(pem) == nil)
        // PKCS #1, as older tools write it.
        let old = try await Self.openssl(["rsa", "-traditional"] + input)
        #expect(problem(try #require(old)) == nil)
    }
}
