internal import AudioCore
internal import Linux
internal import Synchronization

/// What the playback thread shares with the speaker's writing end, as atomics.
///
/// ## Concurrency
/// Control sets wishes, the playback thread tells what happened; each field has one writer.
final class PlaybackShare: Sendable {
    /// How often silence was asked for; each voice says from which sample on it is heard again.
    let flushCount = Atomic<Int>(0)
    /// Speech is held: kept where it was, and not played.
    let isHeld = Atomic<Bool>(false)
    /// The device is kept running until then (nanoseconds, CLOCK_MONOTONIC).
    let awakeUntil = Atomic<Int>(0)

    /// What happened how often, and when last (nanoseconds, CLOCK_MONOTONIC).
    let startedCount = Atomic<Int>(0)
    let startedAt = Atomic<Int>(0)
    let drainedCount = Atomic<Int>(0)
    let drainedAt = Atomic<Int>(0)
    let silentCount = Atomic<Int>(0)
    let silentAt = Atomic<Int>(0)
    /// Speech samples given to the device, without silence.
    let speechPlayed = Atomic<Int>(0)
    /// Times that speech ran out before the end of its reply.
    let dryCount = Atomic<Int>(0)
    /// Speech that must be there now before a reply begins (samples).
    let prebufferSamples = Atomic<Int>(0)

    /// Wakes the playback thread where it has nothing to play.
    let wake: EventFD
    /// Wakes it also where it waits for its device.
    let hush: EventFD
    /// Tells Control that one of the counts has changed.
    let events: EventFD
    /// Wakes the thread that feeds: a ring runs low, and there is more behind it.
    let hunger: EventFD
    let counters = AudioCounters()

    /// Beside another playback thread, one watch of events and one feeding thread serve both.
    init(beside other: PlaybackShare? = nil) throws(SystemError) {
        wake = try EventFD()
        hush = try EventFD()
        events = if let other { other.events } else { try EventFD() }
        hunger = if let other { other.hunger } else { try EventFD() }
    }
}

/// The playback thread's ends.
struct PlaybackPort: ~Copyable, Sendable {
    /// Stands for a card that neither errs nor moves; ALSA has no code for that.
    static let stalledCode: Int32 = -110

    /// All of `PlaybackVoice`, in its order.
    let voices: [VoiceReader]
    let share: PlaybackShare
    /// Gets what was really written; nil where nobody asks.
    let echo: EchoReference?
    /// Speech is going on: begun and neither drained nor silenced.
    ///
    /// Kept here, since a reply outlives its device.
    var isSpeaking = false
    /// Speech was silenced in its middle and may go on.
    var isSuspended = false
    /// Flushes performed; one that is asked for while there is no device holds for the next.
    var flushSeen = 0
    var prebuffer: Prebuffer
    /// Speech waits for more since then.
    var waitingSince: Int64?

    var speech: VoiceReader { voices[PlaybackVoice.speech.rawValue] }

    /// The reading ends of rings that nobody has read from.
    init(
        voices: [VoiceReader], share: PlaybackShare, settings: AudioSettings,
        echo: EchoReference? = nil
    ) {
        self.echo = echo
        self.voices = voices
        self.share = share
        prebuffer = Prebuffer(
            milliseconds: settings.prebufferMilliseconds,
            limitMilliseconds: settings.prebufferLimitMilliseconds)
        share.prebufferSamples.store(prebuffer.samples, ordering: .relaxed)
    }
}
