internal import Linux
package import WebSockets

/// A microphone for ALSA's `file` PCM: a named pipe that is fed in real time.
///
/// Silence flows all the time, and what is said in between.
///
/// ## Concurrency
/// Confined to a loop's thread, whose timers feed the pipe.
package final class SimulatedMicrophone: @unchecked Sendable {
    // @unchecked: touched on the loop's thread only.

    /// 20 ms at 16 kHz.
    private static let blockSamples = 320
    private static let blockNanoseconds: Int64 = 20_000_000

    private let loop: EventLoop
    private let pipe: FileDescriptor
    private var words: [Int16] = []
    private var position = 0
    private var next: Int64 = 0
    private var timer: LoopTimer?
    private var onSaid: (@Sendable () -> Void)?

    /// Makes the pipe; samples are mono, 16 kHz, little-endian, without a header.
    package init(loop: EventLoop, path: String) throws {
        self.loop = loop
        pipe = try Files.makePipe(path, mode: 0o600)
    }

    /// Begins to feed; on the loop.
    package func start() {
        next = MonotonicClock.now()
        feed()
    }

    /// Ends feeding; on the loop.
    package func stop() { timer?.cancel() }

    /// Speaks samples, and calls the closure when the last of them is in the pipe; on the loop.
    package func say(_ samples: [Int16], then: @escaping @Sendable () -> Void) {
        words = samples
        position = 0
        onSaid = then
    }

    private func feed() {
        let now = MonotonicClock.now()
        while next <= now {
            writeBlock()
            next += Self.blockNanoseconds
        }
        timer = loop.schedule(at: next) { [weak self] in self?.feed() }
    }

    private func writeBlock() {
        let end = min(position + Self.blockSamples, words.count)
        var block = Array(words[position..<end])
        block += [Int16](repeating: 0, count: Self.blockSamples - block.count)
        position = end
        let bytes = block.flatMap { sample in
            [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
        // A reader that is not there yet leaves the pipe full; silence is lost then, not words.
        _ = try? pipe.write(bytes[...])
        if position == words.count, let handler = onSaid {
            onSaid = nil
            handler()
        }
    }
}
