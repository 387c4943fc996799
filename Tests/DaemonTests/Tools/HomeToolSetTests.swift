import AllToolKinds
import Configuration
import Linux
import ModelTypes
import TestHome
import Testing
import Tools
import WireCodec

@testable import Daemon

/// `[[tool.home_assistant]]` from the settings file to the home and back.
@Suite(.timeLimit(.minutes(5)))
final class HomeToolSetTests {
    private let folder: String

    init() throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-home")
    }

    deinit { try? Files.removeTree(folder) }

    private func settings(_ url: String, _ text: String = "") throws -> Settings {
        try SettingsFile.settings(from: [
            (
                "t",
                "[tools]\nsecrets_dir = \"\(folder)\"\n[[tool.home_assistant]]\nname = \"home\"\n"
                    + "url = \"\(url)\"\ntoken = \"{secret:ha}\"\n" + text
            )
        ])
    }

    private func home() async throws -> FakeHome {
        var model = HomeModel()
        model.areas = [["area_id": "kitchen", "name": "Kitchen", "aliases": []]]
        model.add("light.ceiling", "Ceiling", area: "kitchen")
        model.add("lock.front", "Front door", area: "kitchen", state: "locked")
        return try await FakeHome(model)
    }

    private func call(
        _ settings: Settings, _ calls: [(String, JSONValue)],
        user: any ConfirmationPort = NoConfirmation()
    ) async throws -> [JSONValue] {
        let tools = try ToolSet(settings, own: nil)
        await tools.prepare(for: calls.first?.0)
        var ports = settings.runnerPorts(
            confirmation: user, store: nil, log: Log(level: .error))
        ports.journal = NoJournal()
        let runner = ToolRunner(
            registry: tools.registry, limits: ToolLimits(settings), ports: ports)
        var answers: [JSONValue] = []
        for (name, arguments) in calls {
            let outcome = await runner.run(
                FunctionCall(id: "", name: name, arguments: arguments), conversation: 0)
            guard case .answered(let answer) = outcome else { continue }
            answers.append(answer.response)
        }
        await runner.stop()
        await tools.rest()
        return answers
    }

    @Test("a configured home is read and controlled, and its token kept secret")
    func controlled() async throws {
        let fake = try await home()
        try Files.writeAtomically("\(folder)/ha", Array(FakeHome.token.utf8), mode: 0o600)
        var settings = try settings(fake.url, "areas = [\"kitchen\"]")
        settings[Keys.tools.stateDirectory] = folder
        let answers = try await call(
            settings,
            [
                ("home_list_devices", [:]),
                ("home_control", ["device": "ceiling", "action": "on"]),
                ("home_control", ["device": "front door", "action": "unlock"]),
            ])
        #expect(answers.count == 3)
        #expect(answers[0]["output"]?["devices"]?.array?.count == 2)
        #expect(answers[1]["output"]?["devices"]?.array?.first?["state"] == "on")
        #expect(
            answers[2]["error"]?.string?.hasPrefix("nothing was done: nobody is there to confirm")
                == true)
        #expect(fake.calls.map(\.service) == ["light.turn_on"])
        let audit = String(
            decoding: try Files.read("\(folder)/tool-audit.jsonl", limitBytes: 1 << 20),
            as: UTF8.self)
        #expect(audit.contains("\"home_control\""))
        for text in [audit, SettingsFile.shown(settings), "\(answers)"] {
            #expect(!text.contains(FakeHome.token))
        }
    }

    /// A user who always confirms.
    private struct Willing: ConfirmationPort {
        func confirm(_ request: ConfirmationRequest) async -> ConfirmationDecision { .granted }
    }

    @Test("a prepared home knows its doors at the first call")
    func firstCall() async throws {
        let fake = try await home()
        try Files.writeAtomically("\(folder)/ha", Array(FakeHome.token.utf8), mode: 0o600)
        let answers = try await call(
            try settings(fake.url, "domains = [\"lock\"]"),
            [("home_control", ["device": "front door", "action": "unlock"])], user: Willing())
        #expect(answers.first?["output"]?["devices"]?.array?.first?["state"] == "unlocked")
    }

    @Test("declaring a home's tools sends no request")
    func declared() async throws {
        let fake = try await home()
        let settings = try settings(fake.url)
        #expect(
            try ToolSet.declared(settings).map(\.name).filter { $0.hasPrefix("home_") }
                == ["home_list_devices", "home_get_state", "home_control"])
        let tools = try ToolSet(settings, own: nil)
        await tools.rest()
        #expect(fake.shownTokens.isEmpty)
        #expect(fake.requests.isEmpty)
    }

    @Test("warnings are reported: nothing exposed, no confirmation, no token")
    func warnings() throws {
        let empty = try settings("http://h.test")
        #expect(
            empty.warnings.first?.description.hasPrefix("t:3:1: tool home exposes nothing") == true)
        let open = try settings("http://h.test", "domains = [\"lock\"]\nconfirm = \"none\"")
        #expect(open.warnings.first?.description.contains("does not ask before it opens") == true)
        #expect(
            ToolSet.notes(open).first?.hasPrefix("tool home: there is no secret 'ha'") == true)
    }

    @Test("a script that may open a door is reported until the settings say what it does")
    func whatMayOpenADoor()
        throws
    {
        func isWarned(_ text: String) throws -> Bool {
            try settings("http://h.test", text).warnings
                .contains { $0.description.contains("one of them may open a door") }
        }
        for exposing in [
            "labels = [\"voice\"]", "areas = [\"Hall\"]", "domains = [\"script\"]",
            "domains = [\"light\", \"switch\"]", "entities = [\"button.gate\"]",
            "entities = [\"*.gate\"]",
        ] {
            #expect(try isWarned(exposing), "\(exposing)")
            for risk in ["low", "high", "unlock"] {
                #expect(try !isWarned("\(exposing)\nindirect_risk = \"\(risk)\""))
            }
        }
        for exposing in ["domains = [\"light\"]", "entities = [\"light.a\", \"lock.b\"]", ""] {
            #expect(try !isWarned(exposing), "\(exposing)")
        }
    }

    @Test("a script whose risk the settings set asks")
    func aScriptWithTheRisk() async throws {
        var model = HomeModel()
        model.add("script.gate", "Open the gate", labels: ["voice"])
        model.labels = [["label_id": "voice", "name": "Voice"]]
        let fake = try await FakeHome(model)
        try Files.writeAtomically("\(folder)/ha", Array(FakeHome.token.utf8), mode: 0o600)
        for (risk, isDone) in [("low", true), ("high", false), ("unlock", false)] {
            let answers = try await call(
                try settings(fake.url, "labels = [\"voice\"]\nindirect_risk = \"\(risk)\""),
                [("home_control", ["device": "open the gate", "action": "press"])])
            #expect((answers.first?["error"] == nil) == isDone, "\(risk): \(answers)")
        }
        #expect(fake.calls.count == 1)
    }

    @Test("a token in the settings file is refused and not repeated, nor is an address")
    func mistakes() throws {
        do {
            _ = try SettingsFile.settings(from: [
                (
                    "t",
                    "[[tool.home_assistant]]\nname = \"home\"\nurl = \"http://h.test\"\n"
                        + "token = \"eyJ.s3cr3t\""
                )
            ])
            Issue.record("it was accepted")
        } catch {
            #expect(error.description.contains("must be \"{secret:NAME}\""))
            #expect(!error.description.contains("s3cr3t"))
        }
        #expect {
            try settings("h.test")
        } throws: { error in
            "\(error)".hasPrefix("t:5:7: tool.home_assistant.url is \"h.test\": it must begin with")
        }
    }
}
