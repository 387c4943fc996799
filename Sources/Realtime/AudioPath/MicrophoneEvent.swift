/// Samples and events of the microphone, reported in order on the processing thread.
package enum MicrophoneEvent: Sendable, Equatable {
    /// Samples of an open gate.
    case chunk(MicrophoneChunk)
    /// The gate closed, and every sample up to the closing mark has been given.
    case segmentEnded(sample: Int64)
    /// Speech began at a sample, which was captured at a time (nanoseconds, CLOCK_MONOTONIC).
    case speechStarted(sample: Int64, at: Int64)
    /// Speech ended at a sample, which was captured at a time.
    case speechEnded(sample: Int64, at: Int64)
    /// The device was lost; the text says which and what to do.
    case captureLost(String)
    /// The device is back; the text says what was granted.
    case captureBack(String)
}

/// Mono samples at 16 kHz, 20 ms of them or the shorter rest of a segment.
package struct MicrophoneChunk: Sendable, Equatable {
    package var samples: [Int16]
    /// Counted since the engine started.
    package var firstSample: Int64

    /// Samples beginning at a number.
    package init(samples: [Int16], firstSample: Int64) {
        self.samples = samples
        self.firstSample = firstSample
    }
}
