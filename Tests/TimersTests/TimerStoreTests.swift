import Glibc
import Linux
import ModelTypes
import Store
import TestDisk
import Testing
import Tools
import WireCodec

@testable import Timers

@Suite("timers on the disk", .timeLimit(.minutes(5)))
struct TimerStoreTests {
    private func keeper(
        _ folder: MemoryDisk, _ clock: SetClock, _ ear: Ear = Ear()
    ) -> TimerKeeper {
        TimerKeeper(
            document: timers(on: folder), settings: TimerBook.Settings(),
            now: { clock.now }, listener: ear)
    }

    @Test("a power cut at any moment of any write loses nothing that was confirmed")
    func powerCut() async throws {
        let clock = SetClock(time(9, 0))
        let folder = MemoryDisk()
        let keeper = keeper(folder, clock)
        await keeper.begin()
        var answered = await keeper.look().book.list
        for step in 0..<12 {
            _ = try await keeper.change { book, now in
                if step % 5 == 4 { book.cancel([step - 2]) }
                return try book.add(
                    .timer, name: "number \(step)", text: "", when: .after(600), at: now)
            }
            let wanted = await keeper.look().book.list
            for cut in folder.takeCuts() {
                let after = self.keeper(MemoryDisk(cut), clock)
                await after.begin()
                var found = await after.look().book.list
                // A damaged file is reported as a possible loss.
                found.loss = nil
                #expect(found == answered || found == wanted)
            }
            answered = wanted
        }
        // Without a fault, everything is kept.
        let after = self.keeper(MemoryDisk(folder.files), clock)
        await after.begin()
        #expect(await after.look().book.list == answered)
    }

    @Test("a dismissed timer does not ring again, wherever the power is cut after the answer")
    func notTwice() async throws {
        let clock = SetClock(time(9, 0))
        let folder = MemoryDisk()
        let keeper = keeper(folder, clock)
        await keeper.begin()
        _ = try await keeper.change { book, now in
            try book.add(.timer, name: "", text: "", when: .after(60), at: now)
        }
        clock.pass(60)
        await keeper.tick()
        // Until it is dismissed it rings after every cut.
        for cut in folder.takeCuts().dropFirst(5) {
            let ear = Ear()
            await self.keeper(MemoryDisk(cut), clock, ear).begin()
            #expect(ear.heard == [[1]])
        }
        #expect(await keeper.silence(nil).count == 1)
        let last = try #require(folder.takeCuts().last)
        _ = try await keeper.change { book, now in
            try book.add(.timer, name: "another", text: "", when: .after(60), at: now)
        }
        for cut in [last] + folder.takeCuts() {
            let ear = Ear()
            await self.keeper(MemoryDisk(cut), clock, ear).begin()
            #expect(ear.heard == [])
        }
    }

    @Test("a full disk: nothing is set and that is reported, what is due still rings")
    func fullDisk() async throws {
        let clock = SetClock(time(9, 0))
        let folder = MemoryDisk()
        let ear = Ear()
        let keeper = keeper(folder, clock, ear)
        await keeper.begin()
        _ = try await keeper.change { book, now in
            try book.add(.timer, name: "", text: "", when: .after(60), at: now)
        }
        folder.faults.writing = ["": ENOSPC]
        await #expect(throws: TimerProblem.self) {
            try await keeper.change { book, now in
                try book.add(.timer, name: "", text: "", when: .after(60), at: now)
            }
        }
        #expect(await keeper.look().book.list.items.count == 1)
        clock.pass(60)
        await keeper.tick()
        await keeper.tick()
        #expect(ear.heard == [[1]])
        #expect(ear.troubles.count == 1)
        #expect(await keeper.silence(nil).count == 1)
        #expect(ear.heard == [[1], []])
    }

    /// A list of this many timers on a disk that has both files.
    private func disk(of count: Int, _ clock: SetClock) async throws -> MemoryDisk {
        let folder = MemoryDisk()
        let keeper = keeper(folder, clock)
        for _ in 0..<count {
            _ = try await keeper.change { book, now in
                try book.add(.timer, name: "", text: "", when: .after(60), at: now)
            }
        }
        return folder
    }

    @Test("of two lists the damaged one is set aside, and the user hears that some may be missing")
    func ofTwoListsOneDamaged()
        async throws
    {
        let clock = SetClock(time(9, 0))
        for name in ["timers.a", "timers.b"] {
            let folder = try await disk(of: 3, clock)
            folder.files[name]?[20] ^= 1
            let damaged = folder.files[name]
            let after = keeper(folder, clock)
            await after.begin()
            #expect(await after.look().book.list.items.count >= 2)
            #expect(folder.files["\(name).damaged-1"] == damaged)
            let note = TimerAnswer.list(await after.look().book.list, clock.now)["note"]
            #expect(note?.string?.contains("may be missing") == true)
        }
    }

    @Test("two damaged lists are lost: that is reported until it is dismissed, and they are kept")
    func twoDamagedListsAreLost()
        async throws
    {
        let clock = SetClock(time(9, 0))
        let files = ["timers.a": Array("{}".utf8), "timers.b": [0, 255, 10]]
        let folder = MemoryDisk(files)
        let none = keeper(folder, clock)
        await none.begin()
        // Through a restart, too.
        for _ in 0..<2 {
            let after = keeper(folder, clock)
            await after.begin()
            let note = TimerAnswer.list(await after.look().book.list, clock.now)["note"]
            #expect(note?.string?.contains("all timers, alarms and reminders") == true)
        }
        #expect(folder.files["timers.a.damaged-1"] == files["timers.a"])
        #expect(folder.files["timers.b.damaged-1"] == files["timers.b"])
        try await none.change { book, _ in book.forgetMissed() }
        #expect(TimerAnswer.list(await none.look().book.list, clock.now)["note"] == nil)
    }

    @Test("an unreadable list is not overwritten, and is used when it can be read")
    func aListThatCannotBe()
        async throws
    {
        let clock = SetClock(time(9, 0))
        for code in [EACCES, EIO] {
            let folder = try await disk(of: 3, clock)
            let before = folder.files
            folder.faults.reading = ["timers.a": code, "timers.b": code]
            let keeper = keeper(folder, clock)
            await keeper.begin()
            do {
                _ = try await keeper.change { book, now in
                    try book.add(.timer, name: "", text: "", when: .after(60), at: now)
                }
                Issue.record("it was overwritten")
            } catch {
                #expect("\(error)".contains("cannot be read"))
            }
            _ = await keeper.silence(nil)
            #expect(folder.files == before)
            let note = TimerAnswer.list(await keeper.look().book.list, clock.now)["note"]
            #expect(note?.string?.contains("cannot be read") == true)
            // Without a restart.
            folder.faults.reading = [:]
            _ = try await keeper.change { book, now in
                try book.add(.timer, name: "", text: "", when: .after(60), at: now)
            }
            #expect(await keeper.look().book.list.items.count == 4)
            #expect(await keeper.look().book.list.loss == nil)
        }
    }

    @Test("with one of two lists unreadable its timers ring, and nothing is set")
    func withOneOfTwoLists() async throws {
        let clock = SetClock(time(9, 0))
        for name in ["timers.a", "timers.b"] {
            let folder = try await disk(of: 3, clock)
            let before = folder.files
            folder.faults.reading = [name: EACCES]
            let ear = Ear()
            let keeper = keeper(folder, clock, ear)
            await keeper.begin()
            await #expect(throws: TimerProblem.self) {
                try await keeper.change { book, _ in book.cancel([1]) }
            }
            clock.pass(60)
            await keeper.tick()
            #expect((ear.heard.last?.count ?? 0) >= 2)
            #expect(folder.files == before)
        }
    }

    @Test("a change before the beginning reads the disk first")
    func aChangeBeforeTheBeginning()
        async throws
    {
        let clock = SetClock(time(9, 0))
        let keeper = keeper(try await disk(of: 3, clock), clock)
        let item = try await keeper.change { book, now in
            try book.add(.timer, name: "", text: "", when: .after(60), at: now)
        }
        #expect(item.number == 4)
    }

    @Test("on a real disk all survives a restart, and what a crash left is removed")
    func disk() async throws {
        let path = try Files.makeTemporaryDirectory(prefix: "martlet-timers")
        defer { try? Files.removeTree(path) }
        let clock = SetClock(time(9, 0))
        let state = path + "/state"
        func keeper() throws -> TimerKeeper {
            let store = try StateStore.open(state) { Issue.record("\($0)") }
            return TimerKeeper(
                document: store.document(TimerKeeper.documentName),
                settings: TimerBook.Settings(), now: { clock.now }, listener: Ear())
        }
        let before = try keeper()
        await before.begin()
        for number in 1...3 {
            _ = try await before.change { book, now in
                try book.add(
                    .reminder, name: "ä \(number)", text: "line\nline",
                    when: showing(7, 0, [number]), at: now)
            }
        }
        try Files.replace("\(state)/timers.a.XyZ123", [1], mode: 0o600)
        let after = try keeper()
        await after.begin()
        #expect(await after.look().book.list == before.look().book.list)
        #expect(
            try Files.list(state).filter { $0.hasPrefix("timers") } == ["timers.a", "timers.b"])
    }
}
