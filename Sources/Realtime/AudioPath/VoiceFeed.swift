internal import AudioCore
internal import Linux
internal import Synchronization

/// Control's end of a voice: samples that do not fit the ring wait behind it.
///
/// ## Concurrency
/// The speaker's thread and the feeding thread call it; a lock admits one of them at a time. The
/// playback thread never takes the lock.
final class VoiceFeed: @unchecked Sendable {
    // @unchecked: all mutable state is accessed with `lock` held.

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
    /// Repeated until the voice is stopped.
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

    /// Whether it repeats a sound until it is stopped.
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
            // Freed now, since a long reply holds tens of megabytes.
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

    /// Requests a refill when the ring runs low; false if the ring ran low before the reader could
    /// see the request, so that it will not check again.
    private func askAgain() -> Bool {
        share.wantsRefill.store(true, ordering: .relaxed)
        // When two threads each write one value and then read the other's, at least one sees the
        // write.
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

    /// Marks the sound as whole: no more of it follows.
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

    /// Discards waiting samples, and marks those in the ring as not to be played.
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
