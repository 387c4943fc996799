internal import Synchronization

/// How late an audio thread was served, as a histogram.
///
/// Late is what the device had waiting beyond the period that it woke the thread for. What comes
/// near to the rest of its buffer is an overrun or underrun.
///
/// ## Concurrency
/// One thread counts, without a lock; everyone reads.
package final class LateWakeUps: Sendable {
    /// The upper ends of all classes but the last, which has none (microseconds).
    package static let limitsMicroseconds = [500, 1000, 2000, 5000, 10_000, 20_000]

    // Fields in place of an array, whose making would allocate and whose reading could lock.
    private let upToHalf = Atomic<Int>(0)
    private let upToOne = Atomic<Int>(0)
    private let upToTwo = Atomic<Int>(0)
    private let upToFive = Atomic<Int>(0)
    private let upToTen = Atomic<Int>(0)
    private let upToTwenty = Atomic<Int>(0)
    private let later = Atomic<Int>(0)

    /// All zero.
    package init() {}

    /// Counts one wake-up, so late; by one thread, which may be a real-time thread.
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
