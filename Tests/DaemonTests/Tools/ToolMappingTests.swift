import AllToolKinds
import Configuration
import Linux
import ModelTypes
import Testing
import Tools

@testable import Daemon

@Suite("The runner gets the settings of tools")
struct ToolMappingTests {
    private func declared(_ text: String) throws -> ToolDeclaration {
        let head = "[[tool.command]]\nname = \"a\"\ndescription = \"b\"\nargv = [\"c\"]\n"
        let settings = try SettingsFile.settings(from: [("t", head + text)])
        return try #require(try ToolSet.declared(settings).first)
    }

    @Test("the model does not wait for a slow tool, unless the settings say something else")
    func behavior() throws {
        #expect(try declared("").terms.behavior == nil)
        #expect(try declared("deadline_ms = 20000").terms.behavior == .nonBlocking)
        #expect(
            try declared("deadline_ms = 20000\nbehavior = \"blocking\"").terms.behavior
                == .blocking)
        #expect(try declared("scheduling = \"when-idle\"").terms.scheduling == .whenIdle)
    }

    @Test("limits, risk and confirmation reach the runner")
    func terms() throws {
        let terms = try declared(
            "deadline_ms = 700\nresult_limit_bytes = 300\ncalls_per_minute = 2\nrisk = \"unlock\"\n"
                + "confirm = \"phrase\"\nphrase = \"open sesame\"\nsecret_parameters = [\"x\"]"
        ).terms
        #expect(terms.deadline == .milliseconds(700))
        #expect(terms.resultBytes == 300)
        #expect(terms.callsPerMinute == 2)
        #expect(terms.risk == .unlock)
        #expect(terms.confirmation == .phrase("open sesame"))
        #expect(terms.secrets == ["x"])
    }

    @Test("a PIN that is too short, not a number or open to others is refused")
    func pin() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-pin")
        defer { try? Files.removeTree(folder) }
        let path = "\(folder)/pin"
        let settings = try SettingsFile.settings(from: [("t", "[tools]\npin_file = \"\(path)\"")])
        for (text, mode) in [("123", 0o600), ("12a4", 0o600), ("1234", 0o644)] as [(String, UInt32)]
        {
            try Files.writeAtomically(path, Array(text.utf8), mode: mode)
            #expect(throws: CredentialError.self) { try settings.confirmationSettings() }
        }
        try Files.writeAtomically(path, Array("4711\n".utf8), mode: 0o600)
        #expect(try settings.confirmationSettings().pin == "4711")
    }
}
