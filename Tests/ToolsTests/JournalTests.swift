import Linux
import ModelTypes
import Store
import Synchronization
import TestDisk
import Testing
import WireCodec

@testable import Tools

@Suite("calls remembered beyond the program's end", .timeLimit(.minutes(5)))
struct JournalTests {
    private let folder: Folder
    private let door = Door()
    private let lives = Kept<StateStore>()
    private let reports = Kept<String>()

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/calls.jsonl" }

    /// The journal after a restart; `report` takes messages for the owner.
    private func journal(
        _ report: @escaping @Sendable (String) -> Void = { Issue.record("trouble: \($0)") }
    ) -> FileJournal {
        journal(DiskFolder(path: folder.path), report)
    }

    private func journal(
        _ disk: any StateDisk, _ report: @escaping @Sendable (String) -> Void
    ) -> FileJournal {
        let store = StateStore(disk: disk, report: report)
        lives.add(store)
        return FileJournal(lines: store.lines("calls.jsonl"), onTrouble: report)
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

    @Test("a call that was answered before a restart gets the same answer, and is not executed")
    func restart() async throws {
        let tool = try counter()
        let first = await (try runner(journal(), [tool])).run(call("count", id: "a"))
        #expect(first.output == 1)
        let again = try runner(journal(), [tool])
        #expect(await again.run(call("count", id: "a")).output == first.output)
        #expect(await again.run(call("count", id: "b")).output == 2)
    }

    @Test("a call that was running when the program ended is not executed again, but reported")
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
        let bytes = try Files.read(path, limitBytes: 10_000)
        for length in 0...bytes.count {
            let kept = Array(bytes[..<length])
            try Files.writeAtomically(path, kept, mode: 0o600)
            let before = reports.all.count
            let recalled = await journal { [reports] in reports.add($0) }.recall()
            let lines = kept.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
            let isLastWhole = kept.isEmpty || kept.last == UInt8(ascii: "\n")
            // Of a call's two lines, the first is enough to recognize it.
            let whole = isLastWhole ? lines.count : lines.count - 1
            #expect(recalled.calls.count >= (whole + 1) / 2, "at \(length)")
            // An incomplete line is reported.
            #expect((reports.all.count > before) == !isLastWhole, "at \(length)")
            // The next entry is a line of its own.
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

    @Test("a disk that accepts no writes stops dangerous calls, and not the lamp")
    func noDisk() async throws {
        var unlock = ToolTerms(deadline: .seconds(1))
        unlock.risk = .unlock
        let tools = [
            try TestTool("lamp") { _ in "on" }, try TestTool("door", terms: unlock) { _ in "open" },
        ]
        let journal = journal(DiskFolder(path: "/proc/nowhere")) { _ in }
        let runner = try runner(journal, tools)
        #expect(await runner.run(call("lamp", id: "1")).output == "on")
        let error = await runner.run(call("door", id: "2")).error
        #expect(error?.hasPrefix("nothing was done: the journal cannot be kept") == true)
    }

    @Test("a call that only reads is not stored, since it may be repeated")
    func reading() async throws {
        var terms = ToolTerms(deadline: .seconds(1))
        terms.risk = .read
        let runner = try runner(journal(), [try TestTool("look", terms: terms) { _ in "fine" }])
        #expect(await runner.run(call("look", id: "1")).output == "fine")
        #expect(await journal().recall().calls.isEmpty)
    }

    @Test("a damaged journal is set aside and reported, and its whole lines are used")
    func aDamagedJournalIsSet()
        async throws
    {
        let disk = MemoryDisk()
        let before = journal(disk) { Issue.record("\($0)") }
        for id in 0..<4 {
            try await before.begin(JournalledCall(conversation: 1, id: "\(id)", tool: "t"))
        }
        let whole = disk.files["calls.jsonl"] ?? []
        for index in whole.indices {
            let damaged = MemoryDisk(["calls.jsonl": whole])
            damaged.files["calls.jsonl"]?[index] ^= 0x15
            let bytes = damaged.files["calls.jsonl"]
            let reports = Kept<String>()
            let recalled = await journal(damaged) { reports.add($0) }.recall()
            #expect(recalled.calls.count >= 2, "at \(index)")
            #expect(!reports.all.isEmpty, "at \(index)")
            // Everything except an unterminated last line is kept for later inspection.
            if index < whole.count - 1 {
                #expect(damaged.files["calls.jsonl.damaged-1"] == bytes, "at \(index)")
            }
        }
    }

    @Test("a random journal is not emptied silently")
    func aRandomJournalIsNot() async throws {
        let random: [UInt8] = (0..<5000).map {
            UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 9)
        }
        let disk = MemoryDisk(["calls.jsonl": random])
        let reports = Kept<String>()
        let after = journal(disk) { reports.add($0) }
        #expect(await after.recall().calls.isEmpty)
        #expect(reports.all.count == 1)
        #expect(disk.files["calls.jsonl.damaged-1"] == random)
        try await after.begin(JournalledCall(conversation: 1, id: "a", tool: "t"))
        #expect(await journal(disk) { Issue.record("\($0)") }.recall().calls.count == 1)
    }

    @Test("a huge id is refused where it matters, and does not make other calls be forgotten")
    func aHugeIdIsRefused()
        async throws
    {
        let disk = MemoryDisk()
        let before = journal(disk) { _ in }
        try await before.begin(JournalledCall(conversation: 1, id: "a", tool: "t"))
        await #expect(throws: StoreError.self) {
            try await before.begin(
                JournalledCall(
                    conversation: 1, id: String(repeating: "x", count: 300_000), tool: "t"))
        }
        try await before.begin(JournalledCall(conversation: 1, id: "b", tool: "t"))
        let recalled = await journal(disk) { Issue.record("\($0)") }.recall()
        #expect(recalled.calls.map(\.call.id) == ["a", "b"])
        // An earlier version may have left one on the disk.
        let long =
            #"{"conversation":1,"id":"\#(String(repeating: "y", count: 300_000))","tool":"t"}"#
        disk.files["calls.jsonl"]? += Array("\(long)\n".utf8)
        let again = await journal(disk) { Issue.record("\($0)") }.recall()
        #expect(again.calls.map(\.call.id) == ["a", "b"])
    }

    @Test("an unreadable journal is not overwritten, and stops dangerous calls")
    func aJournalThatCannotBe()
        async throws
    {
        let disk = MemoryDisk()
        try await journal(disk) { _ in }
            .begin(JournalledCall(conversation: 1, id: "a", tool: "t"))
        let before = disk.files
        disk.faults.reading = ["calls.jsonl": 13]
        let after = journal(disk) { _ in }
        _ = await after.recall()
        await #expect(throws: StoreError.self) {
            try await after.begin(JournalledCall(conversation: 1, id: "b", tool: "t"))
        }
        #expect(disk.files == before)
    }

    @Test("any number in a stored call does no harm")
    func anyNumberInAStored() async throws {
        for number in ["0", "-1", "9223372036854775807", "-9223372036854775808", "1e300", "null"] {
            let line = #"{"conversation":\#(number),"id":"a","tool":"count"}"#
            let disk = MemoryDisk(["calls.jsonl": Array("\(line)\n".utf8)])
            let tool = try TestTool("count") { _ in 1 }
            let runner = try runner(journal(disk) { _ in }, [tool])
            #expect(await runner.run(call("count", id: "b"), conversation: 7).output == 1)
        }
    }
}

/// What a test keeps.
final class Kept<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }
    func add(_ value: Value) { values.withLock { $0.append(value) } }
}

/// A folder for one test, removed with its owner.
final class Folder: Sendable {
    let path: String

    init() throws { path = try Files.makeTemporaryDirectory(prefix: "martlet-tools") }

    deinit { try? Files.removeTree(path) }
}
