import Configuration
import Linux
import ModelTypes
import TestProcesses
import Testing
import WireCodec

@testable import CommandTools
@testable import Tools

/// What a program can do to us, and what a model can make it do; through the real runner, with real
/// processes.
///
/// In each case the model gets a clear error in time, the next call works, nothing is left running,
/// and no file outside the program's folder has changed.
@Suite("hostile handlers and arguments", .serialized, .timeLimit(.minutes(5)))
struct HostileTests {
    /// A program that misbehaves, and the error for the model.
    struct Handler: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        /// A part of the error; nil when it is no error.
        let told: String?
        let output: CommandToolSettings.Output
        let shell: String
        /// Short if the deadline ends it.
        let deadline: Duration

        init(
            _ name: String, _ script: String, told: String?,
            output: CommandToolSettings.Output = .text, shell: String = "/bin/sh"
        ) {
            testDescription = name
            self.script = script
            self.told = told
            self.output = output
            self.shell = shell
            let isEndless = told == HostileTests.late || script.contains("tail -f")
            deadline = isEndless ? .milliseconds(300) : .seconds(60)
        }
    }

    static let late = "it took longer than 0.3 seconds and was stopped"

    static let handlers: [Handler] = [
        Handler("hangs", "exec tail -f /dev/null", told: late),
        Handler("works for ever", "while :; do :; done", told: late),
        Handler(
            "ignores TERM", "trap '' TERM HUP INT; while :; do tail -f /dev/null; done",
            told: late),
        Handler("prints without end", "exec yes", told: late),
        Handler("complains without end", "exec yes >&2", told: late),
        Handler("is a fork bomb", "bomb() { bomb | bomb & }; bomb; tail -f /dev/null", told: nil),
        Handler(
            "leaves children in another session",
            "setsid setsid tail -f /dev/null & setsid tail -f /dev/null & tail -f /dev/null",
            told: late),
        Handler("leaves children and ends", "setsid tail -f /dev/null & echo bye", told: nil),
        Handler(
            "leaves its folder, and children in others",
            "cd /; (cd /tmp; setsid tail -f /dev/null) & tail -f /dev/null", told: late),
        Handler("kills its parent", "kill -9 $PPID; exec tail -f /dev/null", told: late),
        Handler(
            "writes ten gigabytes", "exec head -c 10000000000 /dev/zero > big",
            told: "ended by signal 25 (it wrote a file that is too long)"),
        Handler("takes all memory", "exec tail /dev/zero", told: "the command ended with status 1"),
        Handler(
            "leaks descriptors", "while exec {leak}</dev/null; do :; done; exit 4",
            told: "the command ended with status", shell: "/bin/bash"),
        Handler("ends by a signal", "kill -SEGV $$", told: "the command was ended by signal 11"),
        Handler(
            "fails", "echo no such room >&2; exit 3", told: "ended with status 3: no such room"),
        Handler("prints no JSON", "echo {broken", told: "is no JSON", output: .json),
        Handler("prints binary", "head -c 4000 /dev/urandom", told: nil),
        Handler(
            "prints binary for JSON", "head -c 1000 /dev/urandom", told: "is no JSON",
            output: .json),
        Handler("closes its streams", "exec <&- >&- 2>&-; while :; do :; done", told: late),
        Handler("writes elsewhere", "echo x > \"$OTHER/x\" || exit 5", told: "status 5"),
        Handler("removes what is elsewhere", "rm \"$OTHER/kept\" || exit 5", told: "status 5"),
        Handler(
            "reaches out by a link", "ln -s \"$OTHER\" out; echo x > out/x || exit 5",
            told: "status 5"),
        Handler("is not there", "exec /no/such/program", told: "status 127"),
    ]

    private let folder: Folder
    private let other: Folder

    init() throws {
        folder = try Folder()
        other = try Folder()
        // The program's user may write both, according to their modes.
        for folder in [folder, other] { makeOpenToAll(folder.path) }
        try Files.writeAtomically(other.path + "/kept", Array("kept".utf8), mode: 0o666)
    }

    private func confinement() -> Confinement {
        var confinement = Confinement()
        // The kernel does not limit root's processes.
        if Confinement.isRoot { confinement.user = Confinement.user(named: "nobody") }
        confinement.memoryBytes = 64 << 20
        confinement.fileBytes = 1 << 20
        confinement.processes = 40
        confinement.openFiles = 64
        return confinement
    }

    private func tool(
        _ name: String, _ words: [String], parameters: JSONValue = ["type": "object"],
        deadline: Duration, output: CommandToolSettings.Output = .text
    ) throws -> CommandTool {
        var terms = ToolTerms(deadline: deadline)
        terms.resultBytes = 2_000
        return try CommandTool(
            declaration: try ToolDeclaration(
                name: name, description: "A test.", parameters: parameters, terms: terms),
            settings: CommandToolSettings(
                program: ProgramSettings(
                    arguments: words, environment: [("OTHER", try SecretText(other.path))],
                    directory: folder.path),
                output: output), confinement: confinement())
    }

    private func good() throws -> CommandTool {
        try tool("good", ["/bin/echo", "fine"], deadline: .seconds(30))
    }

    private func check(_ runner: ToolRunner) async throws {
        #expect(await runner.run(call("good", id: "after")).output == "fine")
        await runner.stop()
        #expect(!runs(in: folder.path))
        // Wherever they have gone, they have this path in their variables.
        #expect(!runs(in: other.path))
        #expect(try Files.list(other.path) == ["kept"])
        #expect(try Files.read(other.path + "/kept", limitBytes: 10) == Array("kept".utf8))
    }

    @Test("a misbehaving handler costs only its own call", arguments: handlers)
    func handler(_ handler: Handler) async throws {
        try #require(Confinement.landlockVersion > 0, "this kernel has no Landlock")
        let script = handler.script.replacing("{", with: "{{").replacing("}", with: "}}")
        let bad = try tool(
            "bad", [handler.shell, "-c", script], deadline: handler.deadline,
            output: handler.output)
        let runner = try ToolRunner([bad, try good()], clock: SystemClock())
        let outcome = await runner.run(call("bad", id: "1"))
        if let told = handler.told {
            #expect(outcome.error?.contains(told) == true, "\(outcome)")
        } else if case .answered(let answer) = outcome {
            #expect(answer.response.serialized.utf8.count < 12_100)
        } else {
            Issue.record("no answer")
        }
        try await check(runner)
    }

    private static let text: JSONValue = [
        "type": "object",
        "properties": [
            "text": ["type": "string", "maxLength": 100_000], "n": ["type": "integer"],
        ],
        "required": ["text"],
    ]

    private func echo() throws -> ToolRunner {
        let printer = try tool(
            "say", ["/usr/bin/printf", "%s", "{text}"], parameters: Self.text,
            deadline: .seconds(30))
        return try ToolRunner([printer, try good()], clock: SystemClock())
    }

    @Test(
        "an argument of any characters is one word, and reaches the program unchanged",
        arguments: [
            "; touch $OTHER/x", "$(touch $OTHER/x)", "`touch $OTHER/x`", "a\nb\r\nc", "'; id #",
            "\"quoted\"", "* ? [a-z] ~ ~root", "%s%n%x", "a & b | c > d < e", "\\", "\u{202E}abc",
            "é🐦\u{1F468}\u{200D}\u{1F469}", "\u{1}\u{7}\u{1B}[31m", "{text} {{}} {other}",
        ])
    func literalArguments(text: String) async throws {
        let runner = try echo()
        #expect(await runner.run(call("say", ["text": .string(text)])).output == .string(text))
        try await check(runner)
    }

    @Test(
        "an argument that could be an option, or cannot be one word, is refused",
        arguments: ["-rf", "--help", "-", "-v OTHER", "a\u{0}b"])
    func refusedArguments(text: String) async throws {
        let runner = try echo()
        let error = await runner.run(call("say", ["text": .string(text)])).error
        #expect(error?.hasPrefix("nothing was done: text ") == true, "\(error ?? "")")
        try await check(runner)
    }

    /// Arguments that do not fit, and a part of their errors.
    static var unfitting: [(JSONValue, String)] {
        var deep: JSONValue = "end"
        for _ in 0..<60 { deep = ["a": deep] }
        return [
            (["text": 5], "text must be text, but is 5"),
            (["text": ["a"]], "text must be text, but is [\"a\"]"),
            (["text": nil], "text must be text, but is null"),
            (["text": deep], "text must be text"),
            ([:], "text is missing"), (["text": "a", "n": 1.5], "n must be a whole number"),
            (["text": "a", "other": 1], "\"other\" is not known"), ("text", "must be an object"),
            ([["text": "a"]], "must be an object"),
            (["text": .string(String(repeating: "x", count: 1_000_000))], "but may have at most"),
            (["text": .string(String(repeating: "x", count: 60_000))], "are too long"),
        ]
    }

    @Test("arguments that do not fit are refused in words", arguments: unfitting.indices)
    func unfittingArguments(index: Int) async throws {
        let (arguments, told) = Self.unfitting[index]
        let runner = try echo()
        let error = await runner.run(call("say", arguments)).error
        #expect(error?.contains(told) == true, "\(error ?? "")")
        #expect((error?.utf8.count ?? 0) < 2_100)
        try await check(runner)
    }

    @Test("thirty misbehaving calls at once are all answered, and leave nothing")
    func manyAtOnce() async throws {
        let bad = try tool(
            "bad", ["/bin/sh", "-c", "trap '' TERM; setsid tail -f /dev/null & tail -f /dev/null"],
            deadline: .milliseconds(300))
        let runner = try ToolRunner([bad, try good()], clock: SystemClock())
        let answers = await withTaskGroup(of: Bool.self) { group in
            for id in 0..<30 {
                group.addTask { await runner.run(call("bad", id: "\(id)")).error != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers == 30)
        try await check(runner)
    }
}
