import Synchronization

/// Pairs a frame of a stream with the time at which it passed; one thread writes it, others read
/// it.
///
/// It maps a time (of a button's edge) to a frame. The two numbers belong together, so a reader
/// that overlaps a write tries again (a sequence lock); the writer never waits.
package final class StreamAnchor: Sendable {
    private let sequence = Atomic<Int>(0)
    private let frame = Atomic<Int>(0)
    private let time = Atomic<Int>(0)

    /// No frame has passed.
    package init() {}

    /// Records that `frame` frames had passed at `time` (nanoseconds, CLOCK_MONOTONIC).
    ///
    /// By one thread only.
    package func set(frame: Int, time: Int64) {
        let before = sequence.load(ordering: .relaxed)
        sequence.store(before + 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        self.frame.store(frame, ordering: .relaxed)
        self.time.store(Int(time), ordering: .relaxed)
        sequence.store(before + 2, ordering: .releasing)
    }

    /// The newest pair, nil before the first; by any thread but a real-time one.
    package func read() -> (frame: Int, time: Int64)? {
        while true {
            let before = sequence.load(ordering: .acquiring)
            guard before > 0 else { return nil }
            let pair = (frame.load(ordering: .relaxed), Int64(time.load(ordering: .relaxed)))
            atomicMemoryFence(ordering: .acquiring)
            if before % 2 == 0, sequence.load(ordering: .relaxed) == before { return pair }
        }
    }
}
