internal import AudioCore
internal import Synchronization

/// The atomics that the two ends of a voice share.
final class VoiceShare: Sendable {
    /// The sample that is mixed next; written by the playback thread.
    let cursor = Atomic<Int>(0)
    /// The sound up to this index is whole.
    let endMark = Atomic<Int>(0)
    /// Samples before this index are not played, once a stop was requested.
    let stopMark = Atomic<Int>(0)
    /// How often a stop was requested; not used by speech, whose flush silences the device.
    let stopCount = Atomic<Int>(0)
    /// The requested gain, as the bits of a Float.
    let gainBits: Atomic<UInt32>
    /// More waits behind the ring.
    let wantsRefill = Atomic<Bool>(false)

    /// A refill is requested when less than this fraction of the ring is filled.
    private static let refillDivisor = 2

    init(gain: Float) { gainBits = Atomic(gain.bitPattern) }

    /// Whether a voice's ring is low if it holds this number of unmixed samples.
    func isLow(_ samples: Int, of voice: PlaybackVoice) -> Bool {
        samples < voice.ringSamples / Self.refillDivisor
    }
}

/// The playback thread's end of a voice: its position in the samples, and their current gain.
///
/// Mixed samples stay in the ring for a while, since the device plays them later and may have to
/// discard them: then the voice goes back to the last sample heard.
///
/// ## Concurrency
/// One thread at a time, the owner of the `PlaybackPort`; only `init` allocates.
final class VoiceReader: @unchecked Sendable {
    // @unchecked: it moves with the port, which has one owner.

    /// A change of gain takes this time (samples): 20 ms, so that it does not click.
    static let rampSamples = 480
    /// A sound that begins or ends in its middle is faded for this time (samples): 5 ms.
    static let fadeSamples = 120
    let voice: PlaybackVoice
    let share: VoiceShare
    private let ring: RingReader
    /// The sample that is mixed next.
    private(set) var cursor = 0
    /// Where the current sound began; the voice never goes back further.
    private var start = 0
    private var isSounding = false

    /// How many mixed samples are kept for going back.
    private var keptSamples = 0
    private var stopsSeen = 0
    private var gain: Float
    private var goal: Float
    private var step: Float = 0
    private var rampLeft = 0
    private var fadeLeft = 0

    init(voice: PlaybackVoice, ring: consuming RingReader, share: VoiceShare) {
        self.voice = voice
        self.ring = ring
        self.share = share
        gain = Float(bitPattern: share.gainBits.load(ordering: .relaxed))
        goal = gain
    }

    /// Creates a placeholder for a voice that another output plays.
    static func silent(_ voice: PlaybackVoice) -> VoiceReader {
        var ring = SampleRing(capacity: 1)
        return VoiceReader(voice: voice, ring: ring.takeReader(), share: VoiceShare(gain: 0))
    }

    /// Samples that can be mixed now.
    var available: Int { ring.writtenIndex - cursor }

    /// Whether the sound is whole: its end is marked at or behind the last sample in the ring.
    var isEnded: Bool { share.endMark.load(ordering: .acquiring) >= ring.writtenIndex }

    /// Keeps this number of mixed samples, as far as the ring has room for them beside new ones.
    func keep(_ samples: Int) {
        keptSamples = min(samples, voice.ringSamples / 2)
    }

    /// Adds at most `count` samples to a mix, and returns how many it added.
    func mix(
        into mix: UnsafeMutablePointer<Float>, by scratch: UnsafeMutablePointer<Int16>, count: Int
    ) -> Int {
        var mixed = 0
        let stops = share.stopCount.load(ordering: .acquiring)
        if stops != stopsSeen {
            stopsSeen = stops
            mixed = fadeOut(into: mix, by: scratch, count: count)
        }
        let taken = min(count - mixed, available)
        if taken > 0 {
            if !isSounding { start = cursor }
            ring.copy(from: cursor, into: scratch, count: taken)
            chase()
            add(scratch, to: mix + mixed, count: taken)
            move(to: cursor + taken)
        } else {
            // A voice that is silent may change its loudness at once.
            setGain()
        }
        isSounding = mixed + taken > 0
        return mixed + taken
    }

    /// Goes back to a sample of the current sound, but not before its beginning; fades in from
    /// there, unless it is the beginning.
    func goBack(to index: Int) {
        let index = max(index, start, ring.readIndex)
        guard index < cursor else { return }
        fadeLeft = index > start ? Self.fadeSamples : 0
        move(to: index)
    }

    /// Skips to a sample, which begins another sound.
    func skip(to mark: Int) {
        move(to: min(max(mark, cursor), ring.writtenIndex))
        start = cursor
        isSounding = false
        fadeLeft = 0
    }

    /// Whether the ring runs low and more waits behind it.
    func wantsMore() -> Bool {
        guard share.isLow(available, of: voice) else { return false }
        // See `VoiceFeed.askAgain`.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return share.wantsRefill.exchange(false, ordering: .relaxed)
    }

    private func move(to index: Int) {
        cursor = index
        share.cursor.store(index, ordering: .releasing)
        ring.skip(to: index - keptSamples)
    }

    /// Fades out the stopped sound over its next few samples.
    private func fadeOut(
        into mix: UnsafeMutablePointer<Float>, by scratch: UnsafeMutablePointer<Int16>, count: Int
    ) -> Int {
        let mark = min(share.stopMark.load(ordering: .relaxed), ring.writtenIndex)
        let length = isSounding ? max(0, min(Self.fadeSamples, mark - cursor, count)) : 0
        ring.copy(from: cursor, into: scratch, count: length)
        let fall = gain / Float(max(1, length))
        for index in 0..<length {
            let faded = Float(scratch[index]) * (gain - fall * Float(index))
            mix[index] = mix[index] + faded
        }
        skip(to: mark)
        setGain()
        return length
    }

    // MARK: - Loudness

    private var wished: Float { Float(bitPattern: share.gainBits.load(ordering: .relaxed)) }

    private func setGain() {
        goal = wished
        gain = goal
        rampLeft = 0
    }

    /// Starts a ramp to a newly requested gain.
    private func chase() {
        let wished = wished
        guard wished != goal else { return }
        guard isSounding else { return setGain() }
        goal = wished
        step = (goal - gain) / Float(Self.rampSamples)
        rampLeft = Self.rampSamples
    }

    private func add(
        _ samples: UnsafePointer<Int16>, to mix: UnsafeMutablePointer<Float>, count: Int
    ) {
        guard rampLeft > 0 || fadeLeft > 0 else {
            for index in 0..<count { mix[index] = mix[index] + Float(samples[index]) * gain }
            return
        }
        for index in 0..<count {
            if rampLeft > 0 {
                rampLeft -= 1
                gain = rampLeft == 0 ? goal : gain + step
            }
            var factor = gain
            if fadeLeft > 0 {
                factor *= 1 - Float(fadeLeft) / Float(Self.fadeSamples)
                fadeLeft -= 1
            }
            mix[index] = mix[index] + Float(samples[index]) * factor
        }
    }
}
