package import Synchronization

/// The counters of one audio thread, which others may read at any time.
///
/// ## Concurrency
/// One thread adds, any thread reads; the counters are independent and need not be consistent.
package final class AudioCounters: Sendable {
    /// Frames that passed since the start.
    package let frames = Atomic<Int>(0)
    /// Overruns or underruns of the device.
    package let xruns = Atomic<Int>(0)
    /// How often the system suspended the card.
    package let suspensions = Atomic<Int>(0)
    /// How often the device neither failed nor moved for a second.
    package let stalls = Atomic<Int>(0)
    /// Frames that were dropped because the ring's reader was stuck.
    package let lostFrames = Atomic<Int>(0)
    /// How often the device was opened.
    package let reopenings = Atomic<Int>(0)
    /// How late the thread woke up.
    package let lateWakeUps = LateWakeUps()

    /// All zero.
    package init() {}
}

extension Atomic where Value == Int {
    /// Adds without ordering; for counters.
    package func count(_ number: Int = 1) {
        wrappingAdd(number, ordering: .relaxed)
    }

    /// The value, without ordering; for counters.
    package var value: Int { load(ordering: .relaxed) }
}
