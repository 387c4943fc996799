import AllToolKinds
import Configuration
import Linux
import ModelTypes
import Testing
import Tools
import WireCodec

@testable import Daemon

/// A kind of tool that a contributor adds, `[[tool.parrot]]`: it takes only this and an entry in
/// the list.
private struct ParrotSettings: ToolKind {
    var words: String
    var times: Int

    static let name = "parrot"
    static let shape = ToolShape.function
    static let usualRisk = ToolRisk.read
    static let example = """
        # [[tool.parrot]]
        # name = "polly"
        # description = "Says what it was taught."
        # words = "hello"
        # times = 1                    # how often; default

        """

    static func read(_ table: inout TableReader) -> ParrotSettings? {
        let words = table.text("words")
        let times = table.number("times", 1, 1...3)
        guard let words, let times else { return nil }
        return ParrotSettings(words: words, times: times)
    }

    var members: [(key: String, toml: String)] {
        [("words", words.toml), ("times", times.toml)]
    }

    static func make(_ tables: [Table], with maker: inout ToolMaker) {
        for (settings, parrot) in tables {
            maker.add(settings) {
                ParrotTool(declaration: try settings.declaration(), settings: parrot)
            }
        }
    }
}

private struct ParrotTool: Tool {
    let declaration: ToolDeclaration
    let settings: ParrotSettings

    func call(_ arguments: ToolArguments) async throws -> JSONValue {
        .array(Array(repeating: .string(settings.words), count: settings.times))
    }
}

@Suite("a new kind of tool", .timeLimit(.minutes(5)))
struct NewKindTests {
    private static let kinds = ToolKinds(ToolKinds.all.list + [ParrotSettings.self])
    private static let head =
        "[[tool.parrot]]\nname = \"polly\"\ndescription = \"Says what it was taught.\"\n"

    private func settings(_ text: String) throws -> Settings {
        try SettingsFile.settings(from: [("m", text)], kinds: Self.kinds)
    }

    private func mistakes(_ text: String) -> [String] {
        SettingsFile.salvaged(from: [("m", text)], kinds: Self.kinds).mistakes.map(\.description)
    }

    @Test("it is read, built and called like the others")
    func called() async throws {
        let settings = try settings(Self.head + "words = \"hello\"\ntimes = 2")
        #expect(settings.tools.first?.terms.risk == .read)
        #expect(settings.startRefusals.isEmpty)
        let tools = try ToolSet(settings, own: nil)
        let runner = ToolRunner(
            registry: tools.registry, limits: ToolLimits(settings),
            ports: RunnerPorts(
                clock: SystemClock(), confirmation: NoConfirmation(), journal: NoJournal(),
                audit: NoAudit()))
        let outcome = await runner.run(
            FunctionCall(id: "1", name: "polly", arguments: [:]), conversation: 1)
        await runner.stop()
        guard case .answered(let answer) = outcome else {
            Issue.record("it was not answered")
            return
        }
        #expect(answer.response == ["output": ["hello", "hello"]])
    }

    @Test("a mistake in it is reported with its place, and its name is known to the others")
    func mistaken() {
        #expect(
            mistakes(Self.head + "words = \"x\"\ntimes = 9") == [
                "m:5:9: tool.parrot.times is 9; allowed: 1 to 3"
            ])
        #expect(mistakes(Self.head) == ["m:1:1: tool.parrot lacks 'words' (a string)"])
        #expect(
            mistakes(Self.head + "words = \"x\"\ntims = 2") == [
                "m:5:1: tool.parrot has no 'tims'; did you mean 'times'?"
            ])
        #expect(mistakes("[[tool.parot]]").first?.contains("did you mean [[tool.parrot]]?") == true)
    }

    @Test("it is shown, the output is read back the same, and the shipped file has its example")
    func shown() throws {
        let text = SettingsFile.shown(try settings(Self.head + "words = \"hello\"\ntimes = 2"))
        #expect(text.contains("\n[[tool.parrot]]  # m:1:1\nname = \"polly\"\n"))
        #expect(text.contains("\nwords = \"hello\"\ntimes = 2\n"))
        let again = try settings(text).tools(ParrotSettings.self)
        #expect(again.map(\.kind.times) == [2])
        #expect(SettingsFile.template(kinds: Self.kinds).contains("\n# [[tool.parrot]]\n"))
    }
}
