// Spoken lines about the device's own faults.
//
// A line helps once: a user who presses five times during a network outage hears the line once and
// a short sound four times, and sees the light all the while.

extension ConversationMachine {
    /// A press plays the line again after this time, because by then another user may be asking.
    static let lineInterval = Int64.milliseconds(600_000)

    /// Plays an earcon; a line that was said recently about the same fault is replaced by a short
    /// sound.
    mutating func tell(_ line: Earcon, at time: Int64) {
        guard line.isLine else { return emit(.sound(line)) }
        guard isNews(line, at: time) else { return emit(.sound(.sameTrouble)) }
        // Without a loudspeaker the line was not heard.
        if hasSpeaker { spokenAt[line] = time }
        emit(.sound(line))
    }

    /// Whether the line was not said about this fault yet, or long ago.
    func isNews(_ line: Earcon, at time: Int64) -> Bool {
        spokenAt[line].map { time - $0 >= Self.lineInterval } ?? true
    }
}

extension Earcon {
    /// The lines about why there is no session.
    static let outages: [Earcon] = [
        .offline, .noNetwork, .refused, .noKey, .settings, .budget,
    ]

    /// Whether it is a line about a lasting fault.
    var isLine: Bool { self == .noMicrophone || Self.outages.contains(self) }
}
