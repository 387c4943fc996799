import Configuration
import Linux
import TestProcesses
import Testing
import WireCodec

@testable import CommandTools
@testable import Tools

@Suite("commands", .timeLimit(.minutes(5)))
struct CommandToolTests {
    private static let parameters: JSONValue = [
        "type": "object",
        "properties": [
            "text": ["type": "string"], "level": ["type": "integer"], "extra": ["type": "string"],
            "list": ["type": "array"],
        ],
        "required": ["text", "level", "list"],
    ]

    private func template(_ words: [String]) throws -> CommandTemplate {
        try CommandTemplate(words, schema: try Schema(Self.parameters))
    }

    private func tool(
        _ words: [String], deadline: Duration = .seconds(20), folder: String = "/tmp",
        output: CommandToolSettings.Output = .text
    ) throws -> CommandTool {
        let parameters: JSONValue = [
            "type": "object", "properties": ["text": ["type": "string"]], "required": ["text"],
        ]
        var terms = ToolTerms(deadline: deadline)
        terms.resultBytes = 1_100
        return try CommandTool(
            declaration: try ToolDeclaration(
                name: "run", description: "A test.", parameters: parameters, terms: terms),
            settings: CommandToolSettings(
                program: ProgramSettings(
                    arguments: words, environment: [("WHO", try SecretText("test"))],
                    directory: folder),
                output: output), confinement: Confinement())
    }

    private func run(
        _ words: [String], _ text: String = "", output: CommandToolSettings.Output = .text
    ) async throws -> ToolOutcome {
        let runner = try ToolRunner([try tool(words, output: output)], clock: SystemClock())
        return await runner.run(call("run", ["text": .string(text)]))
    }

    @Test("arguments go where the template puts them, and stay one word each")
    func filling() throws {
        let template = try template([
            "/bin/x", "--level={level}", "{text}", "a{{b}}", "{text}{text}",
        ])
        let words = try template.fill(
            ToolArguments(["text": "; rm -rf $HOME\n'\"", "level": .double(5)]))
        #expect(
            words == [
                "/bin/x", "--level=5", "; rm -rf $HOME\n'\"", "a{b}",
                "; rm -rf $HOME\n'\"; rm -rf $HOME\n'\"",
            ])
    }

    @Test("a value that looks like an option is refused unless the options have ended")
    func options() throws {
        let arguments = ToolArguments(["text": "--output=/etc/passwd", "level": -5])
        #expect(throws: ToolFailure("nothing was done: text must not begin with -")) {
            try template(["/bin/x", "{text}"]).fill(arguments)
        }
        #expect(throws: ToolFailure("nothing was done: level must not begin with -")) {
            try template(["/bin/x", "{level}"]).fill(arguments)
        }
        #expect(
            try template(["/bin/x", "--", "{text}"]).fill(arguments)
                == ["/bin/x", "--", "--output=/etc/passwd"])
        #expect(try template(["/bin/x", "-n{level}"]).fill(arguments) == ["/bin/x", "-n-5"])
        #expect(throws: ToolFailure.self) {
            try template(["/bin/x", "{text}{level}"]).fill(
                ToolArguments(["text": "", "level": -5]))
        }
    }

    @Test("NUL characters and endless words are refused")
    func hostileValues() throws {
        let template = try template(["/bin/x", "{text}"])
        #expect(throws: ToolFailure.self) { try template.fill(ToolArguments(["text": "a\u{0}b"])) }
        let long = JSONValue.string(String(repeating: "x", count: 1_000_000))
        #expect(throws: ToolFailure.self) { try template.fill(ToolArguments(["text": long])) }
    }

    @Test(
        "templates that cannot be filled safely are refused",
        arguments: [
            ([], TemplateError.noProgram), (["{text}"], .programArgument("text")),
            (["/bin/{text}"], .programArgument("text")), (["/bin/x", "{who}"], .unknown("who")),
            (["/bin/x", "{extra}"], .optional("extra")),
            (["/bin/x", "{list}"], .notPlain("list")), (["/bin/x", "{text"], .brace("{text")),
            (["/bin/x", "text}"], .brace("text}")), (["/bin/x", "a\u{0}"], .zeroByte),
        ] as [([String], TemplateError)])
    func badTemplates(words: [String], expected: TemplateError) {
        #expect(throws: expected) { try template(words) }
    }

    @Test("a command's output is its result, in a clean environment and its folder")
    func output() async throws {
        #expect(try await run(["/bin/echo", "{text}"], "a  'b' $WHO").output == "a  'b' $WHO")
        #expect(try await run(["/bin/sh", "-c", "echo $WHO; pwd"]).output == "test\n/tmp")
        let variables = try await run(["/usr/bin/env"]).output
        guard case .string(let text)? = variables else {
            Issue.record("no output")
            return
        }
        #expect(
            Set(text.split(separator: "\n").map { $0.prefix { $0 != "=" } }) == [
                "PATH", "LANG", "HOME", "WHO",
            ])
    }

    @Test("empty output is reported as success, so that the model does not repeat the call")
    func silence() async throws {
        #expect(try await run(["/bin/true"]).output == "done; the command printed nothing")
    }

    @Test("a failure is reported with its status and output")
    func failure() async throws {
        let outcome = try await run(["/bin/sh", "-c", "echo no such room >&2; exit 3"])
        #expect(outcome.error == "the command ended with status 3: no such room")
        #expect(
            try await run(["/bin/sh", "-c", "kill -9 $$"]).error
                == "the command was ended by signal 9")
        #expect(try await run(["/nowhere/x"]).error?.contains("/nowhere/x") == true)
    }

    @Test("JSON is returned as JSON, and invalid JSON is reported")
    func json() async throws {
        #expect(
            try await run(["/bin/echo", #"{{"a": [1, true]}}"#], output: .json).output
                == ["a": [1, true]])
        let wrong = try await run(["/bin/echo", "plain words"], output: .json).error
        #expect(wrong?.hasPrefix("it was done, but what the command printed is no JSON") == true)
        let long = try await run(["/bin/sh", "-c", "head -c 5000 /dev/zero"], output: .json).error
        #expect(long?.contains("too long to be given") == true)
    }

    @Test("endless output is cut")
    func flood() async throws {
        let outcome = try await run(["/bin/sh", "-c", "head -c 10000000 /dev/zero | tr '\\0' x"])
        guard case .string(let text)? = outcome.output else {
            Issue.record("no output: \(outcome)")
            return
        }
        #expect(text.count == 1_100)
    }

    @Test("a cancelled command is ended, with its children")
    func cancellation() async throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-tools")
        defer { try? Files.removeTree(folder) }
        let script = "setsid tail -f /dev/null & > \(folder)/ready; wait"
        let tool = try tool(["/bin/sh", "-c", script], folder: folder)
        let runner = try ToolRunner([tool], clock: SystemClock())
        async let outcome = runner.run(call("run", ["text": ""]))
        while !Files.exists(folder + "/ready") { await Task.yield() }
        await runner.cancel(["1"])
        #expect(await outcome == .cancelled)
        await runner.stop()
        #expect(!runs(in: folder))
    }
}
