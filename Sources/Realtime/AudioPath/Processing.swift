/// The processing thread's own state.
struct Processing: ~Copyable {
    /// Numbers the samples, also from one device to the next.
    var cutter = SegmentCutter()
    var loop: ProcessingLoop?
    var isLost = false
    /// Whether the microphone is shut.
    var isShut = false
    /// When it was last reopened (nanoseconds, CLOCK_MONOTONIC).
    var openedAt: Int64?

    /// Processes one round of captured samples; returns whether more wait.
    mutating func drain(tell: (MicrophoneEvent) -> Void) -> Bool {
        loop?.shutter.isShut = isShut
        loop?.openedAt = openedAt
        return loop?.drain(into: &cutter, tell: tell) ?? false
    }

    /// The device is lost: ends its segments at its last sample.
    mutating func lose(_ text: String, tell: (MicrophoneEvent) -> Void) {
        cutter.closeAll()
        while let event = cutter.next() { tell(event) }
        loop = nil
        isLost = true
        tell(.captureLost(text))
    }

    /// Handles a mark of the gate; without a microphone a segment is empty.
    mutating func take(_ mark: MicrophoneGate.Mark) {
        switch mark {
        case .open(let time, let preRoll):
            open(at: sample(at: time) - samples(preRoll))
        case .openAtSample(let sample, let preRoll):
            open(at: sample - samples(preRoll))
        case .close(let time):
            cutter.close(at: sample(at: time))
        }
    }

    /// Samples of an earlier device do not belong to this segment, even if their numbers are near.
    private mutating func open(at sample: Int64) {
        cutter.open(at: max(sample, loop?.base ?? cutter.total))
    }

    /// Whether a time can be mapped to a sample, or the microphone is lost.
    func knowsTime() -> Bool {
        if isLost { return true }
        return loop?.knowsTime() ?? false
    }

    private func sample(at time: Int64) -> Int64 {
        if isLost { return cutter.total }
        return loop?.sample(at: time) ?? cutter.total
    }

    private func samples(_ milliseconds: Int) -> Int64 {
        Int64(milliseconds) * Int64(AudioSettings.microphoneRate) / 1000
    }
}
