import Configuration
import Linux
import ModelTypes
import Testing
import WireCodec

@testable import Daemon

@Suite("Secrets that settings name")
final class SecretStoreTests {
    private let root: String
    private let store: SecretStore

    init() throws {
        root = try Files.makeTemporaryDirectory(prefix: "martlet-secrets")
        try Files.makeDirectory("\(root)/credentials", mode: 0o700)
        try Files.makeDirectory("\(root)/secrets", mode: 0o700)
        store = SecretStore(credentialsFolder: "\(root)/credentials", folder: "\(root)/secrets")
    }

    deinit { try? Files.removeTree(root) }

    private func write(_ path: String, _ text: String, mode: UInt32 = 0o600) throws {
        try Files.writeAtomically("\(root)/\(path)", Array(text.utf8), mode: mode)
    }

    private func refusal(_ name: String) -> SecretError? {
        store.problems(with: [try? SecretText("{secret:\(name)}")].compactMap { $0 }).first
    }

    @Test("the file of that name is read, with or without a line end; inner blanks belong to it")
    func file() throws {
        for text in ["two words", "two words\n", "two words\r\n"] {
            try write("secrets/door", text)
            #expect(try store.secret("door").revealed == "two words")
        }
    }

    @Test("a systemd credential overrides the file, whatever its mode")
    func credential() throws {
        try write("secrets/door", "file")
        try write("credentials/door", "credential", mode: 0o444)
        #expect(try store.secret("door").revealed == "credential")
    }

    @Test("a changed secret takes effect, as none is kept")
    func changed() throws {
        try write("secrets/door", "old")
        #expect(try store.secret("door").revealed == "old")
        try write("secrets/door", "new")
        #expect(try store.secret("door").revealed == "new")
    }

    @Test("texts are put together, and show nothing of the secrets in them")
    func texts() throws {
        try write("secrets/user", "jo")
        try write("secrets/word", "s3cr3t")
        let resolved = try store.resolve(try SecretText("{secret:user}:{secret:word}"))
        #expect(resolved.revealed == "jo:s3cr3t")
        #expect("\(resolved)" == "(hidden)")
    }

    @Test("a missing one is reported by its name, with the place and the remedy")
    func missing() throws {
        let problem = try #require(refusal("door"))
        #expect(problem.isAbsence)
        #expect(
            problem.description
                == "there is no secret 'door': put it, and nothing else, into the file "
                + "\(root)/secrets/door (mode 600, owned by the daemon's user), or into the "
                + "systemd credential door")
    }

    @Test("one that others can read is refused, with the command that helps")
    func readableByOthers() throws {
        for mode in [0o644, 0o640, 0o604] as [UInt32] {
            try write("secrets/door", "s3cr3t", mode: mode)
            let problem = try #require(refusal("door"))
            #expect(!problem.isAbsence)
            #expect(
                problem.description
                    == "others can read the secret '\(root)/secrets/door': chmod 600 "
                    + "'\(root)/secrets/door'")
        }
    }

    @Test("one that is empty, binary, endless or of several lines is refused and not repeated")
    func malformed() throws {
        for text in ["", "\n", "s3cr3t\nmore", "s3cr3t\u{0}"] {
            try write("secrets/door", text)
            let problem = try #require(refusal("door"))
            #expect(!problem.isAbsence)
            #expect(!problem.description.contains("s3cr3t"))
        }
        try Files.writeAtomically("\(root)/secrets/door", [0xFF, 0xFE], mode: 0o600)
        #expect(refusal("door") != nil)
        try write("secrets/door", String(repeating: "x", count: 5000))
        #expect(refusal("door") != nil)
    }

    @Test("each problem is reported once, however often the name is used")
    func once() throws {
        let texts = [try SecretText("{secret:a}{secret:b}"), try SecretText("{secret:a}")]
        #expect(store.problems(with: texts).count == 2)
    }
}
