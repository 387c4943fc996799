package import ModelTypes

/// How much harm a call can do; decides whether the user is asked first.
package enum ToolRisk: String, Sendable, CaseIterable, Comparable {
    /// Only reads: never asks, and may be repeated after a restart.
    case read
    /// Things that anyone in the room can do by hand: a lamp, the volume. Does not ask.
    case low
    /// Things that cost money, wake the house or cannot be undone. Asks unless the settings say
    /// otherwise.
    case high
    /// Gives access to the house: a door, a gate, the alarm system. Asks; switching that off causes
    /// a warning.
    case unlock

    /// Whether a call asks the user by default.
    package var asksByDefault: Bool {
        switch self {
        case .read, .low: false
        case .high, .unlock: true
        }
    }

    private var rank: Int {
        switch self {
        case .read: 0
        case .low: 1
        case .high: 2
        case .unlock: 3
        }
    }

    package static func < (one: ToolRisk, other: ToolRisk) -> Bool { one.rank < other.rank }
}

/// How the user confirms a call, without the model.
package enum ToolConfirmation: Sendable, Equatable {
    /// By a press of the device's button.
    case button
    /// By saying these words.
    case phrase(String)
    /// By saying the digits of the device's PIN.
    case pin
}

/// Whether and how the user confirms calls, according to the settings.
package enum ConfirmationRule: Sendable, Equatable {
    /// By the risk: with the button for risks that ask by default.
    case byRisk
    /// The user is not asked, whatever the risk.
    case never
    case always(ToolConfirmation)

    /// The means for a risk; nil: the user is not asked.
    package func means(for risk: ToolRisk) -> ToolConfirmation? {
        switch self {
        case .byRisk: risk.asksByDefault ? .button : nil
        case .never: nil
        case .always(let means): means
        }
    }
}

/// The conditions of one call.
package struct CallGuard: Sendable, Equatable {
    package var risk: ToolRisk
    /// Nil: the user is not asked.
    package var confirmation: ToolConfirmation?
    /// The subject of the call, in the user's terms: a function's name, or "gate" of the outputs.
    ///
    /// Calls with the same subject share its rate limit.
    package var subject: String
    /// More calls than this in a minute are refused.
    package var callsPerMinute: Int

    /// The conditions of a call about `subject`.
    package init(
        subject: String, risk: ToolRisk, confirmation: ToolConfirmation?, callsPerMinute: Int
    ) {
        self.subject = subject
        self.risk = risk
        self.confirmation = confirmation
        self.callsPerMinute = callsPerMinute
    }
}

/// The limits of a tool's calls, and how they are treated.
package struct ToolTerms: Sendable, Equatable {
    /// A call that takes longer is answered with an error and its task cancelled.
    ///
    /// The time of a confirmation, and of waiting for other calls, does not count.
    package var deadline: Duration
    /// A longer result (bytes of JSON) is cut, if it is text, or refused.
    package var resultBytes = 16 * 1024
    /// More calls than this in a minute are refused.
    package var callsPerMinute = 60
    /// Whether the model waits for the answer; nil leaves it to the model's default.
    package var behavior: FunctionDeclaration.Behavior?
    /// When the model speaks about an answer that it did not wait for; nil: when it is idle.
    package var scheduling: FunctionResponse.Scheduling?
    /// How much harm a call can do.
    package var risk = ToolRisk.low
    /// How the user confirms a call; nil: the user is not asked.
    package var confirmation: ToolConfirmation?
    /// Arguments of these names are hidden in the audit log.
    package var secrets: Set<String> = []

    /// Terms for something harmless, with a deadline.
    package init(deadline: Duration) {
        self.deadline = deadline
    }
}
