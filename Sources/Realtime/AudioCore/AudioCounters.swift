package import Synchronization

/// What one audio thread counts, for others to read at any time.
///
/// ## Concurrency
/// One thread adds, everyone reads; the numbers are single and need not fit each other.
package final class AudioCounters: Sendable {
    /// Frames that passed since the start.
    package let frames = Atomic<Int>(0)
    /// Overruns or underruns of the device.
    package let xruns = Atomic<Int>(0)
    /// Times that the card was put to sleep by the system.
    package let suspensions = Atomic<Int>(0)
    /// Times that the device neither erred nor moved for a second.
    package let stalls = Atomic<Int>(0)
    /// Frames that found no room in the ring, since its reader is stuck.
    package let lostFrames = Atomic<Int>(0)
    /// Times that the device was opened anew.
    package let reopenings = Atomic<Int>(0)
    /// How late the thread was served.
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
