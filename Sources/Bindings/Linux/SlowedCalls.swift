private import Synchronization

/// System calls that take their time, as on a card that is worn out or on its way to being so.
///
/// Tests of what must go on meanwhile use it; debug builds only. It holds for the whole process,
/// since what waits for a disk is on threads of its own.
///
/// ## Concurrency
/// Every method may be called from every thread.
package final class SlowedCalls: Sendable {
    private let isSet = Atomic<Bool>(false)
    private let delays = Mutex<[String: Int64]>([:])

    init() {}

    /// How long calls take (nanoseconds), by their names; replaces what was set before.
    package func set(_ nanoseconds: [String: Int64]) {
        delays.withLock { $0 = nanoseconds }
        isSet.store(!nanoseconds.isEmpty, ordering: .releasing)
    }

    /// Takes the time that a call is to take.
    func wait(_ call: String) {
        guard isSet.load(ordering: .acquiring), let time = delays.withLock({ $0[call] }) else {
            return
        }
        MonotonicClock.wait(until: MonotonicClock.now(plus: .nanoseconds(time)))
    }
}
