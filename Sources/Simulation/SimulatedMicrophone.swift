internal import Linux
internal import Synchronization
internal import WebSockets

/// A microphone for ALSA's `file` PCM: a named pipe that is fed in real time.
///
/// Silence is fed all the time, with words in between. The reader takes sound when it is due by the
/// system's clock; if a busy machine has held up either side, the rest is taken at once. Then, for
/// the reader, sound from the pipe was captured before it was spoken here, which no microphone
/// does; so words begin only when the reader is in time.
///
/// ## Concurrency
/// The pipe is fed on its own thread; the methods may be called from any task.
package final class SimulatedMicrophone: @unchecked Sendable {
    // @unchecked: all mutable state is accessed only on the loop's thread.

    /// 20 ms at 16 kHz.
    private static let blockSamples = 320
    private static let bytesPerMillisecond = 32
    /// The most that waits for the reader (bytes): more would be heard later than it is spoken.
    private static let aheadBytes = 2 * 2 * blockSamples
    /// A reader that is at most this far behind is in time for words (bytes): users do not time
    /// their words that closely to the button.
    private static let lateBytes = 80 * bytesPerMillisecond
    private static let tickNanoseconds: Int64 = 5_000_000
    /// After a late wake-up all that was due meanwhile is fed at once, up to this (bytes).
    private static let catchUpBytes = 1000 * bytesPerMillisecond

    private let loop: EventLoop
    private let pipe: FileDescriptor
    private var pace = ReaderPace(
        bytesPerMillisecond: bytesPerMillisecond, allowanceBytes: lateBytes)
    private var fedBytes = 0
    private var fedAt = MonotonicClock.now()
    private var words: [Int16] = []
    private var position = 0
    /// Words that wait for the reader to be in time; at `until` they begin anyway.
    private var waiting: (words: [Int16], until: Int64)?
    private var timer: LoopTimer?
    private var onSaid: (@Sendable () -> Void)?

    /// Creates the pipe and begins to feed it: mono, 16 kHz, little-endian, without a header.
    package init(path: String) throws {
        pipe = try Files.makePipe(path, mode: 0o600)
        loop = try EventLoop(name: "microphone")
        loop.perform { [weak self] in self?.feed() }
    }

    /// Ends feeding; a reader waits from then on.
    package func stop() { loop.stop() }

    /// Speaks samples; returns when the last of them is in the pipe, and since when
    /// (nanoseconds, CLOCK_MONOTONIC); or at once when the task is cancelled.
    @discardableResult
    package func say(_ samples: [Int16]) async -> Int64 {
        let isGivenUp = Flag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (said: CheckedContinuation<Int64, Never>) in
                loop.perform { [self] in
                    let now = MonotonicClock.now()
                    waiting = (samples, now + ReaderPace.patienceNanoseconds)
                    onSaid = { said.resume(returning: MonotonicClock.now()) }
                    if isGivenUp.isSet { fallSilent() }
                    begin(at: now)
                }
            }
        } onCancel: {
            // Without a reader the words would never be read to their end.
            isGivenUp.set()
            loop.perform { [self] in fallSilent() }
        }
    }

    private func fallSilent() {
        let handler = onSaid
        onSaid = nil
        waiting = nil
        position = words.count
        handler?()
    }

    private func begin(at now: Int64) {
        guard let waiting,
            pace.isInTime && pipe.pendingBytes <= Self.aheadBytes || waiting.until <= now
        else { return }
        words = waiting.words
        position = 0
        self.waiting = nil
    }

    private func feed() {
        let now = MonotonicClock.now()
        let late = max(0, now - fedAt - Self.tickNanoseconds) / 1_000_000
        fedAt = now
        let pending = pipe.pendingBytes
        pace.look(takenBytes: fedBytes - pending, at: now)
        begin(at: now)
        // A reader that has left something in the pipe is not starved.
        let isStarved = pending == 0 && fedBytes > 0
        let due = isStarved ? min(Int(late) * Self.bytesPerMillisecond, Self.catchUpBytes) : 0
        // The reader sets the pace, as a sound card would.
        while pipe.pendingBytes < Self.aheadBytes + due { writeBlock() }
        timer = loop.schedule(at: now + Self.tickNanoseconds) { [weak self] in self?.feed() }
    }

    private func writeBlock() {
        let end = min(position + Self.blockSamples, words.count)
        var block = Array(words[position..<end])
        block += [Int16](repeating: 0, count: Self.blockSamples - block.count)
        position = end
        let bytes = block.flatMap { sample in
            [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
        _ = try? pipe.write(bytes[...])
        fedBytes += bytes.count
        if waiting == nil, position == words.count { fallSilent() }
    }
}

/// A flag that is set once.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
