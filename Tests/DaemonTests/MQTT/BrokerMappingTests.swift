import AllToolKinds
import Configuration
import Linux
import Mosquitto
import Testing
import Tools

@testable import Daemon

/// [mqtt] and [[tool.mqtt]], from the file to the parts built.
struct BrokerMappingTests {
    private static let tool = """
        [[tool.mqtt]]
        name = "blinds"
        description = "Moves the blinds."
        topic = "home/{room}/blinds"
        parameters = { room = { type = "string" } }

        """

    private func mistakes(_ toml: String) -> [String] {
        do {
            let settings = try SettingsFile.settings(from: [("test.toml", toml)])
            return (ToolSet.mistakes(in: settings) + settings.brokerMistakes).map { "\($0)" }
        } catch {
            return error.diagnostics.map { "\($0)" }
        }
    }

    @Test("a message tool needs a broker, and a broker makes a function of it")
    func tools() throws {
        #expect(mistakes(Self.tool).contains { $0.contains("set mqtt.host") })
        let settings = try SettingsFile.settings(from: [
            ("test.toml", "[mqtt]\nhost = \"broker.local\"\n" + Self.tool)
        ])
        #expect(try ToolSet.declared(settings).contains { $0.name == "blinds" })
    }

    @Test("a password in the file is refused, and not repeated")
    func passwordInFile() {
        let found = mistakes("[mqtt]\nhost = \"broker.local\"\npassword = \"hunter2\"\n")
        #expect(found.contains { $0.contains("{secret:NAME}") })
        #expect(!found.contains { $0.contains("hunter2") })
    }

    @Test("the password is looked up when it is needed, where secrets are")
    func password() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-mqtt")
        defer { try? Files.removeTree(folder) }
        let settings = try SettingsFile.settings(from: [
            (
                "test.toml",
                """
                [mqtt]
                host = "broker.local"
                tls = true
                user = "martlet"
                password = "{secret:broker}"
                id = "kitchen"
                [tools]
                secrets_dir = "\(folder)"
                """
            )
        ])
        let broker = try #require(
            settings.brokerSettings(SecretStore(settings), suffix: "-x"))
        #expect(broker.port == 8883)
        #expect(broker.protection == .system)
        #expect(broker.clientID == "kitchen-x")
        let password = try #require(broker.password)
        #expect(throws: SecretError.self) { try password() }
        #expect(ToolSet.missingSecrets(settings).contains { $0.hasPrefix("mqtt.password") })
        try Files.writeAtomically("\(folder)/broker", Array("hunter2\n".utf8), mode: 0o600)
        #expect(try password() == "hunter2")
    }

    @Test(
        "contradictions are reported with their place",
        arguments: [
            "host = \"mqtt://broker\"", "host = \"b\"\nca_file = \"/ca.pem\"",
            "host = \"b\"\ntls = true\ncertificate_file = \"/a.pem\"", "topic = \"a/#\"",
            "discovery_topic = \"\"", "id = \"a b\"", "commands = [\"dance\"]",
        ])
    func contradictions(text: String) {
        let found = mistakes("[mqtt]\n\(text)\n")
        #expect(found.contains { $0.contains("test.toml:") && $0.contains("mqtt.") })
    }

    @Test(
        "the device's id is derived from the machine's, always the same, and does not reveal it")
    func identity() throws {
        let settings = Settings()
        let id = settings.deviceID
        #expect(id == settings.deviceID && id.hasPrefix("martlet_"))
        if let machine = try? Files.read("/etc/machine-id", limitBytes: 100) {
            #expect(!id.contains(String(decoding: machine.prefix(8), as: UTF8.self)))
        }
        #expect(settings.brokerSettings(SecretStore(settings), suffix: "") == nil)
    }
}
