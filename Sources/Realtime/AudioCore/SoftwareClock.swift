/// Paces a stream that has no clock of its own, by the system's.
///
/// A value owned by one thread, which may be a real-time thread.
package struct SoftwareClock {
    private let rate: Int64
    private var start: Int64
    private var passed: Int64 = 0

    /// A clock at a rate (Hz) that starts now.
    package init(rate: Int32, now: Int64) {
        self.rate = Int64(rate)
        start = now
    }

    /// When so many frames beyond those that passed are due (nanoseconds, CLOCK_MONOTONIC).
    package func time(ofFrame ahead: Int) -> Int64 {
        start + (passed + Int64(ahead)) * 1_000_000_000 / rate
    }

    /// Frames that are due and have not passed.
    package func due(at now: Int64) -> Int {
        Int((now - start) * rate / 1_000_000_000 - passed)
    }

    /// Says that frames have passed.
    package mutating func pass(_ frames: Int) { passed += Int64(frames) }

    /// Starts anew at a moment.
    package mutating func restart(at now: Int64) {
        start = now
        passed = 0
    }
}
