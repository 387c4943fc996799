/// Paces by the system's clock a stream that has no clock of its own.
///
/// It stays valid however long the system runs, and its numbers saturate.
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

    /// When the frame that is `ahead` frames beyond those that passed is due (nanoseconds,
    /// CLOCK_MONOTONIC).
    package func time(ofFrame ahead: Int) -> Int64 {
        let frames = FrameTime.sum(passed, Int64(ahead))
        return FrameTime.sum(start, FrameTime.nanoseconds(ofFrames: frames, rate: rate))
    }

    /// Frames that are due and have not passed; negative while more have passed than are due.
    package func due(at now: Int64) -> Int {
        let elapsed = FrameTime.difference(now, start)
        return Int(
            FrameTime.difference(
                FrameTime.frames(inNanoseconds: elapsed, rate: rate), passed))
    }

    /// Notes that frames have passed.
    package mutating func pass(_ frames: Int) { passed = FrameTime.sum(passed, Int64(frames)) }

    /// Restarts the clock at a time.
    package mutating func restart(at now: Int64) {
        start = now
        passed = 0
    }
}
