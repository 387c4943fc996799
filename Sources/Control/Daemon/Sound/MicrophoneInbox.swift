package import Assistant

/// What the processing thread has said and the loop has not taken yet, in order.
package struct MicrophoneInbox: Sendable {
    /// Samples that may wait; at 50 a second the loop is then stuck for twenty seconds.
    package static let limit = 1000
    /// Marks and news that may wait beside them: without its mark a turn would not end.
    package static let markLimit = 1200

    private var signals: [MicrophoneSignal] = []
    private var lost = 0

    /// Nothing waits.
    package init() {}

    /// Takes a signal; returns whether it is the first, so that the loop must be woken.
    package mutating func take(_ signal: MicrophoneSignal) -> Bool {
        let limit = if case .samples = signal { Self.limit } else { Self.markLimit }
        guard signals.count < limit else {
            lost += 1
            return false
        }
        signals.append(signal)
        return signals.count == 1
    }

    /// Gives out what waits, and how many were lost behind the first of it.
    package mutating func empty() -> (signals: [MicrophoneSignal], lost: Int) {
        defer { self = MicrophoneInbox() }
        return (signals, lost)
    }

    /// What is to be said of signals that were lost; nil when none were.
    package static func trouble(lost: Int) -> String? {
        guard lost > 0 else { return nil }
        return "the loop was late by \(limit) messages of the microphone; \(lost) more were lost, "
            + "and with them what was said then: see which program takes the processor"
    }
}
