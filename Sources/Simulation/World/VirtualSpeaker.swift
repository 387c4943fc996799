internal import Assistant

/// A loudspeaker that plays in virtual time, and reports which samples are heard.
final class VirtualSpeaker: SpeakerPort, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// How much is heard again when a reply resumes: 100 ms.
    private static let overlap = 2400
    private static let perMillisecond = 24
    private static let period: Int64 = 20_000_000

    /// Samples of one value, which is the answer's number.
    private struct Piece {
        let value: Int
        var count: Int
    }

    private let loop: VirtualLoop
    /// Unheard samples; the first piece has been playing since `front`.
    private var queue: [Piece] = []
    private var front: Int64 = 0
    /// The samples heard last, for a resume.
    private var recent: [Piece] = []
    /// Samples at the front that were heard before.
    private var repeated = 0
    private var isHeld = false
    private(set) var isLost = false
    private var isPlaying = false
    private var generation = 0
    var onSignal: (SpeakerSignal) -> Void = { _ in }
    /// Called with the value and the number of samples that were heard, each once.
    var onHeard: (Int, Int) -> Void = { _, _ in }

    init(loop: VirtualLoop) { self.loop = loop }

    var pendingFrames: Int {
        advance()
        return queue.reduce(0) { $0 + $1.count }
    }

    /// Reports what has been heard up to now.
    func advance() {
        guard !isHeld, !isLost, isPlaying else { return }
        var elapsed = Int((loop.now - front) * Int64(Self.perMillisecond) / 1_000_000)
        while elapsed > 0, !queue.isEmpty {
            let count = min(elapsed, queue[0].count)
            hear(Piece(value: queue[0].value, count: count))
            front += Int64(count) * 1_000_000 / Int64(Self.perMillisecond)
            elapsed -= count
            queue[0].count -= count
            if queue[0].count == 0 { queue.removeFirst() }
        }
    }

    private func hear(_ piece: Piece) {
        let again = min(repeated, piece.count)
        repeated -= again
        if piece.count > again { onHeard(piece.value, piece.count - again) }
        recent.append(piece)
        while recent.reduce(0, { $0 + $1.count }) - recent[0].count >= Self.overlap {
            recent.removeFirst()
        }
    }

    func play(_ samples: [Int16]) {
        guard let value = samples.first else { return }
        advance()
        queue.append(Piece(value: Int(value), count: samples.count))
        if !isHeld, !isLost { begin() }
    }

    private func begin() {
        if !isPlaying {
            isPlaying = true
            front = loop.now
            let mine = generation
            loop.after(Self.period) {
                guard self.generation == mine else { return }
                self.onSignal(.started(at: self.loop.now))
            }
        }
        let mine = generation
        let left = Int64(queue.reduce(0) { $0 + $1.count })
        let end = front + left * 1_000_000 / Int64(Self.perMillisecond)
        loop.schedule(at: end + Self.period) {
            guard self.generation == mine, self.isPlaying, self.pendingFrames == 0 else { return }
            self.isPlaying = false
            self.recent = []
            self.generation += 1
            self.onSignal(.drained(at: self.loop.now))
        }
    }

    func endOfTurn() {}

    func flush() {
        silence()
        queue = []
        recent = []
        repeated = 0
        isHeld = false
    }

    func hold() {
        silence()
        isHeld = true
        var again = Self.overlap - repeated
        while again > 0, let last = recent.popLast() {
            let count = min(again, last.count)
            queue.insert(Piece(value: last.value, count: count), at: 0)
            repeated += count
            again -= count
        }
        recent = []
    }

    func resume() {
        guard isHeld else { return }
        isHeld = false
        if !isLost { begin() }
    }

    /// Removes the device; unheard samples wait.
    func lose() {
        advance()
        generation += 1
        isPlaying = false
        isLost = true
        onSignal(.lost("unplugged"))
    }

    /// Brings the device back; it resumes.
    func come() {
        isLost = false
        if !isHeld, !queue.isEmpty { begin() }
        onSignal(.back("24000 Hz"))
    }

    /// The program has ended; nothing is reported.
    func die() {
        advance()
        generation += 1
        isPlaying = false
        isHeld = false
        queue = []
        recent = []
        repeated = 0
    }

    private func silence() {
        advance()
        generation += 1
        isPlaying = false
        loop.after(15_000_000) { self.onSignal(.silent(at: self.loop.now)) }
    }
}
