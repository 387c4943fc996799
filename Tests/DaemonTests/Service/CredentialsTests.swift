import Configuration
import Linux
import ModelTypes
import Testing
import VoiceSession
import WireCodec

@testable import Daemon

@Suite struct CredentialsTests {
    /// Settings that name a key file with this text and mode.
    private func settings(_ text: String, mode: UInt32) throws -> (Settings, folder: String) {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-key")
        try Files.writeAtomically("\(folder)/key", Array(text.utf8), mode: mode)
        var settings = Settings()
        settings[Keys.live.keyFile] = "\(folder)/key"
        return (settings, folder)
    }

    private func refusal(_ settings: Settings) -> String? {
        do {
            _ = try Credentials.find(settings)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a key file with only the key is accepted, with or without a line end")
    func keyFile() throws {
        for text in ["AIza-key", "AIza-key\n", "  AIza-key \r\n"] {
            let (settings, folder) = try settings(text, mode: 0o600)
            defer { try? Files.removeTree(folder) }
            #expect(try Credentials.find(settings).revealed == "AIza-key")
        }
    }

    @Test("a key file that others can read is refused, with the command that helps")
    func readableByOthers() throws {
        let (settings, folder) = try settings("AIza-key", mode: 0o644)
        defer { try? Files.removeTree(folder) }
        let path = "\(folder)/key"
        #expect(
            refusal(settings) == "others can read the key file '\(path)': chmod 600 '\(path)'")
    }

    @Test("a key path that is a folder is reported as a folder")
    func folder() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-key")
        defer { try? Files.removeTree(folder) }
        var settings = Settings()
        settings[Keys.live.keyFile] = folder
        #expect(refusal(settings)?.contains("is a folder") == true)
    }

    @Test("a key that is added or replaced later is used by the next connection")
    func later() async throws {
        let (settings, folder) = try settings("AIza-first", mode: 0o600)
        defer { try? Files.removeTree(folder) }
        guard case .renewed(let renew) = try Credentials.daemon(settings) else {
            Issue.record("the key is read once only")
            return
        }
        func key() async throws -> String? {
            if case .key(let key) = try await renew() { key.revealed } else { nil }
        }
        #expect(try await key() == "AIza-first")
        try Files.remove("\(folder)/key")
        await #expect(throws: SessionFailure.self) { try await key() }
        try Files.writeAtomically("\(folder)/key", Array("AIza-second".utf8), mode: 0o600)
        #expect(try await key() == "AIza-second")
    }

    @Test("a missing key file is reported by its name")
    func missing() {
        var settings = Settings()
        settings[Keys.live.keyFile] = "/no/such/key"
        #expect(refusal(settings)?.contains("/no/such/key") == true)
    }

    @Test("a token takes a key's place, and is shown in its own way")
    func ephemeralToken() throws {
        for (text, isToken) in [("auth_tokens/abc", true), ("AIza-key", false)] {
            let (settings, folder) = try settings(text, mode: 0o600)
            defer { try? Files.removeTree(folder) }
            guard case .fixed(let authorization) = try Credentials.session(settings) else {
                Issue.record("the credential is not fixed")
                continue
            }
            if case .ephemeralToken = authorization {
                #expect(isToken)
            } else {
                #expect(!isToken)
            }
        }
    }
}
