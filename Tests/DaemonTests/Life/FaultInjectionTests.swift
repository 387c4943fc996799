import Linux
import ModelTypes
import Store
import Synchronization
import TestDisk
import TestInputs
import Testing
import Timers
import Tools
import Live
import VoiceSession

@testable import Daemon

/// Whatever happens to the files, a confirmed value is kept, or its loss is reported.
@Suite("Disk faults in every file", .timeLimit(.minutes(5)))
struct FaultInjectionTests {
    /// What happened to a confirmed value.
    private enum Fate: Equatable { case isThere, isGone }

    /// A stored value: how it is confirmed, and how it is looked up after a restart.
    private struct Keepsake: Sendable {
        let name: String
        /// Its files, the latest last.
        let files: [String]
        /// Stores and confirms it; returns false, or throws, when that was refused.
        let confirm: @Sendable (StateStore, Int) async throws -> Void
        /// Looks for the last confirmed value.
        let look: @Sendable (StateStore, Int, StoredAlarms.Clock) async -> Fate
    }

    private final class Reports: Sendable {
        private let lines = Mutex<[String]>([])
        var count: Int { lines.withLock { $0.count } }
        func add(_ text: String) { lines.withLock { $0.append(text) } }
    }

    // MARK: - Stored values

    private static func session(_ store: StateStore) -> SessionKeeper {
        SessionKeeper(
            document: store.document(SessionKeeper.documentName), setup: "setup",
            dailyBudget: nil, log: Log(level: .error)
        ) { 1_800_000_000_000_000_000 }
    }

    private static func memory(_ store: StateStore) -> DeviceMemory {
        DeviceMemory(
            document: store.document(DeviceMemory.documentName), configured: nil,
            canUnmuteByHand: true,
            life: "one"
        ) { store.note($0) }
    }

    private static func journal(_ store: StateStore) -> FileJournal {
        FileJournal(lines: store.lines(KeptLines.journalName)) { store.note($0) }
    }

    private static let timers = Keepsake(
        name: "timers", files: ["timers.a", "timers.b"]
    ) { store, number in
        try await StoredAlarms.set(number, in: store)
    } look: { store, number, clock in
        await StoredAlarms.areThere(number, in: store, clock) ? .isThere : .isGone
    }

    private static let conversation = Keepsake(
        name: "session", files: ["session.a", "session.b"]
    ) { store, number in
        let keeper = Self.session(store)
        keeper.keep("handle \(number)")
        await keeper.settled()
    } look: { store, number, _ in
        Self.session(store).kept?.handle == "handle \(number)" ? .isThere : .isGone
    }

    private static let mute = Keepsake(
        name: "device", files: ["device.a", "device.b"]
    ) { store, number in
        let memory = Self.memory(store)
        memory.set(.byHand)
        memory.set(volume: Double(number))
        try await memory.stored()
    } look: { store, number, _ in
        let memory = Self.memory(store)
        // A mute is never lost, not even with a report.
        #expect(memory.mute != nil)
        return memory.volume == Double(number) ? .isThere : .isGone
    }

    private static let calls = Keepsake(
        name: "calls", files: [KeptLines.journalName]
    ) { store, number in
        try await Self.journal(store).begin(
            JournalledCall(conversation: 1, id: "\(number)", tool: "t"))
    } look: { store, number, _ in
        let calls = await Self.journal(store).recall().calls
        return (1...number).allSatisfy { wanted in
            calls.contains { $0.call.id == "\(wanted)" }
        } ? .isThere : .isGone
    }

    private static let pinLock = Keepsake(
        name: "pin lock", files: ["pin-lock.a", "pin-lock.b"]
    ) { store, number in
        let document = PINLockKeeper.document(of: store)
        // A document that a fault locks is tested elsewhere.
        let keeper = PINLockKeeper(document: document, log: Log(level: .error)) { _ in }
        var memory = PINLockMemory()
        memory.locks = number
        keeper.keep(memory)
        await keeper.settled()
    } look: { store, number, _ in
        let document = PINLockKeeper.document(of: store)
        let kept = PINLockKeeper(document: document, log: Log(level: .error)) { _ in }.kept
        // Whatever happens to it, nobody gets new guesses.
        #expect(kept.isLocked || kept.locks >= number)
        return kept.locks >= number ? .isThere : .isGone
    }

    private static let settings = Keepsake(
        name: "settings", files: ["settings.a", "settings.b"]
    ) { store, number in
        Self.keptSettings(store).keep([SettingsText(name: "a", text: "\(number)")])
    } look: { store, number, _ in
        let texts = Self.keptSettings(store).read()
        return texts == [SettingsText(name: "a", text: "\(number)")] ? .isThere : .isGone
    }

    private static func keptSettings(_ store: StateStore) -> KeptSettings {
        KeptSettings(
            document: store.document(
                KeptSettings.documentName, limitBytes: KeptSettings.limitBytes),
            log: Log(level: .error))
    }

    private static let all = [timers, conversation, mute, calls, pinLock, settings]
    /// Values stored beside the user's actions; a failure is logged, and nothing is confirmed.
    private static let quiet: Set<String> = ["session", "pin lock", "settings"]

    /// A disk on which three values were confirmed one after another.
    private func disk(_ keepsake: Keepsake) async throws -> MemoryDisk {
        let disk = MemoryDisk()
        for number in 1...3 {
            try await keepsake.confirm(
                StateStore(disk: disk) { Issue.record("\(keepsake.name): \($0)") }, number)
        }
        return disk
    }

    private func check(
        _ keepsake: Keepsake, _ disk: MemoryDisk, _ what: String,
        clock: StoredAlarms.Clock = StoredAlarms.Clock()
    ) async {
        let reports = Reports()
        let store = StateStore(disk: disk) { reports.add($0) }
        let fate = await keepsake.look(store, 3, clock)
        #expect(
            fate == .isThere || reports.count > 0,
            "\(keepsake.name), \(what): gone without a word")
    }

    // MARK: - Faults

    @Test("what was confirmed is kept, or its loss is reported")
    func whatWasConfirmedIsThere()
        async throws
    {
        var count = 0
        for keepsake in Self.all {
            let whole = try await disk(keepsake).files
            await check(keepsake, MemoryDisk(whole), "untouched")
            count += 1
            for (file, bytes) in whole {
                var broken: [(String, [UInt8]?)] = []
                // A list of lines that is missing or empty looks like one that never existed.
                if keepsake.files.count > 1 { broken = [("empty", []), ("absent", nil)] }
                for length in bytes.indices where !Self.isLineEnd(bytes, length, keepsake) {
                    broken.append(("cut at \(length)", Array(bytes[..<length])))
                }
                var dice = SeededGenerator(seed: UInt64(count))
                for _ in 0..<50 {
                    let length = Int.random(in: 1...2 * bytes.count, using: &dice)
                    broken.append(
                        (
                            "random",
                            (0..<length).map { _ in UInt8.random(in: 0...255, using: &dice) }
                        ))
                    var flipped = bytes
                    let place = Int.random(in: 0..<bytes.count, using: &dice)
                    flipped[place] ^= 1 << UInt8.random(in: 0...7, using: &dice)
                    broken.append(("flipped", flipped))
                }
                for (what, content) in broken {
                    var files = whole
                    files[file] = content
                    await check(keepsake, MemoryDisk(files), "\(file) \(what)")
                    count += 1
                }
            }
        }
        print("fault injection: \(count) damaged files")
        #expect(count > 1000)
    }

    /// A list cut at a line's end looks like one that never had the rest.
    private static func isLineEnd(
        _ bytes: [UInt8], _ length: Int, _ keepsake: Keepsake
    ) -> Bool {
        keepsake.files.count == 1
            && (length == 0 || bytes[length - 1] == UInt8(ascii: "\n"))
    }

    @Test("an unreadable file is not overwritten, and is used when it can be read")
    func whatCannotBeReadIs() async throws {
        var count = 0
        for keepsake in Self.all {
            let whole = try await disk(keepsake).files
            // Another owner, a failing card, a folder in its place, too many links.
            for code: Int32 in [13, 5, 21, 40] {
                let chosen = keepsake.files.map { [$0] } + [keepsake.files]
                for files in chosen {
                    let disk = MemoryDisk(whole)
                    for file in files { disk.faults.reading[file] = code }
                    await check(keepsake, disk, "\(files) with errno \(code)")
                    _ = try? await keepsake.confirm(StateStore(disk: disk) { _ in }, 4)
                    for file in files {
                        #expect(disk.files[file] == whole[file], "\(file) is written over")
                    }
                    disk.faults.reading = [:]
                    await check(keepsake, disk, "\(files) readable again")
                    count += 1
                }
            }
        }
        print("fault injection: \(count) unreadable files")
    }

    @Test("a write that the disk refuses is not confirmed, and the old value stays")
    func whatADiskDoesNot() async throws {
        var count = 0
        for keepsake in Self.all {
            // Read-only, full, over its quota, failing.
            for code: Int32 in [30, 28, 122, 5] {
                let disk = try await disk(keepsake)
                disk.faults.writing[""] = code
                let reports = Reports()
                let store = StateStore(disk: disk) { reports.add($0) }
                do {
                    try await keepsake.confirm(store, 4)
                    #expect(Self.quiet.contains(keepsake.name), "\(keepsake.name) is confirmed")
                } catch {}
                disk.faults.writing = [:]
                await check(keepsake, disk, "after errno \(code)")
                count += 1
            }
        }
        print("fault injection: \(count) disks that take nothing")
    }

    @Test("a folder removed while the device runs costs nothing that is confirmed later")
    func aFolderThatIsGone()
        async throws
    {
        let disk = MemoryDisk()
        let store = StateStore(disk: disk) { _ in }
        let keeper = StoredAlarms.keeper(store, StoredAlarms.Clock())
        let memory = Self.memory(store)
        for number in 1...3 {
            disk.files = [:]
            _ = try await keeper.change { book, now in
                try book.add(.timer, name: "\(number)", text: "", when: .after(600), at: now)
            }
            memory.set(.byHand)
            try await memory.stored()
        }
        let next = StateStore(disk: MemoryDisk(disk.files)) { _ in }
        let after = StoredAlarms.keeper(next, StoredAlarms.Clock())
        await after.begin()
        #expect(await after.look().book.list.items.map(\.name) == ["1", "2", "3"])
        #expect(Self.memory(next).mute == .byHand)
    }

    @Test("a clock that is wrong at the start loses nothing")
    func aClockThatIsWrong() async throws {
        var count = 0
        for keepsake in Self.all {
            let whole = try await disk(keepsake).files
            for wall: Int64 in [.min, -1, 0, 12_000_000_000, 1_500_000_000_000_000_000] {
                let disk = MemoryDisk(whole)
                var clock = StoredAlarms.Clock()
                clock.now.wall = wall
                clock.now.life = "two"
                await check(keepsake, disk, "clock at \(wall)", clock: clock)
                // And right again, after a restart.
                await check(keepsake, disk, "clock right again")
                count += 2
            }
        }
        print("fault injection: \(count) starts with a wrong clock")
    }

    // MARK: - Mute

    @Test("a microphone of unknown state starts muted, and a fresh device open")
    func aMicrophoneOfWhichNothing()
        throws
    {
        let fresh = MemoryDisk()
        #expect(Self.memory(StateStore(disk: fresh) { _ in }).mute == nil)
        for files in [["device.a": [1]], ["device.a": [], "device.b": [9]]] as [[String: [UInt8]]] {
            let memory = Self.memory(StateStore(disk: MemoryDisk(files)) { _ in })
            #expect(memory.mute == .byWords)
            #expect(memory.notice?.contains("starts muted") == true)
        }
        let hidden = MemoryDisk(["device.a": [1]])
        hidden.faults.reading["device.a"] = 13
        #expect(Self.memory(StateStore(disk: hidden) { _ in }).mute == .byWords)
    }

    @Test("a mute that nobody can undo lasts until the machine is switched off and on")
    func whatNobodyCanOpenIs()
        async throws
    {
        let disk = MemoryDisk()
        func memory(canUnmuteByHand: Bool, life: String) -> DeviceMemory {
            DeviceMemory(
                document: StateStore(disk: disk) { _ in }.document(DeviceMemory.documentName),
                configured: nil, canUnmuteByHand: canUnmuteByHand, life: life
            ) { _ in }
        }
        let first = memory(canUnmuteByHand: false, life: "one")
        first.set(.byWords)
        try await first.stored()
        #expect(memory(canUnmuteByHand: false, life: "one").mute == .byWords)
        #expect(memory(canUnmuteByHand: true, life: "two").mute == .byWords)
        let next = memory(canUnmuteByHand: false, life: "two")
        #expect(next.mute == nil)
        #expect(next.notice?.contains("open again") == true)
    }

    @Test("a volume that is written late does not undo a mute that was stored before")
    func aVolumeThatIsWritten()
        async throws
    {
        let disk = MemoryDisk()
        let memory = Self.memory(StateStore(disk: disk) { _ in })
        memory.set(volume: 20)
        memory.set(.byHand)
        try await memory.stored()
        memory.set(volume: 30)
        await memory.settled()
        let next = Self.memory(StateStore(disk: disk) { _ in })
        #expect(next.mute == .byHand)
        #expect(next.volume == 30)
    }

    @Test("a new volume in the settings overrides the stored one")
    func anotherVolumeInTheSettings() async throws {
        let disk = MemoryDisk()
        func memory(_ configured: Double?) -> DeviceMemory {
            DeviceMemory(
                document: StateStore(disk: disk) { _ in }.document(DeviceMemory.documentName),
                configured: configured, canUnmuteByHand: true, life: "one"
            ) { _ in }
        }
        let first = memory(50)
        first.set(volume: 35)
        try await first.stored()
        #expect(memory(50).volume == 35)
        #expect(memory(60).volume == nil)
        #expect(memory(nil).volume == nil)
    }
}
