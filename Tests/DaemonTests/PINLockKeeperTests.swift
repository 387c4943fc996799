import Linux
import ModelTypes
import Synchronization
import Testing
import Tools

@testable import Daemon

/// What is known of wrong PINs, through the end of the program and damage of its file.
@Suite(.timeLimit(.minutes(1)))
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

    private func life() -> PINLockKeeper { PINLockKeeper(path: path, log: log) { _ in } }

    @Test("what was kept is there in the next life")
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
    func aFileThatIsDamaged() async throws {
        let keeper = life()
        keeper.keep(memory(2, 3, true))
        await keeper.settled()
        let whole = try Files.read(path, limitBytes: 4096)
        var files = (0..<whole.count).map { Array(whole[..<$0]) }
        files += [
            [0xFF, 0xFE], Array(repeating: 0x20, count: 100_000), Array("null".utf8),
            Array(#"{"wrong":-1,"locks":0,"locked":false}"#.utf8),
            Array(#"{"wrong":0,"locks":9223372036854775807,"locked":false}"#.utf8),
            Array(#"{"wrong":"0","locks":0,"locked":false}"#.utf8),
            Array(#"{"wrong":0,"locks":0,"locked":0}"#.utf8),
        ]
        for bytes in files {
            try Files.writeAtomically(path, bytes, mode: 0o600)
            #expect(life().kept.isLocked, "\(String(decoding: bytes.prefix(80), as: UTF8.self))")
        }
    }

    @Test("a lock is reported, its end, and one from before")
    func aLockIsReportedIts() async {
        let reports = Reports()
        let (path, log) = (path, log)
        let keeper = {
            PINLockKeeper(path: path, log: log) { isLocked in reports.add(isLocked) }
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

/// Whether the PIN was locked, each time that this was reported.
private final class Reports: Sendable {
    private let state = Mutex<[Bool]>([])

    var all: [Bool] { state.withLock { $0 } }

    func add(_ isLocked: Bool) { state.withLock { $0.append(isLocked) } }
}
