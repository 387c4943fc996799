import TestDisk
import TestInputs
import Testing

@testable import Timers

/// Weeks of a household's timers with restarts, power cuts and clock changes.
@Suite("timers in random households", .timeLimit(.minutes(10)))
struct TimerSimulationTests {
    /// One occurrence of a confirmed timer, and its result.
    private struct Outcome {
        var rung = 0
        var missed = 0
        var isCancelled = false
    }

    @Test("each rings exactly once or is reported as missed, and no confirmed timer is lost")
    func household() async throws {
        for seed in UInt64(1)...150 { try await run(seed) }
    }

    private func run(_ seed: UInt64) async throws {
        var dice = SeededGenerator(seed: seed)
        let clock = SetClock(time(9, 0, day: Int.random(in: 20...28, using: &dice), month: 10))
        let now: @Sendable () -> Now = { clock.now }
        var settings = TimerBook.Settings()
        settings.missedLimit = 1000
        settings.itemLimit = 1000
        var (folder, ear) = (MemoryDisk(), Ear())
        var keeper = TimerKeeper(
            document: timers(on: folder), settings: settings, now: now, listener: ear)
        await keeper.begin()
        var outcomes: [String: Outcome] = [:]
        var ringing: Set<String> = []

        for step in 0..<60 {
            switch Int.random(in: 0..<12, using: &dice) {
            case 0...3:
                let name = "\(step)"
                let when: WantedTime =
                    Bool.random(using: &dice)
                    ? .after(.random(in: 1...20_000, using: &dice))
                    : .at(.random(in: 0..<86_400, using: &dice), date: nil, weekdays: [])
                _ = try await keeper.change { book, now in
                    try book.add(.timer, name: name, text: "", when: when, at: now)
                }
                outcomes[name] = Outcome()
            case 4:
                let items = await keeper.look().book.list.items.filter { !$0.isRinging }
                guard let item = items.randomElement(using: &dice) else { continue }
                try await keeper.change { book, _ in book.cancel([item.number]) }
                // It may have begun to ring in this very call.
                outcomes[item.name]?.isCancelled = true
            case 5:
                clock.set(by: .random(in: -7200...7200, using: &dice))
            case 6, 7:
                // Killed or cut from power: only what is on the disk is left.
                folder = MemoryDisk(folder.files)
                let off = Int64.random(in: 0...5000, using: &dice)
                clock.restart(off: off, lag: Bool.random(using: &dice) ? off : 0)
                ear = Ear()
                keeper = TimerKeeper(
                    document: timers(on: folder), settings: settings, now: now, listener: ear)
                await keeper.begin()
            case 8:
                _ = await keeper.silence(nil)
                ringing = []
            default:
                clock.pass(.random(in: 1...4000, using: &dice))
            }
            await keeper.tick()
            let now = Set(await keeper.look().book.ringing.map(\.name))
            for name in now.subtracting(ringing) { outcomes[name]?.rung += 1 }
            ringing = now
        }
        // The world calms down, and the last timers get their time.
        for _ in 0..<500 where !(await keeper.look().book.list.items.isEmpty) {
            clock.pass(600)
            await keeper.tick()
            let now = Set(await keeper.look().book.ringing.map(\.name))
            for name in now.subtracting(ringing) { outcomes[name]?.rung += 1 }
            ringing = now
        }
        let end = await keeper.look().book.list
        #expect(end.items.isEmpty, "seed \(seed)")
        for missed in end.missed { outcomes[missed.name]?.missed += 1 }
        for (name, outcome) in outcomes.sorted(by: { $0.key < $1.key }) where !outcome.isCancelled {
            #expect(outcome.rung <= 1, "seed \(seed): \(name) rang \(outcome.rung) times")
            #expect(outcome.missed <= 1, "seed \(seed): \(name)")
            #expect(outcome.rung + outcome.missed >= 1, "seed \(seed): \(name) was lost")
        }
    }
}
