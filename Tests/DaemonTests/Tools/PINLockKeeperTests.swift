import Linux
import ModelTypes
import Store
import Synchronization
import Testing
import Tools

@testable import Daemon

/// The memory of wrong PINs across the end of the program and damage to its file.
@Suite(.timeLimit(.minutes(5)))
final class PINLockKeeperTests {
    private let folder: String
    private let log = Log(level: .error)

    init() throws { folder = try Files.makeTemporaryDirectory(prefix: "martlet-pin") }

    deinit { try? Files.removeTree(folder) }

    private var path: String { "\(folder)/pin-lock.json" }

    private func memory(_ wrong: Int, _ locks: Int, _ isLocked: Bool) -> PINLockMemory {
        var memory = PINLockMemory()
        (memory.wrongTries, memory.locks, memory.isLocked) = (wrong, locks, isLocked)
        return memory
    }

    /// The document in the folder's store; a new store for each run.
    private func document() -> KeptDocument {
        PINLockKeeper.document(of: StateStore(disk: DiskFolder(path: folder)) { _ in })
    }

    private func life() -> PINLockKeeper {
        PINLockKeeper(document: document(), log: log) { _ in }
    }

    @Test("a stored lock is in force after a restart")
    func whatWasKeptIsThere() async {
        #expect(life().kept == PINLockMemory())
        for kept in [
            memory(1, 0, false), memory(0, 1, true), memory(2, 7, false), memory(0, 0, false),
        ] {
            let keeper = life()
            keeper.keep(memory(2, 2, true))
            keeper.keep(kept)
            await keeper.settled()
            #expect(life().kept == kept)
        }
    }

    @Test("a file that is damaged in any way is a lock and never an open one")
    func aFileThatIsDamaged() throws {
        // In the format of earlier versions.
        let whole = Array(#"{"wrong":2,"locks":3,"locked":true}"#.utf8)
        var files = (0..<whole.count).map { Array(whole[..<$0]) }
        files += [
            [0xFF, 0xFE], Array(repeating: 0x20, count: 100_000), Array("null".utf8),
            Array(#"{"wrong":-1,"locks":0,"locked":false}"#.utf8),
            Array(#"{"wrong":0,"locks":9223372036854775807,"locked":false}"#.utf8),
            Array(#"{"wrong":"0","locks":0,"locked":false}"#.utf8),
            Array(#"{"wrong":0,"locks":0,"locked":0}"#.utf8),
        ]
        for bytes in files {
            for name in try Files.list(folder) { try Files.remove("\(folder)/\(name)") }
            try Files.writeAtomically(path, bytes, mode: 0o600)
            let what = String(decoding: bytes.prefix(80), as: UTF8.self)
            #expect(life().kept.isLocked, "\(what)")
            #expect(life().kept.isLocked, "\(what), in the life after")
        }
    }

    @Test("a file of an earlier version is read, once")
    func whatAnEarlierVersionKept() async throws {
        let old = Array(#"{"wrong":1,"locks":4,"locked":true}"#.utf8)
        try Files.writeAtomically(path, old, mode: 0o600)
        let keeper = life()
        #expect(keeper.kept == memory(1, 4, true))
        keeper.keep(memory(0, 0, false))
        await keeper.settled()
        #expect(!Files.exists(path))
        #expect(life().kept == memory(0, 0, false))
    }

    @Test("a lock is reported, and its end, and one from before the start")
    func aLockIsReportedIts() async {
        let reports = Reports()
        let keeper = { [self] in
            PINLockKeeper(document: document(), log: log) { isLocked in reports.add(isLocked) }
        }
        let first = keeper()
        first.keep(memory(0, 1, true))
        first.report(lockedFor: 300_000_000_000)
        await first.settled()
        let second = keeper()
        second.report(lockedFor: nil)
        #expect(reports.all == [true, true, false])
    }
}

/// Whether the PIN was locked, for each report.
private final class Reports: Sendable {
    private let state = Mutex<[Bool]>([])

    var all: [Bool] { state.withLock { $0 } }

    func add(_ isLocked: Bool) { state.withLock { $0.append(isLocked) } }
}
