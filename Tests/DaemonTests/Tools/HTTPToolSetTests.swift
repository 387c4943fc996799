import AllToolKinds
import Configuration
import Linux
import ModelTypes
import TestHTTP
import Testing
import Tools
import WireCodec

@testable import Daemon

/// `[[tool.http]]` from the settings file to the server and back.
@Suite(.timeLimit(.minutes(5)))
final class HTTPToolSetTests {
    private let folder: String

    init() throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-web")
    }

    deinit { try? Files.removeTree(folder) }

    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [
            (
                "t",
                "[tools]\nsecrets_dir = \"\(folder)\"\n[[tool.http]]\nname = \"ask\"\n"
                    + "description = \"Asks.\"\n" + text
            )
        ])
    }

    private func call(_ settings: Settings, _ arguments: JSONValue) async throws -> JSONValue {
        let tools = try ToolSet(settings, own: nil)
        let log = Log(level: .error)
        var ports = settings.runnerPorts(confirmation: NoConfirmation(), store: nil, log: log)
        ports.journal = NoJournal()
        let runner = ToolRunner(
            registry: tools.registry, limits: ToolLimits(settings), ports: ports)
        let outcome = await runner.run(
            FunctionCall(id: "1", name: "ask", arguments: arguments), conversation: 0)
        await runner.stop()
        await tools.rest()
        guard case .answered(let answer) = outcome else { return .null }
        return answer.response
    }

    @Test("a configured request is sent with its secret, and answered; neither is kept")
    func asked() async throws {
        let server = try ScriptedServer { _ in
            .reply(200, "{\"now\": {\"text\": \"rain\"}}")
        }
        try Files.writeAtomically("\(folder)/weather", Array("s3cr3t".utf8), mode: 0o600)
        var settings = try settings(
            """
            url = "\(server.url())?place={place}"
            headers = { Authorization = "Bearer {secret:weather}" }
            parameters = { place = { type = "string" } }
            answer = "now.text"
            """)
        settings[Keys.tools.stateDirectory] = folder
        #expect(try await call(settings, ["place": "Bad Tölz"]) == ["output": "rain"])
        let seen = try #require(server.received.first)
        #expect(seen.target == "/?place=Bad%20T%C3%B6lz")
        #expect(seen["authorization"] == "Bearer s3cr3t")
        let audit = String(
            decoding: try Files.read("\(folder)/tool-audit.jsonl", limitBytes: 1 << 20),
            as: UTF8.self)
        #expect(audit.contains("\"ask\""))
        for text in [audit, SettingsFile.shown(settings)] { #expect(!text.contains("s3cr3t")) }
        #expect(ToolSet.notes(settings).isEmpty)
    }

    @Test("queries have the risk read, changes low, unless the settings say something else")
    func risks() throws {
        for (text, risk) in [
            ("", ToolRisk.read), ("method = \"HEAD\"", .read), ("method = \"DELETE\"", .low),
            ("method = \"POST\"\nrisk = \"high\"", .high), ("risk = \"low\"", .low),
        ] {
            let declared = try ToolSet.declared(try settings("url = \"http://h.test\"\n" + text))
            #expect(declared.first { $0.name == "ask" }?.terms.risk == risk)
        }
    }

    @Test("a missing secret is reported, and fails the call and nothing else")
    func missingSecret() async throws {
        let settings = try settings("url = \"http://h.test/{secret:door}\"")
        #expect(ToolSet.mistakes(in: settings).isEmpty)
        #expect(
            ToolSet.notes(settings).first?.hasPrefix("tool ask: there is no secret 'door': put it")
                == true)
        let answer = try await call(settings, [:])
        #expect(
            answer["error"]?.string?.hasPrefix("nothing was done: there is no secret 'door'")
                == true)
    }

    @Test("a secret that others can read is a mistake of the settings, with its place")
    func openSecret() throws {
        try Files.writeAtomically("\(folder)/door", Array("s3cr3t".utf8), mode: 0o644)
        let settings = try settings("url = \"http://h.test/{secret:door}\"")
        let mistakes = ToolSet.mistakes(in: settings).map(\.description)
        #expect(
            mistakes == [
                "t:3:1: tool ask: others can read the secret '\(folder)/door': chmod 600 "
                    + "'\(folder)/door'"
            ])
    }

    @Test("a mistake in the template is reported with its place")
    func mistakes() throws {
        let settings = try settings(
            "url = \"http://h.test/{plac}\"\nparameters = { place = { type = \"string\" } }")
        #expect(
            ToolSet.mistakes(in: settings).map(\.description)
                == ["t:3:1: the tool \"ask\": {plac} is not among the parameters"])
    }

    @Test("a program gets its secret in a variable, and its output hides the secret")
    func command() async throws {
        try Files.writeAtomically("\(folder)/door", Array("s3cr3t".utf8), mode: 0o600)
        let settings = try SettingsFile.settings(from: [
            (
                "t",
                """
                [tools]
                secrets_dir = "\(folder)"
                [[tool.command]]
                name = "ask"
                description = "Asks."
                argv = ["/bin/sh", "-c", "echo $PLAIN, $KEY; test \\"$KEY\\" = 'Bearer s3cr3t'"]
                environment = { KEY = "Bearer {secret:door}", PLAIN = "plain" }
                """
            )
        ])
        #expect(try await call(settings, [:]) == ["output": "plain, Bearer (hidden)"])
        try Files.remove("\(folder)/door")
        #expect(
            try await call(settings, [:])["error"]?.string?
                .hasPrefix("nothing was done: there is no secret 'door'") == true)
    }
}
