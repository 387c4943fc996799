internal import AudioCore
internal import Glibc
internal import Linux

/// How long an audio loop tolerates trouble of its device before the device is reopened.
///
/// A device may fail and recover, be suspended, or move nothing for a while. A device that fails
/// repeatedly without moving a frame, or neither fails nor moves, is given up: the thread has
/// real-time priority, and while it spins in recovery it takes the processor from everything else.
///
/// ## Concurrency
/// A value of one real-time thread; it neither allocates nor locks.
struct DevicePatience {
    /// A device that moves nothing for this time is stalled.
    static var stallMilliseconds: Int32 { 1000 }
    /// After more recoveries than this without a frame moved, another does not help.
    static var repairLimit: Int { 4 }
    /// The pause after a device reported that it is ready and moved nothing; polling it costs time.
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

    /// The device was ready and moved nothing: waits a little; false when that happened too often.
    mutating func toleratesStall() -> Bool {
        MonotonicClock.wait(
            until: MonotonicClock.now() + Int64(Self.pauseMilliseconds) * 1_000_000)
        return bears(waiting: Self.pauseMilliseconds)
    }

    /// The card is not awake yet: waits a little; false when that happened too often.
    mutating func toleratesSleep() -> Bool {
        // Trying again to wake it does not count as a failed recovery.
        repairs = 0
        return toleratesStall()
    }

    /// Counts a failure; false when recovery has been tried too often.
    mutating func bears(failure code: Int32) -> Bool {
        if code == Self.xrun { counters.xruns.count() }
        // A suspended card returns this code from every call until it wakes.
        if code == Self.suspended, !isAsleep {
            counters.suspensions.count()
            isAsleep = true
        }
        repairs += 1
        return repairs <= Self.repairLimit
    }
}
