internal import AudioCore
package import Linux
internal import SignalProcessing
internal import Synchronization

/// The writing end of playback: voices of mono samples at 24 kHz.
///
/// A reply may arrive much faster than it is heard, so samples that do not fit the ring wait behind
/// it, for minutes. A thread of the audio path moves them on, so that a reply or an alarm goes on
/// whatever its owner does.
///
/// ## Concurrency
/// One thread at a time (the event loop); `refill` may run on another thread at the same time.
package final class Speaker: @unchecked Sendable {
    // @unchecked: the feeds lock; the rest is used only by the thread named above.

    /// The most speech that may wait behind the ring (samples).
    ///
    /// Half an hour, several times what a model can say in one reply; more would flood the memory.
    private static let spillLimitSamples = 30 * 60 * Int(AudioSettings.speechRate)

    let share: PlaybackShare
    private let feeds: [VoiceFeed]
    private let voiceGains: [Float]
    private let duckGain: Float
    private var volumeGain: Float = 1
    /// The volume of the voice that another device plays.
    private var otherGain: Float = 1
    private var duckOwners: Set<DuckOwner> = []

    /// Samples of replies that were refused because they exceeded the limit.
    package private(set) var refusedSamples = 0

    init(feeds: [VoiceFeed], share: PlaybackShare, settings: AudioSettings) {
        self.feeds = feeds
        self.share = share
        voiceGains = PlaybackVoice.allCases.map {
            Loudness.gain(decibels: settings.voiceDecibels[$0] ?? 0)
        }
        duckGain = Loudness.gain(decibels: settings.duckDecibels)
        // Holds until a `VolumeControl` finds a card that can set it.
        volumeGain = settings.volumePercent.map { Loudness.gain(percent: $0) } ?? 1
        otherGain = volumeGain
        publishGains()
    }

    private func feed(_ voice: PlaybackVoice) -> VoiceFeed { feeds[voice.rawValue] }

    // MARK: - Speech

    /// Adds to the reply; returns false if it would exceed the limit.
    @discardableResult
    package func enqueue(_ samples: [Int16]) -> Bool {
        guard feed(.speech).waitingSamples + samples.count <= Self.spillLimitSamples else {
            refusedSamples += samples.count
            return false
        }
        play(samples, on: .speech)
        return true
    }

    /// Marks the reply as whole, so that its start need not wait for a prebuffer.
    package func endOfTurn() {
        feed(.speech).end()
        feed(.speech).wake.signal()
    }

    /// Silences the device at once; no speech enqueued before is played after this.
    package func flush() {
        feed(.speech).forget()
        share.isHeld.store(false, ordering: .relaxed)
        silence()
    }

    /// Silences the device at once, but keeps unheard speech for `resume`, along with speech that
    /// is enqueued meanwhile; `flush` discards it.
    package func hold() {
        share.isHeld.store(true, ordering: .relaxed)
        silence()
    }

    private func silence() {
        share.flushCount.wrappingAdd(1, ordering: .releasing)
        share.flushSignal.signal()
        share.wake.signal()
    }

    /// Resumes held speech, a tenth of a second before its cut.
    package func resume() {
        share.isHeld.store(false, ordering: .releasing)
        share.wake.signal()
    }

    /// Speech samples enqueued and not mixed yet.
    package var pendingFrames: Int { feed(.speech).pending }

    // MARK: - Voices

    /// Appends samples to what a voice plays.
    package func play(_ samples: [Int16], on voice: PlaybackVoice) {
        feed(voice).enqueue(samples)
        feed(voice).wake.signal()
    }

    /// Plays a sound on a voice repeatedly, until the voice is stopped.
    package func loop(_ samples: [Int16], on voice: PlaybackVoice) {
        feed(voice).loop(samples)
        feed(voice).wake.signal()
    }

    /// Ends what a voice plays, with a short fade; the device itself goes on for the others.
    ///
    /// What the device already holds is still heard: at most its buffer. Speech is silenced by
    /// `flush`.
    package func stop(_ voice: PlaybackVoice) {
        guard voice != .speech else { return flush() }
        feed(voice).forget()
        feed(voice).share.stopCount.wrappingAdd(1, ordering: .releasing)
        feed(voice).wake.signal()
    }

    /// Whether a voice has anything left to play.
    package func isPlaying(_ voice: PlaybackVoice) -> Bool {
        feed(voice).pending > 0 || feed(voice).isLooping
    }

    /// Moves what waits behind the rings into them; called when `share.refillSignal` is readable.
    func refill() {
        for feed in feeds { feed.refill() }
        share.wake.signal()
        if feed(.music).wake !== share.wake { feed(.music).wake.signal() }
    }

    // MARK: - Loudness

    /// Sets the user's volume as a factor, 0 to 1; the gain glides there within 20 ms.
    ///
    /// `elsewhere` is the volume of a voice with its own device, for when the loudspeaker's card
    /// does part of the work; nil: the same.
    package func setGain(_ gain: Float, elsewhere: Float? = nil) {
        // Written so that NaN is silence, too.
        volumeGain = gain > 0 ? min(gain, 1) : 0
        let other = elsewhere ?? gain
        otherGain = other > 0 ? min(other, 1) : 0
        publishGains()
    }

    /// Ducks music and alarms until the same owner ends it; the volume stays the same.
    package func duck(_ owner: DuckOwner) {
        if duckOwners.insert(owner).inserted { publishGains() }
    }

    /// Ends an owner's `duck`; music and alarms return to full loudness when no owner is left.
    package func unduck(_ owner: DuckOwner) {
        if duckOwners.remove(owner) != nil { publishGains() }
    }

    private func publishGains() {
        for feed in feeds {
            let isDucked = feed.voice.isDucked && !duckOwners.isEmpty
            let volume = feed.wake === share.wake ? volumeGain : otherGain
            let gain = volume * voiceGains[feed.voice.rawValue] * (isDucked ? duckGain : 1)
            feed.share.gainBits.store(gain.bitPattern, ordering: .relaxed)
        }
    }

    /// Keeps the device running for this time, because speech will follow soon; a sleeping
    /// amplifier is awake by then.
    package func stayAwake(milliseconds: Int) {
        let end = Int(MonotonicClock.now()) + milliseconds * 1_000_000
        share.awakeUntil.store(end, ordering: .relaxed)
        share.wake.signal()
    }

    // MARK: - News

    /// Readable when `snapshot` has changed.
    package var events: EventFD { share.events }

    /// What has happened so far.
    package func snapshot() -> PlaybackSnapshot { PlaybackSnapshot(share) }
}

/// Counts and times of what happened to the speech; times in nanoseconds of CLOCK_MONOTONIC.
package struct PlaybackSnapshot: Sendable, Equatable {
    /// First samples of a reply given to the device.
    package let startedCount: Int
    package let startedAt: Int64
    /// Replies played to their end.
    package let drainedCount: Int
    package let drainedAt: Int64
    /// Flushes performed: the device is silent.
    package let silentCount: Int
    package let silentAt: Int64
    /// Speech samples given to the device.
    package let speechPlayed: Int
    /// How often speech ran out before the end of its reply.
    package let dryCount: Int
    /// Speech that is awaited before a reply begins (samples).
    package let prebufferSamples: Int

    init(_ share: PlaybackShare) {
        startedCount = share.startedCount.load(ordering: .acquiring)
        startedAt = Int64(share.startedAt.value)
        drainedCount = share.drainedCount.load(ordering: .acquiring)
        drainedAt = Int64(share.drainedAt.value)
        silentCount = share.silentCount.load(ordering: .acquiring)
        silentAt = Int64(share.silentAt.value)
        speechPlayed = share.speechPlayed.value
        dryCount = share.dryCount.value
        prebufferSamples = share.prebufferSamples.value
    }
}
