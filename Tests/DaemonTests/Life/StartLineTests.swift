import AllToolKinds
import Configuration
import Testing

@testable import Daemon

/// The first line in the journal.
@Suite struct StartLineTests {
    private func settings(_ text: String, files: [String] = ["m.toml"]) throws -> Settings {
        try SettingsFile.settings(from: files.map { ($0, $0 == files.last ? text : "") })
    }

    @Test("a start logs version, files, model, devices, and where the key is or that none is")
    func named() throws {
        let text = """
            [live]
            model = "gemini-live"
            key_file = "/etc/martlet/key"
            [audio.capture]
            device = "plughw:CARD=Device"
            """
        let found = try settings(text, files: ["m.toml", "conf.d/me.toml"])
        let line = StartLine.text(LifePlan(.asked, found, texts: []))
        for words in [
            "martlet \(ProgramVersion.text): m.toml, conf.d/me.toml; ", "model gemini-live",
            "the key comes from the file /etc/martlet/key", "microphone plughw:CARD=Device",
        ] {
            #expect(line.contains(words), "\(words): \(line)")
        }
        let none = StartLine.text(LifePlan(.asked, Settings(), texts: []))
        #expect(none.contains("the defaults, as there is no settings file"), "\(none)")
    }

    @Test("a start with other settings than the requested ones says which")
    func others() throws {
        let right = try settings("")
        let before = StartLine.text(LifePlan(.before, right, texts: []))
        #expect(before.contains("m.toml as they last worked"), "\(before)")
        for kind in [LifePlan.Kind.least, .bare] {
            let line = StartLine.text(LifePlan(kind, right, texts: []))
            #expect(!line.contains("m.toml"), "\(line)")
        }
    }
}
