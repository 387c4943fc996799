import Glibc
import Linux
import ModelTypes
import Synchronization
import TestDisk
import Testing
import WireCodec

@testable import Store

/// Collects the reports.
final class Reports: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func add(_ text: String) { lines.withLock { $0.append(text) } }
}

@Suite("A folder of one program only", .timeLimit(.minutes(5)))
struct StateStoreTests {
    private let reports = Reports()

    private func folder() throws -> String {
        try Files.makeTemporaryDirectory(prefix: "martlet-store")
    }

    private func open(_ path: String) throws -> StateStore {
        try StateStore.open(path, patience: .zero) { [reports] in reports.add($0) }
    }

    @Test("a second program is refused, with the name of the first, its process id and start time")
    func aSecondProgramIsRefused()
        throws
    {
        let path = try folder()
        defer { try? Files.removeTree(path) }
        // The kernel's lock applies within one program, too.
        let other = try #require(try FolderLock(path))
        let text = "martlet run, process 4711, since 2026-11-30T01:02:03"
        try Files.replace("\(path)/holder", Array("\(text)\n".utf8), mode: 0o600)
        do {
            _ = try open(path)
            Issue.record("it was not refused")
        } catch {
            #expect("\(error)".contains(text))
            #expect("\(error)".contains(path))
        }
        withExtendedLifetime(other) {}
    }

    @Test("the folder's owner leaves its name, its process id and its start time there")
    func whoHasTheFolderHas() throws {
        let path = try folder()
        defer { try? Files.removeTree(path) }
        let store = try open(path)
        let text = String(
            decoding: try Files.read("\(path)/holder", limitBytes: 400), as: UTF8.self)
        #expect(text.contains("process \(getpid()), since 20"))
        withExtendedLifetime(store) {}
    }

    @Test("the program that owns a folder gets the same store again, and releases it at the end")
    func theProgramThatHasA()
        throws
    {
        let path = try folder()
        defer { try? Files.removeTree(path) }
        do {
            let store = try open(path)
            #expect(try open(path + "/") === store)
            let other = try FolderLock(path)
            #expect(other == nil)
            withExtendedLifetime(store) {}
        }
        let other = try FolderLock(path)
        #expect(other != nil)
    }

    @Test("a missing folder is created, and only its owner may look into it")
    func aFolderThatIsMissing() throws {
        let path = try folder()
        defer { try? Files.removeTree(path) }
        let store = try open("\(path)/a/b")
        try store.document("x").write(1)
        var status = stat()
        #expect(stat("\(path)/a/b", &status) == 0 && status.st_mode & 0o777 == 0o700)
        #expect(stat("\(path)/a/b/x.a", &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(reports.all.isEmpty)
    }

    @Test("a folder that cannot be created is reported at once, and writes fail")
    func aFolderThatCannotBe()
        throws
    {
        let path = try folder()
        defer { try? Files.removeTree(path) }
        try Files.replace("\(path)/file", [1], mode: 0o600)
        let store = try open("\(path)/file/state")
        #expect(reports.all.count == 1)
        #expect(reports.all.first?.contains("nothing can be stored") == true)
        #expect(throws: (any Error).self) { try store.document("x").write(1) }
    }

    @Test("a full disk is reported at the start")
    func aFullDiskIsReported() throws {
        let path = try folder()
        defer { try? Files.removeTree(path) }
        try SystemError.$forced.withValue(["fsync": ENOSPC]) {
            _ = try open(path)
        }
        #expect(reports.all.first?.contains("No space left") == true)
    }

    @Test("temporary files left by a power cut are removed, and nothing else")
    func whatWritesLeftBehindWhen() throws {
        let kept = [
            "timers.a", "timers.b", "tool-calls.jsonl", "tool-audit.jsonl", "tool-audit.jsonl.1",
            "timers.a.damaged-1", "timers.b.suspect", "notes.txt", "holder", "crashes",
        ]
        let left = ["timers.a.new", "timers.b.XyZ123", "settings.last-good.abcdef", "holder.new"]
        var files: [String: [UInt8]] = [:]
        for name in kept + left { files[name] = [1] }
        let disk = MemoryDisk(files)
        _ = StateStore(disk: disk) { _ in }
        #expect(Set(disk.files.keys) == Set(kept))
    }

    @Test("files that root writes into another user's folder belong to that user")
    func whatRootWritesIntoA() throws {
        // Only root can change an owner.
        guard geteuid() == 0 else { return }
        let path = try folder()
        defer { try? Files.removeTree(path) }
        try #require(chown(path, 65_534, 65_534) == 0)
        let store = try open(path)
        try store.document("x").write(1)
        try store.lines("y").append(2, isLasting: true)
        for name in try Files.list(path) {
            var status = stat()
            #expect(stat("\(path)/\(name)", &status) == 0 && status.st_uid == 65_534, "\(name)")
        }
        #expect(try Files.list(path).count >= 4)
    }
}
