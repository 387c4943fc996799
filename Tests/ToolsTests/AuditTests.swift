import Linux
import Store
import Synchronization
import Testing
import WireCodec

@testable import Tools

@Suite("the audit log", .timeLimit(.minutes(5)))
struct AuditTests {
    private let folder: Folder
    private let clock = ManualClock()

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/audit.jsonl" }

    private func lines(_ path: String) throws -> [JSONValue] {
        try Files.read(path, limitBytes: 1 << 20).split(separator: UInt8(ascii: "\n"))
            .map { try JSONValue(parsing: Array($0)) }
    }

    private func runner(_ terms: ToolTerms) throws -> ToolRunner {
        let audit = AuditLog(
            disk: DiskFolder(path: folder.path), name: "audit.jsonl", limitBytes: 20_000
        ) { Issue.record("trouble: \($0)") }
        let tool = try TestTool("door", terms: terms) { arguments in
            if arguments.string("side") == "back" { throw ToolFailure("it is stuck") }
            return "open"
        }
        return try ToolRunner([tool], clock: clock, audit: audit)
    }

    @Test("every call is recorded: who, what, how it was allowed, and what came of it")
    func entries() async throws {
        var terms = ToolTerms(deadline: .seconds(1))
        terms.risk = .unlock
        terms.secrets = ["who"]
        let runner = try runner(terms)
        _ = await runner.run(
            call("door", id: "1", ["side": "front", "who": "me", "pin": "1234"]), conversation: 7)
        _ = await runner.run(call("door", id: "2", ["side": "back"]))
        _ = await runner.run(call("gate", id: "3"))
        let lines = try lines(path)
        #expect(lines.count == 3)
        #expect(lines[0]["conversation"] == 7)
        #expect(lines[0]["call"] == "1")
        #expect(lines[0]["tool"] == "door")
        #expect(lines[0]["risk"] == "unlock")
        #expect(
            lines[0]["arguments"] == ["side": "front", "who": "(hidden)", "pin": "(hidden)"])
        #expect(lines[0]["decision"] == "allowed")
        #expect(lines[0]["result"] == "done")
        #expect(lines[0]["time"]?.string?.contains("T") == true)
        #expect(lines[1]["result"] == "failed")
        #expect(lines[1]["reason"] == "it is stuck")
        #expect(lines[2]["decision"] == "refused")
        #expect(lines[2]["result"] == "nothing")
    }

    @Test("the log stays within its size, and keeps the latest")
    func rotation() async throws {
        var terms = ToolTerms(deadline: .seconds(1))
        terms.callsPerMinute = 1_000
        let runner = try runner(terms)
        let long = JSONValue.string(String(repeating: "x", count: 100_000 / 2))
        for id in 0..<200 { _ = await runner.run(call("door", id: "\(id)", ["text": long])) }
        let (newer, older) = (try lines(path), try lines(path + ".1"))
        #expect(newer.last?["call"] == "199")
        let sizes = try [path, path + ".1"].map { try Files.read($0, limitBytes: 20_000).count }
        #expect(sizes.reduce(0, +) <= 20_000)
        #expect((newer.count + older.count) > 20)
    }
}
