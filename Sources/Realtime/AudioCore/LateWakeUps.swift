internal import Synchronization

/// A histogram of how late an audio thread woke up.
///
/// The lateness is what the device had waiting beyond the period that it woke the thread for. If it
/// comes near the rest of the buffer, an xrun is close.
///
/// ## Concurrency
/// One thread counts, without a lock; any thread reads.
package final class LateWakeUps: Sendable {
    /// The upper ends of all classes but the last, which has none (microseconds).
    package static let limitsMicroseconds = [500, 1000, 2000, 5000, 10_000, 20_000]

    // Fields instead of an array, since creating one allocates and reading one could lock.
    private let upToHalf = Atomic<Int>(0)
    private let upToOne = Atomic<Int>(0)
    private let upToTwo = Atomic<Int>(0)
    private let upToFive = Atomic<Int>(0)
    private let upToTen = Atomic<Int>(0)
    private let upToTwenty = Atomic<Int>(0)
    private let later = Atomic<Int>(0)

    /// All zero.
    package init() {}

    /// Counts one wake-up that was this late; by one thread, which may be a real-time thread.
    package func count(microseconds: Int) {
        switch microseconds {
        case ...500: upToHalf.count()
        case ...1000: upToOne.count()
        case ...2000: upToTwo.count()
        case ...5000: upToFive.count()
        case ...10_000: upToTen.count()
        case ...20_000: upToTwenty.count()
        default: later.count()
        }
    }

    /// Wake-ups per class, those within the first of `limitsMicroseconds` first.
    package var counts: [Int] {
        [
            upToHalf.value, upToOne.value, upToTwo.value, upToFive.value, upToTen.value,
            upToTwenty.value, later.value,
        ]
    }
}
