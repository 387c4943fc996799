internal import AudioCore
internal import SignalProcessing

/// Carries to the canceller what the playback thread really wrote to the card.
///
/// It is mono at the device's rate, each piece with the time at which it will be heard: a ring of
/// messages, each a head of eight samples and the piece. Pieces that find no room are dropped, and
/// the canceller gets silence instead. `wrote` and `tookBack` neither allocate nor lock.
///
/// ## Concurrency
/// Written by the playback thread, read by the processing thread.
package final class EchoReference: @unchecked Sendable {
    // @unchecked: `mono` is the writing thread's, `head` the reading thread's; the ring is shared.

    /// A piece, or the notice that the last `frames` before it are not heard.
    enum Piece: Equatable {
        /// Frames at a rate (Hz), the first heard at a time (nanoseconds, CLOCK_MONOTONIC).
        case played(frames: Int, rate: Int32, heardAt: Int64)
        case takenBack(frames: Int)
    }

    private static let headSamples = 8
    /// The longest piece: a period of 100 ms at 192 kHz.
    static let longestPiece = 19_200
    /// The processing thread may be held up for this time (seconds).
    private static let capacitySeconds = 1
    /// A card may grant a higher rate than requested, so there is always room for this one (Hz).
    package static let usualRate: Int32 = 48_000

    private let writer: RingWriter
    private let reader: RingReader
    /// The writing thread's own.
    private let mono = SampleBuffer(count: longestPiece)
    /// The reading thread's own: a head whose piece has not come yet.
    private var head: (rate: Int32, frames: Int, time: Int64)?

    /// An empty ring, for a card of which a rate is requested (Hz).
    package init(rate: Int32 = usualRate) {
        let samples = Self.capacitySeconds * Int(max(rate, Self.usualRate))
        var ring = SampleRing(capacity: samples)
        writer = ring.takeWriter()
        reader = ring.takeReader()
    }

    // MARK: - The playback thread

    /// Records frames that were written, interleaved, to a card at a rate (Hz), and when the first
    /// is heard.
    package func wrote(
        _ samples: UnsafePointer<Int16>, channels: Int, frames: Int, rate: Int32, heardAt: Int64
    ) {
        guard frames > 0, frames <= Self.longestPiece,
            writer.room >= Self.headSamples + frames
        else { return }
        SampleMath.average(of: channels, from: samples, into: mono.start, count: frames)
        writeHead(rate: rate, frames: frames, time: heardAt)
        _ = writer.write(mono.start, count: frames)
    }

    /// The last `frames` that were written are not heard.
    package func tookBack(frames: Int) {
        guard frames > 0, writer.room >= Self.headSamples else { return }
        writeHead(rate: 0, frames: frames, time: 0)
    }

    private func writeHead(rate: Int32, frames: Int, time: Int64) {
        let numbers = (
            UInt64(UInt32(bitPattern: rate)) << 32 | UInt64(frames), UInt64(bitPattern: time)
        )
        withUnsafeBytes(of: numbers) { bytes in
            guard let start = bytes.assumingMemoryBound(to: Int16.self).baseAddress else { return }
            _ = writer.write(start, count: Self.headSamples)
        }
    }

    // MARK: - The processing thread

    /// The next piece, whose samples are put into a buffer that holds the longest; nil when there
    /// is none, or not all of it yet.
    func next(into samples: UnsafeMutablePointer<Int16>) -> Piece? {
        if head == nil, reader.available >= Self.headSamples { head = readHead() }
        guard let (rate, frames, time) = head else { return nil }
        if rate == 0 {
            head = nil
            return .takenBack(frames: frames)
        }
        guard reader.available >= frames else { return nil }
        head = nil
        _ = reader.read(into: samples, count: frames)
        return .played(frames: frames, rate: rate, heardAt: time)
    }

    private func readHead() -> (rate: Int32, frames: Int, time: Int64) {
        var numbers: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &numbers) { bytes in
            guard let start = bytes.assumingMemoryBound(to: Int16.self).baseAddress else { return }
            _ = reader.read(into: start, count: Self.headSamples)
        }
        return (
            Int32(truncatingIfNeeded: numbers.0 >> 32), Int(numbers.0 & 0xFFFF_FFFF),
            Int64(bitPattern: numbers.1)
        )
    }
}
