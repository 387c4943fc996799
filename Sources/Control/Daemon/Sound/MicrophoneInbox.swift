package import Assistant

/// The signals of the processing thread that the loop has not taken yet, in order.
package struct MicrophoneInbox: Sendable {
    /// Sample messages that may wait; at 50 a second the loop has then been stuck for twenty
    /// seconds.
    package static let limit = 1000
    /// Messages that may wait in all when marks and news come: without its mark a turn would not
    /// end.
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

    /// Returns the waiting signals, and how many were lost since the first of them.
    package mutating func empty() -> (signals: [MicrophoneSignal], lost: Int) {
        defer { self = MicrophoneInbox() }
        return (signals, lost)
    }

    /// The message about lost signals; nil when none were lost.
    package static func trouble(lost: Int) -> String? {
        guard lost > 0 else { return nil }
        return "the loop fell behind by \(limit) messages of the microphone; \(lost) more were "
            + "lost, and with them what was said then: see which program takes the processor"
    }
}
