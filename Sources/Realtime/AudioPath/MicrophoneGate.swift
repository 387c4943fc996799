internal import Linux
internal import Synchronization

/// Opens and closes the way of microphone samples to Control, at points in captured time.
///
/// ## Concurrency
/// Called by any thread but a real-time one; the processing thread takes the marks.
package final class MicrophoneGate: Sendable {
    enum Mark: Equatable {
        case open(at: Int64, preRollMilliseconds: Int)
        case openAtSample(Int64, preRollMilliseconds: Int)
        case close(at: Int64)
    }

    /// Marks that may wait; more is not a user.
    private static let limit = 64

    private let marks = Mutex<[Mark]>([])
    private let wake: EventFD

    init(wake: EventFD) { self.wake = wake }

    /// Opens at a time (nanoseconds, CLOCK_MONOTONIC), which may lie in the past, less a pre-roll.
    package func open(at nanoseconds: Int64, preRollMilliseconds: Int) {
        add(.open(at: nanoseconds, preRollMilliseconds: preRollMilliseconds))
    }

    /// Opens at a sample, such as an onset of speech, less a pre-roll.
    package func openAtSpeech(sample: Int64, preRollMilliseconds: Int) {
        add(.openAtSample(sample, preRollMilliseconds: preRollMilliseconds))
    }

    /// Closes at a time; what was captured before it is still given, then the end is told.
    package func close(at nanoseconds: Int64) {
        add(.close(at: nanoseconds))
    }

    private func add(_ mark: Mark) {
        marks.withLock { marks in
            if marks.count < Self.limit {
                marks.append(mark)
            } else if case .close = mark {
                // Its opening goes with it, or the microphone would stay open.
                switch marks.last {
                case .open, .openAtSample: marks.removeLast()
                case .close, nil: break
                }
            }
        }
        wake.signal()
    }

    func take() -> [Mark] {
        marks.withLock { marks in
            defer { marks = [] }
            return marks
        }
    }
}
