internal import AudioCore
package import Linux
internal import Synchronization

/// The writing end of playback: mono samples at 24 kHz.
///
/// A reply may come much faster than it is heard, so what the ring does not hold waits behind it,
/// for minutes; nothing of it is dropped.
///
/// ## Concurrency
/// One thread at a time (the event loop), which also calls `refill` when `events` is readable.
package final class Speaker: @unchecked Sendable {
    // @unchecked: `spill` and the writers are used by the one thread that the contract names.

    /// The ring holds a few seconds.
    static let ringSamples = 1 << 16
    /// Below this, more is asked for.
    static let refillBelowSamples = ringSamples / 2
    static let earconRingSamples = 1 << 17
    /// A reply longer than this is not speech any more (samples): half an hour.
    private static let spillLimitSamples = 30 * 60 * Int(AudioSettings.speechRate)

    private let speech: RingWriter
    private let earcons: RingWriter
    let share: PlaybackShare

    private var spill: [[Int16]] = []
    private var spillStart = 0
    private var spillOffset = 0
    private var spillSamples = 0
    private var isEnded = false

    init(speech: consuming RingWriter, earcons: consuming RingWriter, share: PlaybackShare) {
        self.speech = speech
        self.earcons = earcons
        self.share = share
    }

    /// Adds to the reply; returns false when it is longer than can be kept.
    @discardableResult
    package func enqueue(_ samples: [Int16]) -> Bool {
        isEnded = false
        guard spillSamples + samples.count <= Self.spillLimitSamples else { return false }
        if spillSamples > 0 {
            spill.append(samples)
            spillSamples += samples.count
            refill()
        } else {
            let written = put(samples, from: 0)
            if written < samples.count {
                spill = [samples]
                spillStart = 0
                spillOffset = written
                spillSamples = samples.count - written
                share.wantsRefill.store(true, ordering: .relaxed)
            }
        }
        share.wake.signal()
        return true
    }

    private func put(_ samples: [Int16], from offset: Int) -> Int {
        samples.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return speech.write(base + offset, count: samples.count - offset)
        }
    }

    /// Moves what waits behind the ring into it; called when `events` is readable.
    package func refill() {
        while spillStart < spill.count {
            let samples = spill[spillStart]
            let written = put(samples, from: spillOffset)
            spillSamples -= written
            spillOffset += written
            guard spillOffset == samples.count else {
                share.wantsRefill.store(true, ordering: .relaxed)
                return
            }
            spillStart += 1
            spillOffset = 0
        }
        spill.removeAll(keepingCapacity: true)
        spillStart = 0
        markEnd()
    }

    /// Says that the reply is whole, so that its start need not wait for a prebuffer.
    package func endOfTurn() {
        isEnded = true
        markEnd()
    }

    private func markEnd() {
        guard isEnded, spillSamples == 0 else { return }
        share.endMark.store(speech.writtenIndex, ordering: .releasing)
        share.wake.signal()
    }

    /// Silence at once; nothing enqueued before is played after this.
    package func flush() {
        spill = []
        spillStart = 0
        spillOffset = 0
        spillSamples = 0
        isEnded = false
        share.flushMark.store(speech.writtenIndex, ordering: .relaxed)
        share.flushCount.wrappingAdd(1, ordering: .releasing)
        share.wake.signal()
    }

    /// Plays a short sound of our own beside the reply; what does not fit is not played.
    package func playEarcon(_ samples: [Int16]) {
        samples.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            _ = earcons.write(base, count: buffer.count)
        }
        share.wake.signal()
    }

    /// The volume, 0 to 1; it glides there within a period.
    package func setGain(_ gain: Float) {
        // Written so that what is no number is silence, too.
        let usable: Float = gain > 0 ? min(gain, 1) : 0
        share.gainBits.store(usable.bitPattern, ordering: .relaxed)
    }

    /// Frames enqueued and not given to the device.
    package var pendingFrames: Int {
        spillSamples + Self.ringCapacity - speech.room
    }
    private static var ringCapacity: Int { ringSamples }

    /// Readable when `snapshot` has changed or a refill is due.
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

    init(_ share: PlaybackShare) {
        startedCount = share.startedCount.load(ordering: .acquiring)
        startedAt = Int64(share.startedAt.value)
        drainedCount = share.drainedCount.load(ordering: .acquiring)
        drainedAt = Int64(share.drainedAt.value)
        silentCount = share.silentCount.load(ordering: .acquiring)
        silentAt = Int64(share.silentAt.value)
        speechPlayed = share.speechPlayed.value
    }
}
