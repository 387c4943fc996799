// What the device says of its own troubles, in words.
//
// Words help once: whoever presses five times while the network is away hears the line once and a
// short sound four times, and sees the light all the while.

extension ConversationMachine {
    /// Presses hear a line again after this time, since somebody else may be asking by then.
    static let lineInterval = Int64.milliseconds(600_000)

    /// Sounds an earcon; a line said lately of the same trouble gives way to a short sound.
    mutating func tell(_ line: Earcon, at time: Int64) {
        guard line.isLine else { return emit(.sound(line)) }
        guard isNews(line, at: time) else { return emit(.sound(.sameTrouble)) }
        // Without a loudspeaker nobody has heard it.
        if hasSpeaker { spokenAt[line] = time }
        emit(.sound(line))
    }

    /// Whether a line was not said of this trouble, or long ago.
    func isNews(_ line: Earcon, at time: Int64) -> Bool {
        spokenAt[line].map { time - $0 >= Self.lineInterval } ?? true
    }
}

extension Earcon {
    /// The lines that tell why there is no session.
    static let outages: [Earcon] = [
        .offline, .noNetwork, .refused, .noKey, .settings, .budget,
    ]

    /// Whether it is a line about a trouble that lasts.
    var isLine: Bool { self == .noMicrophone || Self.outages.contains(self) }
}
