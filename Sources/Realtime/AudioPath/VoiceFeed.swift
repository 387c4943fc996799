internal import AudioCore
internal import Linux
internal import Synchronization

/// Control's end of a voice: what the ring does not hold waits behind it.
///
/// ## Concurrency
/// The speaker's thread and the one that feeds; a lock lets one of them in at a time. The playback
/// thread never takes it.
final class VoiceFeed: @unchecked Sendable {
    // @unchecked: whatever changes is touched with `lock` held.

    let voice: PlaybackVoice
    let share: VoiceShare
    /// Wakes the thread that plays it.
    let wake: EventFD
    /// Protects everything below.
    private let lock = Mutex(())
    private let ring: RingWriter
    private var spill: [[Int16]] = []
    private var spillStart = 0
    private var spillOffset = 0
    private var spillSamples = 0
    /// Written again and again, until the voice is stopped.
    private var looped: [Int16] = []
    private var loopOffset = 0
    private var isEnded = false

    init(voice: PlaybackVoice, ring: consuming RingWriter, share: VoiceShare, wake: EventFD) {
        self.voice = voice
        self.wake = wake
        self.ring = ring
        self.share = share
    }

    /// Samples that were not mixed yet.
    var pending: Int {
        lock.withLock { _ in
            spillSamples + ring.writtenIndex - share.cursor.load(ordering: .acquiring)
        }
    }

    /// Samples that wait behind the ring.
    var waitingSamples: Int { lock.withLock { _ in spillSamples } }

    /// Whether it sounds until it is stopped.
    var isLooping: Bool { lock.withLock { _ in !looped.isEmpty } }

    /// Adds to the sound.
    func enqueue(_ samples: [Int16]) {
        lock.withLock { _ in
            isEnded = false
            spill.append(samples)
            spillSamples += samples.count
            fill()
        }
    }

    /// Adds a sound that is repeated until the voice is stopped.
    func loop(_ samples: [Int16]) {
        lock.withLock { _ in
            looped = samples
            loopOffset = 0
            fill()
        }
    }

    /// Moves what waits behind the ring into it.
    func refill() { lock.withLock { _ in fill() } }

    private func fill() {
        while spillStart < spill.count {
            let samples = spill[spillStart]
            let written = put(samples, from: spillOffset)
            spillSamples -= written
            spillOffset += written
            guard spillOffset == samples.count else {
                if askAgain() { return }
                continue
            }
            // Given back now, since a long reply holds tens of megabytes.
            spill[spillStart] = []
            spillStart += 1
            spillOffset = 0
        }
        forgetSpill()
        while !looped.isEmpty {
            let written = put(looped, from: loopOffset)
            loopOffset = (loopOffset + written) % looped.count
            guard written > 0 || !askAgain() else { return }
        }
        markEnd()
    }

    /// Wishes to be asked when the ring runs low; false when it has done so before it could know
    /// of the wish, and will not look again.
    private func askAgain() -> Bool {
        share.wantsRefill.store(true, ordering: .relaxed)
        // Of two that each write one thing and then read the other's, one sees what was written.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let unmixed = ring.writtenIndex - share.cursor.load(ordering: .acquiring)
        return !share.isLow(unmixed, of: voice)
    }

    private func put(_ samples: [Int16], from offset: Int) -> Int {
        samples.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return ring.write(base + offset, count: samples.count - offset)
        }
    }

    /// Says that no more of this sound comes.
    func end() {
        lock.withLock { _ in
            isEnded = true
            markEnd()
        }
    }

    private func markEnd() {
        guard isEnded, spillSamples == 0 else { return }
        share.endMark.store(ring.writtenIndex, ordering: .releasing)
    }

    /// Forgets what waits, and marks what the ring holds as not to be played.
    func forget() {
        lock.withLock { _ in
            forgetSpill()
            looped = []
            isEnded = false
            share.stopMark.store(ring.writtenIndex, ordering: .relaxed)
        }
    }

    private func forgetSpill() {
        spill.removeAll(keepingCapacity: spill.count < 64)
        spillStart = 0
        spillOffset = 0
        spillSamples = 0
    }
}
