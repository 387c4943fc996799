import Configuration
import Linux
import TestInputs
import Testing

@testable import Daemon

@Suite("The daemon's life cycle") struct LifeMachineTests {
    /// A life of random signals, files and faults, in any order.
    private func chaos(_ seed: UInt64, steps: Int) -> (LifeWorld, SeededGenerator) {
        var random = SeededGenerator(seed: seed)
        var world = LifeWorld()
        var number = 0
        func change(_ world: inout LifeWorld) {
            number += 1
            world.file =
                Int.random(in: 0..<3, using: &random) == 0 ? .mistaken(number) : .good(number)
            if Int.random(in: 0..<3, using: &random) == 0 { world.broken.insert(number) }
            world.isFallbackBroken = Int.random(in: 0..<4, using: &random) == 0
            world.isBareStartBroken = Int.random(in: 0..<2, using: &random) == 0
            world.isQuiet = Int.random(in: 0..<3, using: &random) > 0
        }
        if Bool.random(using: &random) {
            world.lastGood = 1000
            if Bool.random(using: &random) { world.broken.insert(1000) }
        }
        change(&world)
        world.begin()
        for _ in 0..<steps {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: change(&world)
            case 1, 2: world.signal(.hangUp)
            case 3, 4: world.pass()
            default:
                let count = world.pending.count
                if count > 0 { world.finish(Int.random(in: 0..<count, using: &random)) }
            }
        }
        return (world, random)
    }

    @Test("SIGTERM at any moment ends it, once, with nothing started and nothing left running")
    func terminated() {
        for seed in 0..<2000 as Range<UInt64> {
            var (world, random) = chaos(seed, steps: Int(seed % 60))
            world.signal(.terminate)
            // The running work, and then its stop: nothing else is waited for, least of all time.
            var finished = 0
            while world.ends == 0, world.pending.contains(where: { $0 == .start || $0 == .stop }) {
                if Bool.random(using: &random) { world.signal(.hangUp) }
                if Bool.random(using: &random) { world.signal(.terminate) }
                let index = world.pending.firstIndex { $0 == .start || $0 == .stop } ?? 0
                world.finish(index)
                finished += 1
            }
            #expect(world.ends == 1, "seed \(seed)")
            #expect(finished <= 2, "seed \(seed)")
            #expect(world.device == .none, "seed \(seed)")
            #expect(world.told.last == .stopping, "seed \(seed)")
        }
    }

    @Test("when all is well again, a reload puts the files' settings into effect")
    func recovers() {
        for seed in 0..<2000 as Range<UInt64> {
            var (world, _) = chaos(seed, steps: 80)
            world.file = .good(5000)
            world.broken = []
            (world.isFallbackBroken, world.isBareStartBroken, world.isQuiet) = (false, false, true)
            world.signal(.hangUp)
            world.calmDown()
            #expect(world.device == .running(.asked, 5000), "seed \(seed)")
            #expect(world.told.last == .ready, "seed \(seed)")
            #expect(world.machine.deadline == nil, "seed \(seed)")
        }
    }

    @Test("whatever can be started runs eventually, if only to report the fault")
    func somethingRuns() {
        for seed in 0..<2000 as Range<UInt64> {
            var (world, _) = chaos(seed, steps: 80)
            world.isBareStartBroken = false
            world.signal(.hangUp)
            for _ in 0..<40 where world.finish() || world.pass() {}
            while world.device == .none || world.device == .stopping { world.calmDown() }
            if case .none = world.device { Issue.record("seed \(seed): nothing runs") }
        }
    }

    @Test("a failure that lasts a day is retried at least every five minutes, and reported once")
    func pace() {
        for seed in 0..<20 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var world = LifeWorld()
            world.broken = [0, 7]
            world.lastGood = Bool.random(using: &random) ? 7 : nil
            world.isFallbackBroken = Bool.random(using: &random)
            world.isBareStartBroken = world.isFallbackBroken && Bool.random(using: &random)
            world.begin()
            let end = world.now + 86_400_000_000_000
            while world.now < end, world.finish() || world.pass() {}
            let rounds = 86_400 / 300 + 10
            #expect(world.starts <= 4 * rounds)
            #expect(world.starts >= 86_400 / 300)
            #expect(world.faults.count <= 6, "\(world.faults)")
            // Then the obstacle is removed.
            world.broken = []
            while world.device != .running(.asked, 0), world.finish() || world.pass() {}
            #expect(world.device == .running(.asked, 0))
        }
    }

    @Test("a mistake in the settings is not retried without a reload, and what runs goes on")
    func mistakes() {
        var world = LifeWorld()
        world.file = .mistaken(1)
        world.begin()
        world.calmDown()
        #expect(world.device == .running(.least, nil))
        #expect(world.machine.deadline == nil)
        #expect(world.faults.first == "mistake 1")
        #expect(world.faults.last?.contains("fix the settings") == true)

        world.file = .good(2)
        world.signal(.hangUp)
        world.calmDown()
        #expect(world.device == .running(.asked, 2))
        world.file = .mistaken(3)
        world.signal(.hangUp)
        world.calmDown()
        #expect(world.device == .running(.asked, 2))
        #expect(world.stops == 1)
        #expect(world.faults.contains("mistake 3"))
    }

    @Test("a temporary obstacle, such as another program, is no mistake of the settings")
    func inTheWay() {
        var world = LifeWorld()
        world.broken = [0]
        world.isFallbackBroken = true
        world.begin()
        for _ in 0..<100 where world.device != .running(.bare, nil) {
            if !world.finish() { world.pass() }
        }
        #expect(world.device == .running(.bare, nil), "\(world.device)")
        #expect(!world.faults.contains { $0.contains("mend") }, "\(world.faults)")
        #expect(world.faults.last?.contains("retried automatically") == true)
    }

    @Test("after a mistake the last working settings are used, in this process and in later ones")
    func worked() {
        var world = LifeWorld()
        world.lastGood = 9
        world.file = .mistaken(1)
        world.begin()
        world.calmDown()
        #expect(world.device == .running(.before, 9))

        world.file = .good(2)
        world.signal(.hangUp)
        world.calmDown()
        #expect(world.lastGood == 2)
        // Valid as far as can be checked, but another program holds a line.
        world.file = .good(3)
        world.broken = [3]
        world.signal(.hangUp)
        world.calmDown()
        #expect(world.device == .running(.before, 2))
        #expect(world.lastGood == 2)
    }

    @Test("a running turn is waited for, but not for ever, and SIGTERM does not wait for it")
    func quiet() {
        for isStopped in [false, true] {
            var world = LifeWorld()
            world.begin()
            world.calmDown()
            world.isQuiet = false
            world.file = .good(1)
            world.signal(.hangUp)
            let start = world.now
            while world.stops == 0, world.now < start + LifeMachine.quietPatience / 2,
                world.finish() || world.pass()
            {}
            #expect(world.stops == 0)
            #expect(world.device == .running(.asked, 0))
            if isStopped {
                world.signal(.terminate)
                #expect(world.device == .stopping)
            }
            world.calmDown()
            #expect(world.now <= start + LifeMachine.quietPatience + LifeMachine.quietPoll)
            #expect(world.device == (isStopped ? .none : .running(.asked, 1)))
        }
    }

    @Test("settings that can be are applied without a stop")
    func inPlace() {
        var machine = LifeMachine()
        func reading(_ settings: Settings, _ text: String) -> SettingsReading {
            var reading = SettingsReading(least: Settings())
            reading.asked = LifePlan(
                .asked, settings, texts: [SettingsText(name: "file", text: text)])
            return reading
        }
        _ = machine.begin()
        _ = machine.read(reading(Settings(), "1"), at: 0)
        _ = machine.started(at: 1)
        var settings = Settings()
        settings[Keys.log.level] = "debug"
        settings[Keys.conversation.bargeIn].toggle()
        _ = machine.signalled(.hangUp)
        let actions = machine.read(reading(settings, "2"), at: 2)
        let applied = actions.contains { if case .apply = $0 { true } else { false } }
        let kept = actions.contains { if case .keep = $0 { true } else { false } }
        #expect(applied && kept)
        #expect(machine.running?.settings[Keys.log.level] == "debug")
        #expect(machine.deadline == nil)
    }
}
