import AllToolKinds
import Configuration
import Glibc
import Linux
import Testing

@testable import Daemon

/// What the doctor says of settings, and of the places and devices that they name.
@Suite("The doctor names what is wrong with settings")
final class SettingsFindingsTests {
    private let folder: String

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-settings") }

    deinit { try? Files.removeTree(folder) }

    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("\(folder)/m.toml", text)])
    }

    private func broken(_ findings: [Finding]) -> [String] {
        findings.filter { $0.grade == .broken }.map(\.name)
    }

    private static let lamp = """
        [button]
        line = "GPIO17"
        [[tool.gpio]]
        name = "lamp"
        description = "the lamp"
        line = "GPIO17"

        """

    @Test("a line that a button and a tool want has a finding of its own")
    func lineTwice() throws {
        let found = SettingsFindings.all(try settings(Self.lamp))
        #expect(broken(found) == ["line.twice"], "\(found)")
        #expect(found.first?.result.contains("used twice") == true)
    }

    @Test("settings without a mistake are named with what the model is offered")
    func right() throws {
        let found = SettingsFindings.all(
            try settings(Self.lamp.replacing("17\"\n[[", with: "27\"\n[[")))
        #expect(broken(found).isEmpty, "\(found)")
        #expect(found.contains { $0.name == "settings" && $0.grade == .works })
        #expect(found.contains { $0.name == "tools" && $0.result.contains("functions") })
    }

    @Test("a secret that is not there is the secret's fault, and not the tool's")
    func secret() throws {
        let found = SettingsFindings.all(
            try settings(
                """
                [tools]
                secrets_dir = "\(folder)"
                [[tool.home_assistant]]
                name = "home"
                url = "http://127.0.0.1:1"
                token = "{secret:nowhere}"
                areas = ["kitchen"]
                """))
        #expect(broken(found) == ["secrets.missing"], "\(found)")
    }

    @Test("a mistake's remedy opens the file at its line")
    func mistake() throws {
        do {
            _ = try settings("[live]\nmodel = 7\n")
            Issue.record("no mistake was found")
        } catch {
            let found = SettingsFindings.all(unreadable: error)
            #expect(broken(found) == ["settings.mistake"])
            #expect(
                found.first?.remedy?.text.hasPrefix("sudo editor +2 ") == true, "\(found)")
        }
    }

    @Test("pixels whose device is missing, is none, or may not be opened are distinguished")
    func pixels() throws {
        try Files.writeAtomically("\(folder)/spi", [], mode: 0o600)
        func found(_ device: String) throws -> [String] {
            let settings = try settings("[led]\nkind = \"apa102\"\ndevice = \"\(device)\"\n")
            return broken(PanelFindings.all(settings, chips: [], lights: []))
                .filter { $0.hasPrefix("light") }
        }
        let missing = try found("\(folder)/nowhere")
        #expect(missing == ["light.spi.missing"])
        let slow = try SystemError.$forced.withValue(["ioctl": EINVAL]) {
            try found("\(folder)/spi")
        }
        #expect(slow == ["light.spi.unusable"])
        let denied = try SystemError.$forced.withValue(["open": EACCES]) {
            try found("\(folder)/spi")
        }
        #expect(denied == ["light.spi.denied"])
    }

    @Test(
        "a state folder that cannot be written is told by why",
        arguments: [
            (EACCES, "denied"), (EROFS, "read-only"), (ENOSPC, "full"), (EIO, "unwritable"),
        ])
    func folder(code: Int32, fault: String) throws {
        var settings = Settings()
        settings[Keys.tools.stateDirectory] = folder
        SystemError.$forced.withValue(["mkostemp": code]) {
            let found = PlaceFindings.all(settings)
            #expect(broken(found) == ["folder.state.\(fault)"], "\(found)")
            #expect(found.first?.remedy != nil)
        }
    }
}
