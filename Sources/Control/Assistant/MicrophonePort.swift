/// Events of the microphone, in the order of capture.
///
/// The bridge hops from the processing thread to the assistant's executor and keeps the order.
package enum MicrophoneSignal: Sendable, Equatable {
    /// Mono samples of the open segment, at the session's input rate; `first` counts samples since
    /// the engine started.
    case samples([Int16], first: Int64)
    /// The gate closed, and every sample up to the closing mark has been given.
    case segmentEnded(sample: Int64)
    /// The local voice detector heard speech begin at that sample and time.
    case speechStarted(sample: Int64, at: Int64)
    /// Speech ended; `at` is when the last of it was captured, before the hangover.
    case speechEnded(sample: Int64, at: Int64)
    /// The device was lost; the text says which and what to do.
    case lost(String)
    /// The device is back; the text says what was granted.
    case back(String)
}

/// The microphone's gate: two points in capture time bound the samples that are delivered.
package protocol MicrophonePort: Sendable {
    /// Opens the gate at a time in the past, minus the pre-roll.
    func open(at nanoseconds: Int64, preRollMilliseconds: Int)
    /// Opens the gate at a sample where speech began, minus the pre-roll.
    func openAtSpeech(sample: Int64, preRollMilliseconds: Int)
    /// Closes the gate at a time; samples up to it still come, then `segmentEnded`.
    func close(at nanoseconds: Int64)
}
