import AllToolKinds
import Configuration
import Linux
import ModelTypes
import TestHome
import TestProcesses
import Testing
import Tools
import WireCodec

@testable import Daemon

/// A configured secret, and services that repeat it: nothing that leaves the program contains it.
@Suite(.timeLimit(.minutes(5)))
final class SecretExitTests {
    private static let canary = "c4n4ry/t0ken+\"ü\""
    private let folder: String
    private let log = Log(level: .error, isJournal: true)

    init() throws {
        folder = try Files.makeTemporaryDirectory(prefix: "martlet-secrets")
        try Files.writeAtomically("\(folder)/token", Array(Self.canary.utf8), mode: 0o600)
    }

    deinit { try? Files.removeTree(folder) }

    private func settings(_ text: String) throws -> Settings {
        var settings = try SettingsFile.settings(from: [
            ("t", "[tools]\nbuiltin = []\nsecrets_dir = \"\(folder)\"\n" + text)
        ])
        settings[Keys.tools.stateDirectory] = folder
        return settings
    }

    private func isLeaked(_ text: String) -> Bool {
        let inJSON = JSONValue.string(Self.canary).serialized.dropFirst().dropLast()
        return [Self.canary, String(inJSON), PercentEncoding.encode(Self.canary)]
            .contains { text.contains($0) }
    }

    /// Everything that leaves: answers to the model, declarations, files, and the log.
    private func exits(of settings: Settings, _ calls: [(String, JSONValue)]) async throws
        -> [String]
    {
        let tools = try ToolSet(settings, own: nil, secrets: log.secrets)
        tools.startServers(log: log)
        await tools.serversSettled()
        await tools.prepare()
        let runner = ToolRunner(
            registry: tools.registry, limits: ToolLimits(settings),
            ports: settings.runnerPorts(
                confirmation: NoConfirmation(), store: try settings.store(log), log: log))
        var exits: [String] = []
        for (number, (name, arguments)) in calls.enumerated() {
            let call = FunctionCall(id: "\(number)", name: name, arguments: arguments)
            guard case .answered(let answer) = await runner.run(call, conversation: 0) else {
                continue
            }
            exits.append(answer.response.serialized)
        }
        #expect(exits.count == calls.count)
        exits += tools.registry.declarations.map(\.json.serialized)
        exits += await tools.sources.notes().map { log.line(.warning, $0) }
        await runner.stop()
        await tools.rest()
        for file in try Files.list(folder) where file != "token" && file != "ha" {
            let bytes = try Files.read("\(folder)/\(file)", limitBytes: 1 << 20)
            exits.append(String(decoding: bytes, as: UTF8.self))
        }
        return exits
    }

    /// Repeats its environment in its description, answers, errors and last words.
    private static let server = """
        import json, os, sys
        t = os.environ["TOKEN"]
        sys.stderr.write("using " + t + "\\n"); sys.stderr.flush()
        for line in sys.stdin:
            m = json.loads(line)
            if "id" not in m: continue
            r = {}
            if m["method"] == "initialize":
                r = {"protocolVersion": m["params"]["protocolVersion"],
                     "serverInfo": {"name": t, "version": t}, "capabilities": {"tools": {}}}
            if m["method"] == "tools/list":
                r = {"tools": [{"name": n, "description": "Shows " + t, "inputSchema": {
                    "type": "object", "properties": {"x": {"type": "string", "description": t}}}}
                    for n in ("say", "fail", "end")]}
            if m["method"] == "tools/call":
                n = m["params"]["name"]
                if n == "end": sys.stderr.write("bad token " + t + "\\n"); sys.exit(3)
                r = {"content": [{"type": "text", "text": "Authorization: Bearer " + t}],
                     "structuredContent": {"headers": {t: [t]}}, "isError": n == "fail"}
            print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": r}), flush=True)
        """

    @Test(
        "an MCP server that repeats its token does not leak it",
        .enabled(if: Python.isInstalled, Comment(rawValue: Python.absence)))
    func mcp() async throws {
        let script = "\(folder)/../\(folder.split(separator: "/").last ?? "x").py"
        try Files.writeAtomically(script, Array(Self.server.utf8), mode: 0o644)
        defer { try? Files.remove(script) }
        let settings = try settings(
            """
            [[tool.mcp]]
            name = "fake"
            argv = ["python3", "\(script)"]
            environment = { TOKEN = "{secret:token}" }
            tools = ["*"]
            """)
        let exits = try await exits(
            of: settings,
            [
                ("fake_say", ["x": "a"]), ("fake_fail", ["x": "a"]), ("fake_say", ["x": 5]),
                ("fake_end", ["x": "a"]),
            ])
        #expect(exits.contains { $0.contains("(hidden)") })
        for text in exits { #expect(!isLeaked(text), "\(text)") }
    }

    @Test("a Home Assistant that repeats its token and its code does not leak them")
    func aHomeAssistantThatRepeats()
        async throws
    {
        var model = HomeModel()
        model.areas = [["area_id": "kitchen", "name": "Kitchen", "aliases": []]]
        model.add(
            "light.ceiling", Self.canary, area: "kitchen", state: Self.canary,
            attributes: ["effect": .string(Self.canary)])
        model.reactions["light.turn_on"] = .fail(
            code: Self.canary, message: "bad token \(Self.canary)")
        let fake = try await FakeHome(model)
        try Files.writeAtomically("\(folder)/ha", Array(FakeHome.token.utf8), mode: 0o600)
        let settings = try settings(
            """
            [[tool.home_assistant]]
            name = "home"
            url = "\(fake.url)"
            token = "{secret:ha}"
            code = "{secret:token}"
            domains = ["light"]
            """)
        // It is read when a lock is opened; this server has it already.
        log.secrets.add(Secret(Self.canary))
        let exits = try await exits(
            of: settings,
            [
                ("home_list_devices", [:]), ("home_get_state", ["device": "light.ceiling"]),
                ("home_control", ["device": "light.ceiling", "action": "on"]),
                ("home_control", ["device": "light.ceiling", "action": "off"]),
                ("home_get_state", ["device": .string(Self.canary)]),
            ])
        for text in exits {
            #expect(!isLeaked(text), "\(text)")
            #expect(!text.contains(FakeHome.token), "\(text)")
        }
    }

    @Test("a line of the log hides secrets that were read, whatever part writes it")
    func aLineOfTheLog() throws {
        let store = SecretStore(credentialsFolder: nil, folder: folder, known: log.secrets)
        #expect(isLeaked(log.line(.warning, "the server says \(Self.canary)")))
        _ = try store.secret("token")
        for spelling in [Self.canary, PercentEncoding.encode(Self.canary)] {
            let line = log.line(.warning, "the server says \(spelling) and ends")
            #expect(!line.contains(spelling))
            #expect(line.contains("the server says (hidden) and ends"))
        }
    }
}
