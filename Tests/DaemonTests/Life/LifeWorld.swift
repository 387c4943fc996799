import Configuration
import Linux
import Testing

@testable import Daemon

/// A disk, a device and a systemd around a `LifeMachine`, in virtual time, with faults from a seed;
/// each action is checked against the promises.
struct LifeWorld {
    /// The content of the settings file.
    enum File: Equatable {
        case good(Int)
        case mistaken(Int)
    }

    enum Device: Equatable {
        case none
        case starting(LifePlan.Kind, Int?)
        case running(LifePlan.Kind, Int?)
        case stopping
    }

    enum Pending: Equatable { case reading, start, stop, quiet }

    var machine = LifeMachine()
    var file = File.good(0)
    /// The last working settings of the previous run.
    var lastGood: Int?
    /// Settings of these numbers do not start.
    var broken: Set<Int> = []
    var isFallbackBroken = false
    var isBareStartBroken = false
    var isQuiet = true

    private(set) var now: Int64 = 1_000_000_000
    private(set) var device = Device.none
    private(set) var pending: [Pending] = []
    private(set) var starts = 0
    private(set) var stops = 0
    private(set) var faults: [String] = []
    private(set) var told: [LifeAction.Telling] = []
    private(set) var ends = 0
    private(set) var isTerminated = false
    /// Settings without a mistake have been read since the device was started.
    private var hasReadGood = false

    mutating func begin() { perform(machine.begin()) }

    mutating func signal(_ signal: Signal) {
        if signal == .terminate { isTerminated = true }
        perform(machine.signalled(signal))
    }

    /// Finishes the oldest work of a kind, or of any; false if there is none.
    @discardableResult
    mutating func finish(_ index: Int = 0) -> Bool {
        guard pending.indices.contains(index) else { return false }
        switch pending.remove(at: index) {
        case .reading:
            let reading = reading()
            if reading.asked != nil { hasReadGood = true }
            perform(machine.read(reading, at: now))
        case .start:
            guard case .starting(let kind, let number) = device else { return true }
            if isBroken(kind, number) {
                device = .none
                perform(machine.failed("number \(number ?? -1) is broken", at: now))
            } else {
                device = .running(kind, number)
                hasReadGood = false
                perform(machine.started(at: now))
            }
        case .stop:
            device = .none
            perform(machine.stopped(at: now))
        case .quiet: perform(machine.quiet(isQuiet, at: now))
        }
        return true
    }

    /// Advances to the machine's next deadline; false if there is none.
    @discardableResult
    mutating func pass() -> Bool {
        guard let deadline = machine.deadline else { return false }
        now = max(now, deadline)
        perform(machine.deadlineReached(at: now))
        return true
    }

    /// Finishes all work that waits only for time, until nothing changes any more.
    mutating func calmDown() {
        for _ in 0..<1000 where finish() || pass() {}
    }

    private func isBroken(_ kind: LifePlan.Kind, _ number: Int?) -> Bool {
        switch kind {
        case .asked, .before: number.map(broken.contains) ?? false
        case .least: isFallbackBroken
        case .bare: isBareStartBroken
        }
    }

    private func plan(_ kind: LifePlan.Kind, _ number: Int) -> LifePlan {
        var settings = Settings()
        settings[Keys.live.model] = "model-\(number)"
        return LifePlan(kind, settings, texts: [SettingsText(name: "file", text: "\(number)")])
    }

    private func reading() -> SettingsReading {
        var reading = SettingsReading(least: Settings())
        reading.lastGood = lastGood.map { plan(.before, $0) }
        switch file {
        case .good(let number): reading.asked = plan(.asked, number)
        case .mistaken(let number): reading.mistakes = ["mistake \(number)"]
        }
        return reading
    }

    private mutating func perform(_ actions: [LifeAction]) {
        for action in actions {
            #expect(ends == 0, "nothing is done after the end: \(action)")
            switch action {
            case .read: pending.append(.reading)
            case .start(let plan):
                #expect(device == .none, "a second device is started beside \(device)")
                #expect(!isTerminated, "something is started after SIGTERM")
                #expect((plan.fault == nil) == (plan.kind == .asked))
                starts += 1
                device = .starting(plan.kind, Int(plan.texts.first?.text ?? ""))
                pending.append(.start)
            case .stop:
                if case .running = device {} else { Issue.record("\(device) is stopped") }
                #expect(isTerminated || hasReadGood, "it is stopped for a mistake")
                stops += 1
                device = .stopping
                pending.append(.stop)
            case .askQuiet: pending.append(.quiet)
            case .apply(let plan):
                device = .running(.asked, Int(plan.texts.first?.text ?? ""))
            case .keep(let plan): lastGood = Int(plan.texts.first?.text ?? "")
            case .tell(let what): told.append(what)
            case .log(let level, let text): if level == .error { faults.append(text) }
            case .end:
                #expect(device == .none, "the end comes before \(device) has stopped")
                ends += 1
            }
        }
    }
}
