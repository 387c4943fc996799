import Linux
import ModelTypes
import Testing
import Tools

@testable import Timers

@Suite("timers on the disk", .timeLimit(.minutes(1)))
struct TimerStoreTests {
    private func keeper(
        _ folder: MemoryFolder, _ clock: SetClock, _ ear: Ear = Ear()
    ) -> TimerKeeper {
        TimerKeeper(folder: folder, settings: TimerBook.Settings(), clock: clock, listener: ear)
    }

    @Test("a power cut at any moment of any write loses nothing that was answered")
    func powerCut() async throws {
        let clock = SetClock(time(9, 0))
        let folder = MemoryFolder()
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
                let after = self.keeper(MemoryFolder(cut), clock)
                await after.begin()
                let found = await after.look().book.list
                #expect(found == answered || found == wanted)
            }
            answered = wanted
        }
        // Undisturbed, all is there.
        let after = self.keeper(MemoryFolder(folder.files), clock)
        await after.begin()
        #expect(await after.look().book.list == answered)
    }

    @Test("what was dismissed does not ring again, wherever the power is cut after the answer")
    func notTwice() async throws {
        let clock = SetClock(time(9, 0))
        let folder = MemoryFolder()
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
            await self.keeper(MemoryFolder(cut), clock, ear).begin()
            #expect(ear.heard == [[1]])
        }
        #expect(await keeper.silence(nil).count == 1)
        let last = try #require(folder.takeCuts().last)
        _ = try await keeper.change { book, now in
            try book.add(.timer, name: "another", text: "", when: .after(60), at: now)
        }
        for cut in [last] + folder.takeCuts() {
            let ear = Ear()
            await self.keeper(MemoryFolder(cut), clock, ear).begin()
            #expect(ear.heard == [])
        }
    }

    @Test("a full disk: nothing is set and that is told, what is due rings all the same")
    func fullDisk() async throws {
        let clock = SetClock(time(9, 0))
        let folder = MemoryFolder()
        let ear = Ear()
        let keeper = keeper(folder, clock, ear)
        await keeper.begin()
        _ = try await keeper.change { book, now in
            try book.add(.timer, name: "", text: "", when: .after(60), at: now)
        }
        folder.setFull(true)
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

    @Test("damaged files are told, and the list before them is used")
    func damage() async throws {
        let clock = SetClock(time(9, 0))
        let folder = MemoryFolder()
        let before = keeper(folder, clock)
        await before.begin()
        for _ in 0..<3 {
            _ = try await before.change { book, now in
                try book.add(.timer, name: "", text: "", when: .after(60), at: now)
            }
        }
        for name in ["timers.a", "timers.b"] {
            var files = folder.files
            files[name]?[20] ^= 1
            let ear = Ear()
            let after = keeper(MemoryFolder(files), clock, ear)
            await after.begin()
            #expect(ear.troubles.count == 1)
            #expect(await after.look().book.list.items.count >= 2)
        }
        let ear = Ear()
        let none = keeper(
            MemoryFolder(["timers.a": Array("{}".utf8), "timers.b": [0, 255, 10]]), clock, ear)
        await none.begin()
        #expect(ear.troubles.count == 2)
        _ = try await none.change { book, now in
            try book.add(.timer, name: "", text: "", when: .after(60), at: now)
        }
    }

    @Test("on a real disk all is there after a restart, and what a crash left is removed")
    func disk() async throws {
        let path = try Files.makeTemporaryDirectory(prefix: "martlet-timers")
        defer { try? Files.removeTree(path) }
        let clock = SetClock(time(9, 0))
        let folder = DiskFolder(path: path + "/state")
        let before = TimerKeeper(
            folder: folder, settings: TimerBook.Settings(), clock: clock, listener: Ear())
        await before.begin()
        for number in 1...3 {
            _ = try await before.change { book, now in
                try book.add(
                    .reminder, name: "ä \(number)", text: "line\nline",
                    when: showing(7, 0, [number]), at: now)
            }
        }
        try Files.writeAtomically("\(path)/state/timers.a.XyZ123", [1], mode: 0o600)
        let after = TimerKeeper(
            folder: folder, settings: TimerBook.Settings(), clock: clock, listener: Ear())
        await after.begin()
        #expect(await after.look().book.list == before.look().book.list)
        #expect(try Files.list(path + "/state") == ["timers.a", "timers.b"])
    }
}
