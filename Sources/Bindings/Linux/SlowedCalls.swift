private import Synchronization

/// Delays system calls, as on an SD card that wears out.
///
/// Tests use it to show that other work goes on meanwhile; debug builds only. It applies to the
/// whole process, since work that waits for a disk has its own threads.
///
/// ## Concurrency
/// Every method may be called from every thread.
package final class SlowedCalls: Sendable {
    private let isSet = Atomic<Bool>(false)
    private let delays = Mutex<[String: Int64]>([:])

    init() {}

    /// Sets how long calls take (nanoseconds), by their names; replaces earlier settings.
    package func set(_ nanoseconds: [String: Int64]) {
        delays.withLock { $0 = nanoseconds }
        isSet.store(!nanoseconds.isEmpty, ordering: .releasing)
    }

    /// Waits for the time that a call must take.
    func wait(_ call: String) {
        guard isSet.load(ordering: .acquiring), let time = delays.withLock({ $0[call] }) else {
            return
        }
        MonotonicClock.wait(until: MonotonicClock.now(plus: .nanoseconds(time)))
    }
}
