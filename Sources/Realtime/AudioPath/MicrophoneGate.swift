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

    private struct State: Sendable {
        var marks: [Mark] = []
        /// True at the start too, so that a microphone that is missing is known before a press.
        var isWanted = true
    }

    private let state = Mutex(State())
    private let wake: EventFD
    private let demand: EventFD
    private let shut = Atomic(false)

    /// A gate whose marks are announced by `wake`, and the wish for a microphone by `demand`.
    init(wake: EventFD, demand: EventFD) {
        self.wake = wake
        self.demand = demand
    }

    /// Whether somebody listens, or will as soon as there is a microphone.
    var isWanted: Bool { state.withLock { $0.isWanted } }

    /// Nobody listens any more; returns false where a mark waits, which says otherwise.
    func release() -> Bool {
        state.withLock { state in
            guard state.marks.isEmpty else { return false }
            state.isWanted = false
            return true
        }
    }

    /// Shuts the microphone whatever the marks say, or takes that back: what is captured while it
    /// is shut is silence to all that follows.
    package func setShut(_ isShut: Bool) { shut.store(isShut, ordering: .releasing) }

    /// Whether it is shut.
    package var isShut: Bool { shut.load(ordering: .acquiring) }

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
        let isNew = state.withLock { state in
            let wasWanted = state.isWanted
            switch mark {
            case .open, .openAtSample: state.isWanted = true
            case .close: break
            }
            if state.marks.count < Self.limit {
                state.marks.append(mark)
            } else if case .close = mark {
                // Its opening goes with it, or the microphone would stay open.
                switch state.marks.last {
                case .open, .openAtSample: state.marks.removeLast()
                case .close, nil: break
                }
            }
            return state.isWanted && !wasWanted
        }
        if isNew { demand.signal() }
        wake.signal()
    }

    func take() -> [Mark] {
        state.withLock { state in
            defer { state.marks = [] }
            return state.marks
        }
    }
}
