internal import Linux
internal import Synchronization

/// Starts and stops the flow of microphone samples to Control, at points in captured time.
///
/// ## Concurrency
/// Called by any thread but a real-time one; the processing thread takes the marks.
package final class MicrophoneGate: Sendable {
    enum Mark: Equatable {
        case open(at: Int64, preRollMilliseconds: Int)
        case openAtSample(Int64, preRollMilliseconds: Int)
        case close(at: Int64)
    }

    /// Marks that may wait; no user makes more.
    private static let limit = 64

    // The demand is set under the lock, so that it agrees with the waiting marks.
    private let marks = Mutex<[Mark]>([])
    private let wake: EventFD
    private let demand: MicrophoneDemand
    private let shut = Atomic(false)
    private let shutUntil = Atomic<Int>(0)

    /// A gate that announces its marks by `wake`, and its need of a microphone by `demand`.
    init(wake: EventFD, demand: MicrophoneDemand) {
        self.wake = wake
        self.demand = demand
    }

    /// Whether a gate is open, or will open as soon as there is a microphone.
    var isWanted: Bool { demand.isWanted }

    /// Withdraws the demand; returns false, and keeps it, if a mark waits.
    func release() -> Bool {
        marks.withLock { marks in
            guard marks.isEmpty else { return false }
            demand.set(false)
            return true
        }
    }

    /// Shuts the microphone regardless of the marks, or reopens it: what is captured while it is
    /// shut reaches every later stage as silence.
    package func setShut(_ isShut: Bool) {
        if !isShut, self.isShut {
            shutUntil.store(Int(MonotonicClock.now()), ordering: .relaxed)
        }
        shut.store(isShut, ordering: .releasing)
    }

    /// Whether it is shut.
    package var isShut: Bool { shut.load(ordering: .acquiring) }

    /// When it was last reopened (nanoseconds, CLOCK_MONOTONIC); nil before the first time.
    ///
    /// The card may still deliver sound from before that time afterwards.
    var openedAt: Int64? {
        let time = shutUntil.load(ordering: .relaxed)
        return time == 0 ? nil : Int64(time)
    }

    /// Opens at a time (nanoseconds, CLOCK_MONOTONIC), which may lie in the past, less a pre-roll.
    package func open(at nanoseconds: Int64, preRollMilliseconds: Int) {
        add(.open(at: nanoseconds, preRollMilliseconds: preRollMilliseconds))
    }

    /// Opens at a sample, such as an onset of speech, less a pre-roll.
    package func openAtSpeech(sample: Int64, preRollMilliseconds: Int) {
        add(.openAtSample(sample, preRollMilliseconds: preRollMilliseconds))
    }

    /// Closes at a time; samples captured before it are still delivered, then the end is reported.
    package func close(at nanoseconds: Int64) {
        add(.close(at: nanoseconds))
    }

    private func add(_ mark: Mark) {
        marks.withLock { marks in
            switch mark {
            case .open, .openAtSample: demand.set(true)
            case .close: break
            }
            if marks.count < Self.limit {
                marks.append(mark)
            } else if case .close = mark {
                // Its opening is dropped with it, or the microphone would stay open.
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
