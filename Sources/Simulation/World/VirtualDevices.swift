internal import Assistant

/// A microphone with a gate, whose samples are their own numbers.
///
/// Sample `i` has the value `i` modulo 2^16, so that a hole or a repetition shows.
final class VirtualMicrophone: MicrophonePort, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// Samples delivered at once; a card that comes back may grant other periods.
    private var chunk: Int64 = 1600

    private struct Segment {
        var next: Int64
        var end: Int64?
    }

    private let loop: VirtualLoop
    private var segments: [Segment] = []
    private var isRunning = false
    private var run = 0
    private(set) var isLost = false
    /// The first sample that the current program can have: nothing was captured before it started,
    /// or while the card was removed.
    private var oldest: Int64 = 0
    /// Whether its hardware switch mutes it, so that it delivers nothing.
    var isShut = false
    /// The samples being delivered, and up to which sample they were sent; samples that the
    /// assistant drops may be delivered again.
    private(set) var giving: Range<Int64> = 0..<0
    private var sent: Int64 = 0
    /// The samples of noise that the service does not take for a voice.
    var quiet: [Range<Int64>] = []
    var onSignal: (MicrophoneSignal) -> Void = { _ in }

    init(loop: VirtualLoop) { self.loop = loop }

    static func sample(_ index: Int64) -> Int16 { Int16(truncatingIfNeeded: index) }
    static func index(at time: Int64) -> Int64 { time * 16 / 1_000_000 }

    func open(at nanoseconds: Int64, preRollMilliseconds: Int) {
        openAtSpeech(
            sample: Self.index(at: nanoseconds), preRollMilliseconds: preRollMilliseconds)
    }

    func openAtSpeech(sample: Int64, preRollMilliseconds: Int) {
        // The pre-roll may reach back into samples that were already delivered.
        segments.append(Segment(next: max(oldest, sample - Int64(preRollMilliseconds) * 16)))
        begin()
    }

    func close(at nanoseconds: Int64) {
        guard let last = segments.indices.last, segments[last].end == nil else { return }
        segments[last].end = max(Self.index(at: nanoseconds), segments[last].next)
    }

    /// Counts the delivered samples as sent; returns how many of them are new.
    func takeFresh() -> Int {
        defer { sent = max(sent, giving.upperBound) }
        return Int(giving.upperBound - min(max(sent, giving.lowerBound), giving.upperBound))
    }

    /// Called when a program begins to capture.
    func start() { oldest = Self.index(at: loop.now) }

    /// Removes the card, with the samples that it has not delivered.
    func lose() {
        stop()
        isLost = true
        onSignal(.lost("unplugged"))
    }

    /// Brings the card back, with periods of this number of samples.
    func come(chunk: Int64) {
        self.chunk = chunk
        isLost = false
        oldest = Self.index(at: loop.now)
        onSignal(.back("16000 Hz"))
    }

    /// Stops delivering.
    func stop() {
        segments = []
        isRunning = false
        run += 1
    }

    private func begin() {
        guard !isRunning else { return }
        isRunning = true
        run += 1
        let mine = run
        loop.after(0) { self.step(mine) }
    }

    private func step(_ mine: Int) {
        guard mine == run else { return }
        let captured = Self.index(at: loop.now)
        while let segment = segments.first {
            if let end = segment.end, segment.next >= end {
                segments.removeFirst()
                onSignal(.segmentEnded(sample: end))
                guard mine == run else { return }
                continue
            }
            let limit = min(segment.end ?? .max, captured)
            let count = min(chunk, limit - segment.next)
            let isTail = segment.end.map { $0 <= captured } ?? false
            guard count == chunk || (isTail && count > 0) else { break }
            segments[0].next += count
            guard !isShut else { continue }
            giving = segment.next..<segments[0].next
            let samples = (segment.next..<(segment.next + count)).map { index in
                quiet.contains { $0.contains(index) } ? 0 : Self.sample(index)
            }
            onSignal(.samples(samples, first: segment.next))
            // The report may have stopped the microphone.
            guard mine == run else { return }
        }
        isRunning = !segments.isEmpty
        if isRunning { loop.after(20_000_000) { self.step(mine) } }
    }
}

/// The light, by which the user sees the device's state.
struct WorldIndicator: IndicatorPort {
    let onShow: @Sendable (Indication) -> Void

    func show(_ indication: Indication) { onShow(indication) }
}

/// The device's own sounds, by which the user hears that no answer comes.
struct WorldEarcons: EarconPort {
    let onRefusal: @Sendable (Earcon) -> Void

    func play(_ earcon: Earcon) {
        switch earcon {
        case .error, .offline, .refused, .noMicrophone, .noKey, .noNetwork, .settings, .budget,
            .sameTrouble:
            onRefusal(earcon)
        case .done: onRefusal(earcon)
        case .listening, .muted, .confirm: break
        }
    }
}

/// The timeline, for the world's checks.
struct WorldTimeline: TimelinePort {
    let onEntry: @Sendable (TimelineEntry) -> Void

    func record(_ entry: TimelineEntry) { onEntry(entry) }
}
