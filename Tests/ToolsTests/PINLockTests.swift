import Configuration
import TestInputs
import Testing
import WireCodec

@testable import Tools

/// A person who guesses the PIN, across questions and restarts; times are milliseconds.
struct PINLockTests {
    private static let pin = "4711"
    private static let minute: Int64 = 60_000

    /// A device with a door, and a person before it.
    private final class Device {
        private var machine: ConfirmationMachine
        private var decisions: [String: ConfirmationDecision] = [:]
        private(set) var kept = PINLockMemory()
        private(set) var reports: [Int64?] = []
        var time: Int64 = 0
        private var calls = 0

        init() { machine = Self.machine(PINLockMemory(), at: 0) }

        private static func machine(
            _ memory: PINLockMemory, at time: Int64
        ) -> ConfirmationMachine {
            var settings = ConfirmationSettings()
            settings.pin = PINLockTests.pin
            return ConfirmationMachine(
                settings: settings, remembering: memory, at: time * 1_000_000)
        }

        /// The program restarts, with a clock that starts again with the machine or continues.
        func restart(reboots: Bool) {
            if reboots { time = 0 }
            machine = Self.machine(kept, at: time)
        }

        private func take(_ actions: [ConfirmationAction]) {
            for action in actions {
                switch action {
                case .ask, .asked: break
                case .settle(let id, let decision): decisions[id] = decision
                case .keepPIN(let memory): kept = memory
                case .reportPIN(let time): reports.append(time)
                }
            }
        }

        private func call(_ arguments: JSONValue) -> ConfirmationDecision? {
            calls += 1
            let id = "\(calls)"
            take(
                machine.ask(
                    ConfirmationRequest(
                        id: id, tool: "open", subject: "gate", arguments: arguments, means: .pin),
                    at: time * 1_000_000))
            return decisions[id]
        }

        /// A question, one spoken PIN, the call again; returns whether the door opens.
        func tries(_ pin: String, arguments: JSONValue = [:]) -> Bool {
            time += 30_000
            take(machine.deadlineReached(at: time * 1_000_000))
            _ = call(arguments)
            time += 1_000
            take(machine.turnOpened(at: time * 1_000_000))
            take(machine.heard(pin, at: time * 1_000_000))
            time += 1_000
            let decision = call(arguments)
            time += 30_000
            take(machine.deadlineReached(at: time * 1_000_000))
            return decision == .granted
        }

        func pass(_ milliseconds: Int64) {
            time += milliseconds
            take(machine.deadlineReached(at: time * 1_000_000))
        }
    }

    @Test("wrong PINs count across questions, whatever they are about")
    func wrongPinsCountOverQuestions() {
        let device = Device()
        for number in 0..<3 {
            #expect(!device.tries("000\(number)", arguments: ["door": .int(Int64(number))]))
        }
        #expect(device.reports == [300_000_000_000])
        // The right one does not open it now, nor right after a restart of either kind.
        #expect(!device.tries(Self.pin))
        device.restart(reboots: false)
        #expect(!device.tries(Self.pin))
        device.restart(reboots: true)
        #expect(!device.tries(Self.pin))
        device.pass(5 * Self.minute)
        #expect(device.reports.last == .some(nil))
        #expect(device.tries(Self.pin))
        #expect(device.kept == PINLockMemory())
    }

    @Test("a count below the limit survives a restart, too")
    func aCountThatIsNot() {
        let device = Device()
        for number in 0..<3 {
            device.restart(reboots: number == 1)
            #expect(!device.tries("123\(number)"))
        }
        #expect(device.reports.count == 1)
        #expect(device.kept.isLocked)
        #expect(!device.tries(Self.pin))
    }

    @Test("time alone does not reset the count, and the right PIN does")
    func timeAloneBeginsNoCount() {
        let device = Device()
        for round in 0..<10 {
            for _ in 0..<2 {
                #expect(!device.tries("0000"))
                device.pass(Int64(round) * 60 * Self.minute)
            }
            #expect(device.tries(Self.pin))
        }
        #expect(device.reports.isEmpty)
    }

    @Test("a week of guessing does not find the PIN by luck, with or without restarts")
    func whoeverGuessesForAWeek() {
        var generator = SeededGenerator(seed: 3)
        for restarts in [false, true] {
            let device = Device()
            var guesses = 0
            var elapsed: Int64 = 0
            while elapsed < 7 * 24 * 60 * Self.minute {
                let before = device.time
                // A guess while it is locked does not count.
                if !device.kept.isLocked { guesses += 1 }
                #expect(!device.tries("1" + String(Int.random(in: 100...999, using: &generator))))
                elapsed += device.time - before
                if restarts, Int.random(in: 0..<10, using: &generator) == 0 {
                    device.restart(reboots: .random(using: &generator))
                }
            }
            // Three an hour, and a few while the locks were short.
            #expect(guesses < 3 * 24 * 7 + 30, "\(guesses)")
            #expect(device.reports.count { $0 != nil } > 100 || restarts)
        }
    }

    @Test("a lock read from a file with any numbers ends, and is never longer than the longest")
    func aLockFromAFile() {
        let settings = ConfirmationSettings()
        for wrong in [Int.min, -1, 0, 2, 3, 1_000, .max] {
            for locks in [Int.min, -1, 0, 1, 62, 63, 64, .max] {
                for time in [Int64.min / 2, 0, .max] {
                    var memory = PINLockMemory()
                    (memory.wrongTries, memory.locks, memory.isLocked) = (wrong, locks, true)
                    var lock = PINLock(settings, memory, at: time)
                    #expect((lock.until ?? .max) <= time.addingSaturated(settings.longestPINLock))
                    let longer = lock.wrong(at: time)
                    #expect((longer ?? 0) <= settings.longestPINLock)
                    let isOpen = lock.isOpen(at: .max)
                    #expect(isOpen)
                }
            }
        }
    }
}

extension Int64 {
    fileprivate func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }
}
