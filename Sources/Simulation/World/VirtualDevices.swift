internal import Assistant
internal import ModelTypes
internal import Tools

/// A microphone with a gate, whose samples number themselves.
///
/// Sample `i` has the value `i` modulo 2^16, so that a hole or a repetition shows.
final class VirtualMicrophone: MicrophonePort, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    /// Samples given at once: 100 ms.
    private static let chunk: Int64 = 1600

    private struct Segment {
        var next: Int64
        var end: Int64?
    }

    private let loop: VirtualLoop
    private var segments: [Segment] = []
    private var isRunning = false
    /// What is being given, and how far what was given has been sent; what the assistant drops
    /// may be given again.
    private var giving: Range<Int64> = 0..<0
    private var sent: Int64 = 0
    /// Where there is only a noise that the service does not take for a voice.
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
        // The pre-roll may reach back into what was given already.
        segments.append(Segment(next: max(0, sample - Int64(preRollMilliseconds) * 16)))
        run()
    }

    func close(at nanoseconds: Int64) {
        guard let last = segments.indices.last, segments[last].end == nil else { return }
        segments[last].end = max(Self.index(at: nanoseconds), segments[last].next)
    }

    /// Counts what is being given as sent; how many samples of it never were before.
    func takeFresh() -> Int {
        defer { sent = max(sent, giving.upperBound) }
        return Int(giving.upperBound - min(max(sent, giving.lowerBound), giving.upperBound))
    }

    private func run() {
        guard !isRunning else { return }
        isRunning = true
        loop.after(0) { self.step() }
    }

    private func step() {
        let captured = Self.index(at: loop.now)
        while let segment = segments.first {
            if let end = segment.end, segment.next >= end {
                segments.removeFirst()
                onSignal(.segmentEnded(sample: end))
                continue
            }
            let limit = min(segment.end ?? .max, captured)
            let count = min(Self.chunk, limit - segment.next)
            let isTail = segment.end.map { $0 <= captured } ?? false
            guard count == Self.chunk || (isTail && count > 0) else { break }
            segments[0].next += count
            giving = segment.next..<segments[0].next
            let samples = (segment.next..<(segment.next + count)).map { index in
                quiet.contains { $0.contains(index) } ? 0 : Self.sample(index)
            }
            onSignal(.samples(samples, first: segment.next))
        }
        isRunning = !segments.isEmpty
        if isRunning { loop.after(20_000_000) { self.step() } }
    }
}

/// A function of a world, each of another behaviour.
enum VirtualFunction: String, CaseIterable {
    /// As the model would have it, which waits for none.
    case usual
    /// The model waits for it, and new words take it back.
    case waited
    /// Its late result cuts what the model says.
    case urgent
    /// Its late result waits until the model is silent.
    case patient

    var declaration: FunctionDeclaration {
        let behavior: FunctionDeclaration.Behavior? =
            switch self {
            case .usual: nil
            case .waited: .blocking
            case .urgent, .patient: .nonBlocking
            }
        return FunctionDeclaration(
            name: rawValue, description: "Does something.", behavior: behavior)
    }

    var scheduling: FunctionResponse.Scheduling? {
        switch self {
        case .usual, .waited: nil
        case .urgent: .interrupt
        case .patient: .whenIdle
        }
    }
}

/// Functions that take their time, and are counted.
final class VirtualTools: ToolPort, @unchecked Sendable {
    // @unchecked: see `VirtualLoop`.

    private let loop: VirtualLoop
    private var random: SeededRandom
    private var running: [String: @Sendable (ToolOutcome) -> Void] = [:]
    private(set) var executions: [String: Int] = [:]
    /// Told each call that was carried out to its end.
    var onEnd: (String) -> Void = { _ in }

    init(loop: VirtualLoop, seed: UInt64) {
        self.loop = loop
        random = SeededRandom(seed, stream: 2)
    }

    func conversationBegan() {}

    func run(_ call: FunctionCall, _ done: @escaping @Sendable (ToolOutcome) -> Void) {
        executions[call.id, default: 0] += 1
        running[call.id] = done
        loop.after(
            random.chance(80) ? random.milliseconds(1...200) : random.milliseconds(200...8_000)
        ) {
            let response = FunctionResponse(
                id: call.id, name: call.name, response: ["result": "done"],
                scheduling: VirtualFunction(rawValue: call.name)?.scheduling)
            guard let done = self.running.removeValue(forKey: call.id) else { return }
            self.onEnd(call.id)
            done(.answered(response))
        }
    }

    func cancel(_ identifiers: [String]) {
        for id in identifiers { running.removeValue(forKey: id)?(.cancelled) }
    }
}

/// Ports that nobody looks at.
struct NoIndicator: IndicatorPort {
    func show(_ indication: Indication) {}
}

/// The device's own sounds, by which the user knows that no answer comes.
struct WorldEarcons: EarconPort {
    let onRefusal: @Sendable (Earcon) -> Void

    func play(_ earcon: Earcon) {
        switch earcon {
        case .error, .offline, .refused, .noMicrophone, .noKey, .noNetwork, .settings, .budget,
            .sameTrouble:
            onRefusal(earcon)
        case .listening, .done, .muted, .confirm: break
        }
    }
}

/// The timeline, for the world's checks.
struct WorldTimeline: TimelinePort {
    let onEntry: @Sendable (TimelineEntry) -> Void

    func record(_ entry: TimelineEntry) { onEntry(entry) }
}
