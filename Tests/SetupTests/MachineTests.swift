import TestInputs
import Testing

@testable import Setup

@Suite("The way through set-up")
struct MachineTests {
    /// What a way came to.
    private struct Way {
        var stops = 0
        var starts = 0
        var writes = 0
        var isStopped = false
        var isWritten = false
        var ending: SetupEnding?
    }

    /// Goes a way of random events, each fitting to what was asked, broken off by a signal after
    /// some; the world's failures among them.
    private func way(seed: UInt64, isInstalled: Bool) -> Way {
        var random = SeededGenerator(seed: seed)
        var machine = SetupMachine(isInstalled: isInstalled)
        var way = Way()
        var steps = 0
        let limit = Int.random(in: 1...120, using: &random)
        var action = machine.take(
            .begun(daemonRuns: isInstalled && Bool.random(using: &random)))
        while way.ending == nil {
            steps += 1
            let isOver = steps > limit
            let fails = Int.random(in: 0..<5, using: &random) == 0
            let event: SetupMachine.Event
            switch action {
            case .end(let ending):
                way.ending = ending
                continue
            case .offer, .review:
                event =
                    isOver
                    ? .interrupted
                    : .chosen(SetupMachine.Choice.allCases.randomElement(using: &random) ?? .skip)
            case .askToStop:
                event = isOver ? .interrupted : .consented(Bool.random(using: &random))
            case .stopDaemon:
                way.stops += 1
                // It may stop and yet say that it failed, and a signal may come in between.
                way.isStopped = true
                event = fails ? .failed("no") : isOver ? .interrupted : .done
            case .perform, .tryTurn: event = isOver ? .interrupted : fails ? .failed("no") : .done
            case .write:
                way.writes += 1
                way.isWritten = !fails
                event = fails ? .failed("full") : .done
            case .startDaemon:
                way.starts += 1
                way.isStopped = false
                event = fails ? .failed("no") : .done
            }
            action = machine.take(event)
        }
        return way
    }

    @Test(
        "every way ends with the daemon started that was stopped, and what it says of the writing")
    func invariants() {
        var endings: Set<String> = []
        for seed in UInt64(0)..<5000 {
            let way = way(seed: seed, isInstalled: seed % 3 != 0)
            #expect(!way.isStopped, "\(seed)")
            #expect(way.stops == 0 || way.starts > 0, "\(seed)")
            #expect(way.starts <= 1 && way.writes <= 1, "\(seed)")
            #expect((way.ending == .written) == way.isWritten, "\(seed)")
            switch way.ending {
            case .written: endings.insert("written")
            case .declined: endings.insert("declined")
            case .interrupted: endings.insert("interrupted")
            case .failed: endings.insert("failed")
            case nil: endings.insert("none")
            }
        }
        #expect(endings == ["written", "declined", "interrupted", "failed"])
    }

    @Test("steps come in order, can be gone back to, and only hardware wants the daemon stopped")
    func order() {
        var machine = SetupMachine(isInstalled: true)
        #expect(machine.take(.begun(daemonRuns: true)) == .offer(.key))
        #expect(machine.take(.chosen(.perform)) == .perform(.key))
        #expect(machine.take(.done) == .offer(.sound))
        #expect(machine.take(.chosen(.perform)) == .askToStop)
        #expect(machine.take(.consented(true)) == .stopDaemon)
        #expect(machine.take(.done) == .perform(.sound))
        #expect(machine.take(.done) == .offer(.button))
        #expect(machine.take(.chosen(.back)) == .offer(.sound))
        // It is stopped only once.
        #expect(machine.take(.chosen(.perform)) == .perform(.sound))
        // What failed is offered again.
        #expect(machine.take(.failed("busy")) == .offer(.sound))
        #expect(machine.take(.chosen(.skip)) == .offer(.button))
        #expect(machine.take(.chosen(.skip)) == .offer(.light))
        #expect(machine.take(.chosen(.skip)) == .offer(.broker))
        #expect(machine.take(.chosen(.skip)) == .review)
        #expect(machine.take(.chosen(.perform)) == .write)
        #expect(machine.take(.done) == .startDaemon)
        #expect(machine.take(.done) == .tryTurn)
        #expect(machine.take(.interrupted) == .end(.written))
    }

    @Test("who keeps the daemon running goes on without the step, and is asked again at the next")
    func keptRunning() {
        var machine = SetupMachine(isInstalled: true)
        _ = machine.take(.begun(daemonRuns: true))
        _ = machine.take(.chosen(.skip))
        #expect(machine.take(.chosen(.perform)) == .askToStop)
        #expect(machine.take(.consented(false)) == .offer(.button))
        #expect(machine.take(.chosen(.perform)) == .askToStop)
        #expect(machine.take(.interrupted) == .end(.interrupted))
    }
}
