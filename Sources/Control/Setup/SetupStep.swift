/// A step of set-up, in the order in which they come.
package enum SetupStep: Int, CaseIterable, Sendable {
    case key, sound, button, light, broker

    /// What it is called, as a heading.
    package var title: String {
        switch self {
        case .key: "The key of the service"
        case .sound: "Microphone and loudspeaker"
        case .button: "The button"
        case .light: "The light"
        case .broker: "Broker and Home Assistant"
        }
    }

    /// Whether it uses what the running daemon holds: the card and the lines.
    var needsHardware: Bool {
        switch self {
        case .sound, .button, .light: true
        case .key, .broker: false
        }
    }

    var next: SetupStep? { SetupStep(rawValue: rawValue + 1) }
    var previous: SetupStep? { SetupStep(rawValue: rawValue - 1) }
}

/// How set-up ended.
package enum SetupEnding: Sendable, Equatable {
    /// Everything was written.
    case written
    /// The user wanted nothing written.
    case declined
    /// A signal, or the end of the input; nothing was written.
    case interrupted
    /// Nothing was written, and why.
    case failed(String)
}
