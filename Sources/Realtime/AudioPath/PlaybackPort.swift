internal import AudioCore
internal import Linux
internal import Synchronization

/// What the playback thread shares with the speaker's writing end, as atomics.
///
/// ## Concurrency
/// Control sets wishes, the playback thread tells what happened; each field has one writer.
final class PlaybackShare: Sendable {
    /// Samples before this index of the speech ring are not played.
    let flushMark = Atomic<Int>(0)
    /// How often silence was asked for.
    let flushCount = Atomic<Int>(0)
    /// The reply up to this index of the speech ring is whole.
    let endMark = Atomic<Int>(0)
    /// The wished gain, as the bits of a Float.
    let gainBits: Atomic<UInt32>

    /// What happened how often, and when last (nanoseconds, CLOCK_MONOTONIC).
    let startedCount = Atomic<Int>(0)
    let startedAt = Atomic<Int>(0)
    let drainedCount = Atomic<Int>(0)
    let drainedAt = Atomic<Int>(0)
    let silentCount = Atomic<Int>(0)
    let silentAt = Atomic<Int>(0)
    /// Speech samples given to the device, without silence.
    let speechPlayed = Atomic<Int>(0)
    /// More speech waits behind the ring.
    let wantsRefill = Atomic<Bool>(false)

    /// Wakes the playback thread.
    let wake: EventFD
    /// Tells Control that one of the counts has changed.
    let events: EventFD
    let counters = AudioCounters()

    init(gain: Float) throws(SystemError) {
        gainBits = Atomic(gain.bitPattern)
        wake = try EventFD()
        events = try EventFD()
    }
}

/// The playback thread's ends.
struct PlaybackPort: ~Copyable, Sendable {
    /// Stands for a card that neither errs nor moves; ALSA has no code for that.
    static let stalledCode: Int32 = -110

    let speech: RingReader
    let earcons: RingReader
    let share: PlaybackShare
    /// Speech is going on: begun and neither drained nor flushed.
    ///
    /// Kept here, since a reply outlives its device.
    var isSpeaking = false
    /// Flushes performed; one that is asked for while there is no device holds for the next.
    var flushSeen = 0

    /// The reading ends of rings that nobody has read from.
    init(speech: consuming RingReader, earcons: consuming RingReader, share: PlaybackShare) {
        self.speech = speech
        self.earcons = earcons
        self.share = share
    }
}
