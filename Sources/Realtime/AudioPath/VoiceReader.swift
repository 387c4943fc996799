internal import AudioCore
internal import Synchronization

/// What the two ends of a voice share, as atomics.
final class VoiceShare: Sendable {
    /// The sample that is mixed next; written by the playback thread.
    let cursor = Atomic<Int>(0)
    /// The sound up to this index is whole.
    let endMark = Atomic<Int>(0)
    /// Samples before this index are not played, once that was asked for.
    let stopMark = Atomic<Int>(0)
    /// How often that was asked for; not used by speech, whose flush silences the device.
    let stopCount = Atomic<Int>(0)
    /// The wished gain, as the bits of a Float.
    let gainBits: Atomic<UInt32>
    /// More waits behind the ring.
    let wantsRefill = Atomic<Bool>(false)

    /// Below this share of the ring more is asked for.
    private static let refillDivisor = 2

    init(gain: Float) { gainBits = Atomic(gain.bitPattern) }

    /// Whether a voice's ring runs low when it holds this number of samples that were not mixed.
    func isLow(_ samples: Int, of voice: PlaybackVoice) -> Bool {
        samples < voice.ringSamples / Self.refillDivisor
    }
}

/// The playback thread's end of a voice: where it is in the samples, and how loud they are now.
///
/// What was mixed stays in the ring for a while, since the device plays it later and may have to
/// forget it: then the voice goes back to what was heard last.
///
/// ## Concurrency
/// One thread at a time, the owner of the `PlaybackPort`; nothing allocates but `init`.
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
    /// Where the sound began that is mixed now; it is never taken back further.
    private var start = 0
    private var isSounding = false

    /// How much of what was mixed is kept for a return (samples).
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

    /// Stands in an output for a voice that another plays.
    static func silent(_ voice: PlaybackVoice) -> VoiceReader {
        var ring = SampleRing(capacity: 1)
        return VoiceReader(voice: voice, ring: ring.takeReader(), share: VoiceShare(gain: 0))
    }

    /// Samples that can be mixed now.
    var available: Int { ring.writtenIndex - cursor }

    /// The sound is whole up to an index that lies ahead, or at the cursor.
    var isEnded: Bool { share.endMark.load(ordering: .acquiring) >= ring.writtenIndex }

    /// Keeps this much of what was mixed, as far as the ring has room for it beside what comes.
    func keep(_ samples: Int) {
        keptSamples = min(samples, voice.ringSamples / 2)
    }

    /// Adds at most `count` samples to a mix, and returns how many it has.
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

    /// Goes back to a sample of the sound that is mixed now, or to its beginning; what follows is
    /// faded in, unless it is the beginning.
    func goBack(to index: Int) {
        let index = max(index, start, ring.readIndex)
        guard index < cursor else { return }
        fadeLeft = index > start ? Self.fadeSamples : 0
        move(to: index)
    }

    /// Goes on to a sample, which begins another sound.
    func skip(to mark: Int) {
        move(to: min(max(mark, cursor), ring.writtenIndex))
        start = cursor
        isSounding = false
        fadeLeft = 0
    }

    /// Whether the ring runs low and there is more behind it.
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

    /// Ends the sound that was stopped, with its next few samples.
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

    /// Sets out for a gain that is newly wished for.
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
