internal import AudioCore
internal import Glibc
internal import Linux

/// How long an audio loop bears with its device before another is opened in its place.
///
/// A device may fail and be repaired, sleep, or give nothing for a while. What fails again and
/// again without moving a frame, or neither fails nor moves, is given up: the thread has real-time
/// priority, and one that spins in repairs takes the processor from everything else.
///
/// ## Concurrency
/// A value of one real-time thread; it neither allocates nor locks.
struct DevicePatience {
    /// A device that moves nothing for this time is stalled.
    static var stallMilliseconds: Int32 { 1000 }
    /// After more repairs than this without a frame moved, repairing does not help.
    static var repairLimit: Int { 4 }
    /// The pause of a device that says it is ready and moves nothing; its asking costs time.
    static var pauseMilliseconds: Int32 { 2 }
    /// -EPIPE, -ESTRPIPE, -EAGAIN and -EBADFD (started already), as ALSA gives them.
    static var xrun: Int32 { -EPIPE }
    static var suspended: Int32 { -ESTRPIPE }
    static var again: Int32 { -EAGAIN }
    static var badState: Int32 { -EBADFD }

    private let counters: AudioCounters
    private var idleMilliseconds: Int32 = 0
    private var repairs = 0
    private var isAsleep = false

    init(counters: AudioCounters) { self.counters = counters }

    /// Frames have passed.
    mutating func moved() {
        idleMilliseconds = 0
        repairs = 0
        isAsleep = false
    }

    /// Nothing has passed in this number of milliseconds; false when that was too long.
    mutating func bears(waiting milliseconds: Int32) -> Bool {
        idleMilliseconds += milliseconds
        guard idleMilliseconds >= Self.stallMilliseconds else { return true }
        counters.stalls.count()
        return false
    }

    /// The device was ready and moved nothing: waits a little; false when that was too often.
    mutating func bearsStandstill() -> Bool {
        MonotonicClock.wait(
            until: MonotonicClock.now() + Int64(Self.pauseMilliseconds) * 1_000_000)
        return bears(waiting: Self.pauseMilliseconds)
    }

    /// The card is not awake yet: waits a little; false when that was too often.
    mutating func bearsSleep() -> Bool {
        // To wake it again is no repair that has failed.
        repairs = 0
        return bearsStandstill()
    }

    /// Counts a failure; false when a repair has been tried too often.
    mutating func bears(failure code: Int32) -> Bool {
        if code == Self.xrun { counters.xruns.count() }
        // A sleeping card says so at every call until it wakes.
        if code == Self.suspended, !isAsleep {
            counters.suspensions.count()
            isAsleep = true
        }
        repairs += 1
        return repairs <= Self.repairLimit
    }
}
