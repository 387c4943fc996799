import Linux
import ModelTypes
import Testing

@testable import Tools

@Suite("what is remembered of calls beyond the program's end", .timeLimit(.minutes(1)))
struct JournalTests {
    private let folder: Folder
    private let door = Door()

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/calls.jsonl" }

    private func journal() -> FileJournal {
        FileJournal(path: path) { Issue.record("trouble: \($0)") }
    }

    private func runner(_ journal: any CallJournal, _ tools: [any Tool]) throws -> ToolRunner {
        try ToolRunner(tools, clock: ManualClock(), journal: journal)
    }

    private func counter() throws -> TestTool {
        try TestTool("count") { [door] _ in
            door.open()
            await door.pass()
            return .int(Int64(door.arrivals))
        }
    }

    @Test("a call that was answered before a restart is answered alike, and not executed")
    func restart() async throws {
        let tool = try counter()
        let first = await (try runner(journal(), [tool])).run(call("count", id: "a"))
        #expect(first.output == 1)
        let again = try runner(journal(), [tool])
        #expect(await again.run(call("count", id: "a")) == first)
        #expect(await again.run(call("count", id: "b")).output == 2)
    }

    @Test("a call that was begun when the program ended is not executed again, and that is told")
    func interrupted() async throws {
        let before = journal()
        _ = await before.recall()
        try await before.begin(JournalledCall(conversation: 0, id: "a", tool: "count"))
        let runner = try runner(journal(), [try counter()])
        let error = await runner.run(call("count", id: "a")).error
        #expect(error?.contains("whether it was done is not known") == true)
        #expect(door.arrivals == 0)
    }

    @Test("another conversation may use the same ids, the resumed one may not")
    func conversations() async throws {
        let tool = try counter()
        let first = try runner(journal(), [tool])
        #expect(await first.run(call("count", id: "a"), conversation: 1).output == 1)
        #expect(await first.run(call("count", id: "a"), conversation: 2).output == 2)
        let again = try runner(journal(), [tool])
        #expect(await again.run(call("count", id: "a"), conversation: 0).output == 2)
        #expect(await again.run(call("count", id: "a"), conversation: 1).output == 3)
    }

    @Test("a power cut at any byte of the journal loses no call that was begun before it")
    func powerCut() async throws {
        let before = journal()
        _ = await before.recall()
        for id in 0..<4 {
            let call = JournalledCall(conversation: 3, id: "\(id)", tool: "é")
            try await before.begin(call)
            await before.finish(
                call, FunctionResponse(id: "\(id)", name: "é", response: ["output": "ü"]))
        }
        let whole = try Files.read(path, limitBytes: 10_000)
        for length in 0...whole.count {
            let kept = Array(whole[..<length])
            try Files.writeAtomically(path, kept, mode: 0o600)
            let recalled = await journal().recall()
            let lines = kept.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
            let isLastWhole = kept.isEmpty || kept.last == UInt8(ascii: "\n")
            // Of two lines a call has, the first is enough to know it.
            let whole = isLastWhole ? lines.count : lines.count - 1
            #expect(recalled.calls.count >= (whole + 1) / 2, "at \(length)")
            // What comes next is a line of its own.
            let after = journal()
            _ = await after.recall()
            try await after.begin(JournalledCall(conversation: 3, id: "next", tool: "é"))
            #expect(await journal().recall().calls.last?.call.id == "next", "at \(length)")
        }
    }

    @Test("the journal stays small, and remembers the latest")
    func bounded() async throws {
        let journal = journal()
        _ = await journal.recall()
        let long = JSONValue.string(String(repeating: "x", count: 1_500))
        for id in 0..<600 {
            let call = JournalledCall(conversation: 0, id: "\(id)", tool: "t")
            try await journal.begin(call)
            await journal.finish(
                call, FunctionResponse(id: "\(id)", name: "t", response: ["output": long]))
        }
        #expect(try Files.read(path, limitBytes: 400_000).count < 300_000)
        let recalled = await self.journal().recall()
        #expect(recalled.calls.last?.call.id == "599")
        #expect(recalled.calls.count <= 200)
    }

    @Test("a disk that takes nothing stops what is dangerous, and not the lamp")
    func noDisk() async throws {
        var unlock = ToolTerms(deadline: .seconds(1))
        unlock.risk = .unlock
        let tools = [
            try TestTool("lamp") { _ in "on" }, try TestTool("door", terms: unlock) { _ in "open" },
        ]
        let journal = FileJournal(path: "/nowhere/calls") { _ in }
        let runner = try runner(journal, tools)
        #expect(await runner.run(call("lamp", id: "1")).output == "on")
        let error = await runner.run(call("door", id: "2")).error
        #expect(error?.hasPrefix("nothing was done: the journal cannot be kept") == true)
    }

    @Test("what only reads is not kept, since it may be done again")
    func reading() async throws {
        var terms = ToolTerms(deadline: .seconds(1))
        terms.risk = .read
        let runner = try runner(journal(), [try TestTool("look", terms: terms) { _ in "fine" }])
        #expect(await runner.run(call("look", id: "1")).output == "fine")
        #expect(await journal().recall().calls.isEmpty)
    }
}

/// A folder for one test, removed with its owner.
final class Folder: Sendable {
    let path: String

    init() throws { path = try Files.makeTemporaryDirectory(prefix: "martlet-tools") }

    deinit { try? Files.removeTree(path) }
}
