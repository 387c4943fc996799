internal import AudioCore
internal import Linux
internal import Synchronization

/// The atomics that the playback thread shares with the speaker's writing end.
///
/// ## Concurrency
/// Control sets requests, the playback thread reports events; each field has one writer.
final class PlaybackShare: Sendable {
    /// How often a flush was requested; each voice holds the sample from which it is heard again.
    let flushCount = Atomic<Int>(0)
    /// Whether speech is held: kept at its position, and not played.
    let isHeld = Atomic<Bool>(false)
    /// The device is kept running until this time (nanoseconds, CLOCK_MONOTONIC).
    let awakeUntil = Atomic<Int>(0)

    /// How often each event happened, and when last (nanoseconds, CLOCK_MONOTONIC).
    let startedCount = Atomic<Int>(0)
    let startedAt = Atomic<Int>(0)
    let drainedCount = Atomic<Int>(0)
    let drainedAt = Atomic<Int>(0)
    let silentCount = Atomic<Int>(0)
    let silentAt = Atomic<Int>(0)
    /// Speech samples given to the device, without silence.
    let speechPlayed = Atomic<Int>(0)
    /// How often speech ran out before the end of its reply.
    let dryCount = Atomic<Int>(0)
    /// Speech that must currently arrive before a reply begins (samples).
    let prebufferSamples = Atomic<Int>(0)

    /// Wakes the playback thread while it has nothing to play.
    let wake: EventFD
    /// Wakes it also while it waits for its device.
    let flushSignal: EventFD
    /// Signals Control that one of the counts has changed.
    let events: EventFD
    /// Wakes the feeding thread: a ring runs low, and more waits behind it.
    let refillSignal: EventFD
    let counters = AudioCounters()

    /// With `other`, both playback threads share one event descriptor and one feeding thread.
    init(beside other: PlaybackShare? = nil) throws(SystemError) {
        wake = try EventFD()
        flushSignal = try EventFD()
        events = if let other { other.events } else { try EventFD() }
        refillSignal = if let other { other.refillSignal } else { try EventFD() }
    }
}

/// The playback thread's ends.
struct PlaybackPort: ~Copyable, Sendable {
    /// The code for a card that neither fails nor moves; ALSA has none for that.
    static let stalledCode: Int32 = -110

    /// All of `PlaybackVoice`, in its order.
    let voices: [VoiceReader]
    let share: PlaybackShare
    /// Gets what was really written; nil if the echo is left alone.
    let echo: EchoReference?
    /// Whether speech plays: it has begun and is neither drained nor silenced.
    ///
    /// Kept here, since a reply outlives its device.
    var isSpeaking = false
    /// Whether speech was silenced in its middle and may resume.
    var isSuspended = false
    /// Flushes performed; one that is requested while there is no device applies to the next
    /// device.
    var flushSeen = 0
    var prebuffer: Prebuffer
    /// When speech began to wait for more.
    var waitingSince: Int64?

    var speech: VoiceReader { voices[PlaybackVoice.speech.rawValue] }

    /// Takes the reading ends of rings that were not read yet.
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
