import AllToolKinds
import Configuration
import Linux
import ModelTypes
import TestHTTP
import TestProcesses
import Testing
import Tools
import WireCodec

@testable import Daemon

/// Configured MCP servers, up to a call through the daemon's own runner.
@Suite(.timeLimit(.minutes(5)))
struct ToolServersTests {
    private static let fake: String = {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        return root + "/Tests/Support/MCPServers/hostile.py"
    }()

    private func settings(_ more: String = "", mode: String = "good") throws -> Settings {
        try SettingsFile.settings(from: [
            (
                "t",
                """
                [tools]
                builtin = []
                [[tool.mcp]]
                name = "fake"
                argv = ["python3", "\(Self.fake)", "\(mode)"]
                tools = ["ok", "gr*", "new*"]
                \(more)
                """
            )
        ])
    }

    private func runner(_ tools: ToolSet, _ settings: Settings) -> ToolRunner {
        ToolRunner(
            registry: tools.registry, limits: ToolLimits(settings),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
    }

    private func call(_ name: String, _ runner: ToolRunner) async -> JSONValue? {
        let call = FunctionCall(id: "", name: name, arguments: [:])
        guard case .answered(let answer) = await runner.run(call, conversation: 0) else {
            return nil
        }
        return answer.response
    }

    @Test(
        "a server's tools are called on the settings' terms, and go with it",
        .enabled(if: Python.isInstalled, Comment(rawValue: Python.absence)))
    func calls() async throws {
        let settings = try settings("risks = { \"gr*\" = \"high\" }\ndeadline_ms = 3000")
        let tools = try ToolSet(settings, own: nil)
        let runner = runner(tools, settings)
        #expect(tools.registry.names.isEmpty)
        tools.startServers(log: Log(level: .error))
        await tools.serversSettled()
        #expect(tools.registry.names == ["fake_ok", "fake_grow"])
        #expect(await call("fake_ok", runner) == ["output": "done: ok"])
        let terms = tools.registry["fake_grow"]?.declaration.terms
        #expect(terms?.risk == .high)
        #expect(terms?.confirmation == .button)
        #expect(tools.registry["fake_ok"]?.declaration.terms.confirmation == nil)
        let refusal = await call("fake_grow", runner)?["error"]?.string
        #expect(refusal?.hasPrefix("nothing was done") == true)
        await tools.rest()
        #expect(tools.registry.names.isEmpty)
        let gone = await call("fake_ok", runner)?["error"]?.string
        #expect(gone?.contains("has gone") == true)
    }

    @Test(
        "before a server has answered, or when it cannot, a call is told why",
        .enabled(if: Python.isInstalled, Comment(rawValue: Python.absence)))
    func absent() async throws {
        let settings = try settings(mode: "ends")
        let tools = try ToolSet(settings, own: nil)
        tools.startServers(log: Log(level: .error))
        await tools.serversSettled()
        let error = await call("fake_ok", runner(tools, settings))?["error"]?.string ?? ""
        #expect(error.contains("the MCP server fake is not there: it ended with status 1"))
        await tools.rest()
    }

    @Test(
        "the tools on offer are found without opening a session, with what to report of them",
        .enabled(if: Python.isInstalled, Comment(rawValue: Python.absence)))
    func offered() async throws {
        let found = try await ToolSet.offered(try settings(), log: Log(level: .error))
        #expect(found.declarations.map(\.name) == ["fake_ok", "fake_grow"])
        #expect(found.unwanted.contains { $0.contains("not in 'tools'") })
        #expect(!found.notes.contains { $0.contains("not in 'tools'") })
        #expect(found.notes.contains { $0.contains("no such tool: new*") })
        #expect(found.failed.isEmpty)
    }

    @Test(
        "a server that dies is reported as unavailable, with its last words",
        .enabled(if: Python.isInstalled, Comment(rawValue: Python.absence)))
    func failed() async throws {
        let found = try await ToolSet.offered(
            try settings(mode: "ends"), log: Log(level: .error))
        #expect(found.failed == ["MCP server fake"])
        #expect(found.notes.first?.contains("it ended with status 1") == true)
    }

    @Test("a server whose declaration cannot be used is reported with its place")
    func mistakes() throws {
        func mistakes(_ text: String) throws -> [String] {
            let settings = try SettingsFile.settings(from: [("t", "[[tool.mcp]]\n" + text)])
            return ToolSet.mistakes(in: settings).map(\.description)
        }
        let rest = "argv = [\"a\"]\ntools = [\"*\"]\n"
        #expect(try mistakes("name = \"a\"\n" + rest).isEmpty)
        for (text, words) in [
            ("name = \"a_b\"\n" + rest, "letters, digits and -"),
            ("name = \"a\"\nuser = \"nobody-here\"\n" + rest, "no user 'nobody-here'"),
            ("name = \"a\"\ndeadline_ms = 200000\n" + rest, "longest_ms must be at least"),
        ] {
            let found = try mistakes(text)
            #expect(found.count == 1)
            #expect(found.first?.hasPrefix("t:1:1: ") == true)
            #expect(found.first?.contains(words) == true, "\(found)")
        }
    }

    @Test("a server on HTTP gets the secret that its headers name, and nobody else does")
    func secrets() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-servers")
        defer { try? Files.removeTree(folder) }
        try Files.writeAtomically("\(folder)/notes", Array("s3cr3t\n".utf8), mode: 0o600)
        let site = try ScriptedServer { request in
            guard request["authorization"] == "Bearer s3cr3t" else { return .reply(401, "") }
            guard let json = try? JSONValue(parsing: request.body), let id = json["id"] else {
                return .reply(request.method == "POST" ? 202 : 405, "")
            }
            let result: JSONValue =
                switch json["method"]?.string {
                case "initialize":
                    ["protocolVersion": "2025-06-18", "capabilities": ["tools": [:]]]
                case "tools/list": ["tools": [["name": "search", "inputSchema": [:]]]]
                default: ["content": [["type": "text", "text": "found"]]]
                }
            let answer: JSONValue = ["jsonrpc": "2.0", "id": id, "result": result]
            return .reply(
                200, answer.serialized, headers: [("Content-Type", "application/json")])
        }
        func settings(_ secret: String) throws -> Settings {
            try SettingsFile.settings(from: [
                (
                    "t",
                    """
                    [tools]
                    builtin = []
                    secrets_dir = "\(folder)"
                    [[tool.mcp]]
                    name = "notes"
                    url = "\(site.url("/mcp"))"
                    headers = { Authorization = "Bearer {secret:\(secret)}" }
                    tools = ["*"]
                    """
                )
            ])
        }
        let good = try settings("notes")
        let tools = try ToolSet(good, own: nil)
        tools.startServers(log: Log(level: .error))
        await tools.serversSettled()
        #expect(await call("notes_search", runner(tools, good)) == ["output": "found"])
        await tools.rest()
        let greeting = site.received.first.flatMap { try? JSONValue(parsing: $0.body) }
        #expect(
            greeting?["params"]?["clientInfo"]
                == ["name": "martlet", "version": .string(ProgramVersion.text)])
        let found = try await ToolSet.offered(try settings("none"), log: Log(level: .error))
        #expect(found.declarations.isEmpty)
        #expect(found.notes.first?.contains("there is no secret 'none'") == true)
    }

    @Test(
        "a call that may run long thanks to progress reports is one that is not waited for",
        .enabled(if: Python.isInstalled, Comment(rawValue: Python.absence)),
        arguments: [
            ("", FunctionDeclaration.Behavior.nonBlocking), ("behavior = \"blocking\"", .blocking),
            ("deadline_ms = 5000\nlongest_ms = 9000", nil),
        ] as [(String, FunctionDeclaration.Behavior?)])
    func behavior(_ more: String, _ behavior: FunctionDeclaration.Behavior?) async throws {
        let found = try await ToolSet.offered(try settings(more), log: Log(level: .error))
        #expect(found.declarations.first?.terms.behavior == behavior)
    }

    @Test("a tool that opens a door without a confirmation is reported")
    func complaints() throws {
        let found = ToolSet.notes(
            try settings("confirm = \"none\"\nrisks = { open = \"unlock\" }"))
        #expect(found.contains { $0.contains("tool fake: open lets someone in") })
        #expect(
            !ToolSet.notes(try settings("risks = { open = \"unlock\" }"))
                .contains { $0.contains("lets someone in") })
    }
}
