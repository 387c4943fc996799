internal import SignalProcessing

/// Cuts the segments that the gate lets through out of the stream of microphone samples.
///
/// The newest seconds are kept, so that a segment may begin in the past. Everything between the
/// marks is delivered, in order and without a gap; two segments may overlap in time, since the
/// pre-roll of the second may reach into the first.
struct SegmentCutter {
    /// Samples kept for marks in the past: for the pre-roll and the delay of a press.
    static let historySamples = 4 * Int(AudioSettings.microphoneRate)
    /// Segments whose ends have not been captured yet; at most the last is open.
    static let segmentLimit = 4

    private struct Segment {
        var next: Int64
        var end: Int64?
    }

    private var history: [Int16]
    /// Samples appended since the start.
    private(set) var total: Int64 = 0
    private var segments: [Segment] = []

    init() {
        history = [Int16](repeating: 0, count: Self.historySamples)
    }

    /// Whether no segment is under way.
    var isIdle: Bool { segments.isEmpty }

    private var oldest: Int64 { max(0, total - Int64(Self.historySamples)) }

    mutating func append(_ samples: UnsafeBufferPointer<Int16>) {
        for sample in samples {
            history[Int(total % Int64(Self.historySamples))] = sample
            total += 1
        }
    }

    /// Begins a segment at a sample, or at the oldest that is kept.
    mutating func open(at sample: Int64) {
        guard segments.last?.end != nil || segments.isEmpty, segments.count < Self.segmentLimit
        else { return }
        segments.append(Segment(next: max(sample, oldest), end: nil))
    }

    /// Ends the open segment before a sample.
    mutating func close(at sample: Int64) {
        guard let last = segments.last, last.end == nil else { return }
        segments[segments.count - 1].end = max(sample, last.next)
    }

    /// Ends all segments at the last captured sample, because the device is lost.
    mutating func closeAll() {
        for index in segments.indices {
            segments[index].end = min(segments[index].end ?? total, total)
        }
    }

    /// The next event to report; nil when more must be captured first.
    mutating func next() -> MicrophoneEvent? {
        guard let segment = segments.first else { return nil }
        let limit = min(total, segment.end ?? total)
        let full = segment.next + Int64(AudioSettings.frameSamples)
        if full <= limit { return take(upTo: full) }
        guard let end = segment.end, end <= total else { return nil }
        if segment.next < end { return take(upTo: end) }
        segments.removeFirst()
        return .segmentEnded(sample: end)
    }

    private mutating func take(upTo end: Int64) -> MicrophoneEvent {
        // A reader that fell this far behind would find its samples overwritten; this never happens
        // while the processing thread runs, since it reads after every append.
        let first = max(segments[0].next, oldest)
        let samples = (first..<max(first, end)).map {
            history[Int($0 % Int64(Self.historySamples))]
        }
        segments[0].next = end
        return .chunk(MicrophoneChunk(samples: samples, firstSample: first))
    }
}
