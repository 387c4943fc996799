import Glibc
import Linux
import ModelTypes
import TestDisk
import Testing
import WireCodec

@testable import Store

@Suite("A document that survives disk faults", .timeLimit(.minutes(5)))
struct KeptDocumentTests {
    private let reports = Reports()

    private func store(_ disk: MemoryDisk, crashes: Int = 0) -> StateStore {
        StateStore(disk: disk, crashes: crashes) { [reports] in reports.add($0) }
    }

    /// A disk with a document after this many writes, whose value is their number.
    private func disk(writes: Int) throws -> MemoryDisk {
        let disk = MemoryDisk()
        let document = store(disk).document("x")
        for number in 0..<writes { try document.write(.int(Int64(number + 1))) }
        return disk
    }

    @Test("a power cut at any moment of a write leaves the value before it or after it")
    func aPowerCutAtAny()
        throws
    {
        let disk = MemoryDisk()
        let document = store(disk).document("x")
        for number in 1...6 {
            try document.write(.int(Int64(number)))
            for cut in disk.takeCuts() {
                switch store(MemoryDisk(cut)).document("x").read() {
                case .value(let value, _):
                    #expect([number - 1, number].contains(Int(value.int ?? -1)))
                case .absent, .lost: #expect(number == 1)
                case .unreadable: Issue.record("it can be read")
                }
            }
        }
    }

    @Test("a file that an earlier version kept elsewhere is read until there is a newer one")
    func whatAnEarlierVersion() throws {
        func document(_ disk: MemoryDisk) -> KeptDocument {
            store(disk).document("x", earlier: "x.json")
        }
        let disk = MemoryDisk(["x.json": Array("[7]".utf8)])
        #expect(document(disk).read() == .value([7], loss: nil))
        disk.faults.writing[""] = ENOSPC
        #expect(throws: SystemError.self) { try document(disk).write(8) }
        disk.faults.writing = [:]
        #expect(document(disk).read() == .value([7], loss: nil))
        try document(disk).write(8)
        #expect(disk.files["x.json"] == nil)
        #expect(document(disk).read() == .value(8, loss: nil))

        for bytes in [[], Array("[7".utf8), [0xFF]] as [[UInt8]] {
            let damaged = MemoryDisk(["x.json": bytes])
            guard case .lost = document(damaged).read() else {
                Issue.record("\(bytes) is not reported as lost")
                continue
            }
            #expect(damaged.files["x.json.damaged-1"] == bytes)
        }
        let hidden = MemoryDisk(["x.json": Array("[7]".utf8)])
        hidden.faults.reading["x.json"] = EACCES
        guard case .unreadable = document(hidden).read() else {
            Issue.record("it is not seen")
            return
        }
        #expect(throws: StoreError.self) { try document(hidden).write(8) }
    }

    @Test("existing and missing files are distinguished from unreadable ones")
    func whatIsThereAndWhat() throws {
        #expect(store(MemoryDisk()).document("x").read() == .absent)
        let disk = try disk(writes: 3)
        #expect(store(disk).document("x").read() == .value(3, loss: nil))
        for code in [EACCES, EIO, EISDIR, ELOOP] {
            let files = disk.files
            disk.faults.reading = ["x.a": code, "x.b": code]
            let document = store(disk).document("x")
            guard case .unreadable = document.read() else {
                Issue.record("\(code) is not seen")
                continue
            }
            #expect(document.isBlocked)
            #expect(throws: StoreError.self) { try document.write(4) }
            #expect(disk.files == files)
            // Readable again, without a restart.
            disk.faults.reading = [:]
            #expect(document.read() == .value(3, loss: nil))
            try document.write(3)
        }
    }

    @Test("a document that was not read is not overwritten")
    func whatNobodyHasReadIs() throws {
        let disk = try disk(writes: 4)
        try store(disk).document("x").write(5)
        #expect(store(disk).document("x").read() == .value(5, loss: nil))
        // The previous one is there for the next cut.
        #expect(disk.files.count == 2)
        disk.faults.reading = ["x.a": EACCES, "x.b": EACCES]
        #expect(throws: StoreError.self) { try store(disk).document("x").write(6) }
    }

    @Test("damaged files are set aside, at most three of each")
    func damagedFilesAreKeptUnder() throws {
        let disk = try disk(writes: 2)
        for round in 1...5 {
            disk.files["x.a"] = [UInt8(round)]
            disk.files["x.b"] = [UInt8(round), 0]
            guard case .lost(let text) = store(disk).document("x").read() else {
                Issue.record("it is lost")
                return
            }
            #expect(text.contains("set aside"))
            #expect(disk.files["x.a.damaged-\(min(round, 3))"] == [UInt8(round)])
        }
        #expect(
            disk.files.keys.sorted()
                == (["a", "b"].flatMap { file in
                    (1...3).map { "x.\(file).damaged-\($0)" }
                }))
        #expect(store(disk).document("x").read() == .absent)
    }

    @Test("a value that is too long is refused, and the one before it stays")
    func aValueThatIsToo()
        throws
    {
        let disk = MemoryDisk()
        let document = store(disk).document("x", limitBytes: 100)
        try document.write("short")
        #expect(throws: StoreError.self) {
            try document.write(.string(String(repeating: "x", count: 100)))
        }
        #expect(store(disk).document("x").read() == .value("short", loss: nil))
    }

    @Test("a failed write leaves the old value, and the next one works")
    func aWriteThatFailsLeaves() throws {
        let disk = try disk(writes: 2)
        let document = store(disk).document("x")
        for code in [ENOSPC, EROFS, EIO, EDQUOT] {
            disk.faults.writing = ["": code]
            #expect(throws: SystemError.self) { try document.write(9) }
            #expect(store(MemoryDisk(disk.files)).document("x").read() == .value(2, loss: nil))
        }
        disk.faults.writing = [:]
        try document.write(3)
        #expect(store(disk).document("x").read() == .value(3, loss: nil))
        #expect(reports.all.isEmpty)
    }

    // MARK: - Crashes

    @Test("files with which the program crashed twice are set aside and reported, and it starts")
    func whatTheProgramCrashedWith()
        throws
    {
        let disk = try disk(writes: 2)
        let before = disk.files
        #expect(store(disk, crashes: 1).document("x").read() == .value(2, loss: nil))
        let second = store(disk, crashes: 2)
        guard case .lost(let text) = second.document("x").read() else {
            Issue.record("it is set aside")
            return
        }
        #expect(text.contains("crashed twice"))
        #expect(reports.all.count == 1)
        #expect(disk.files["x.a.suspect"] == before["x.a"])
        // It was not the cause: the program crashes without it, too.
        #expect(store(disk, crashes: 3).document("x").read() == .value(2, loss: nil))
        #expect(disk.files == before)
        #expect(store(disk, crashes: 4).document("x").read() == .value(2, loss: nil))
    }

    @Test("a value stored after that counts, and is not replaced by what was set aside")
    func whatIsStoredAfterThat()
        throws
    {
        let disk = try disk(writes: 2)
        try store(disk, crashes: 2).document("x").write(7)
        _ = store(disk, crashes: 3)
        guard case .value(7, _) = store(disk).document("x").read() else {
            Issue.record("the new value is there")
            return
        }
        CrashGuard(disk: disk).prove()
        guard case .value(7, _) = store(disk).document("x").read() else {
            Issue.record("the new value is there")
            return
        }
        #expect(!disk.files.keys.contains { $0.hasSuffix(".suspect") })
    }

    @Test("the journal of calls is set aside, too, the audit log is not")
    func theJournalOfCallsIs() throws {
        let disk = MemoryDisk()
        let first = store(disk)
        try first.lines(KeptLines.journalName).append(1, isLasting: true)
        try first.lines(KeptLines.auditName).append(1, isLasting: true)
        let second = store(disk, crashes: 2)
        #expect(try second.lines(KeptLines.journalName).read() == [])
        #expect(try second.lines(KeptLines.auditName).read() == [1])
        #expect(reports.all.count == 2)
    }

    @Test("whole lines survive damage to others, and the loss of some is noticed")
    func linesThatAreWholeOutlast()
        throws
    {
        let disk = MemoryDisk()
        let first = store(disk)
        for number in 1...3 { try first.lines("l").append(.int(Int64(number)), isLasting: true) }
        #expect(!first.lines("l").isIncomplete)
        disk.files["l"]?[0] ^= 1
        let second = store(disk)
        #expect(try second.lines("l").read() == [2, 3])
        #expect(second.lines("l").isIncomplete)
        // Nothing has been written since.
        #expect(try store(disk).lines("l").read() == [2, 3])
        #expect(reports.all.count == 1)
    }

    @Test("of values that follow each other quickly only the newest is written")
    func ofValuesThatFollowEach() async throws {
        let disk = MemoryDisk()
        let store = store(disk)
        let writer = LazyWriter(store.document("x"), delay: .seconds(3600)) { _ in }
        for number in 1...100 { writer.put(.int(Int64(number))) }
        await writer.settled()
        #expect(disk.writes == 1)
        #expect(self.store(disk).document("x").read() == .value(100, loss: nil))
        writer.put(101)
        await writer.settled()
        #expect(self.store(disk).document("x").read() == .value(101, loss: nil))
    }
}
