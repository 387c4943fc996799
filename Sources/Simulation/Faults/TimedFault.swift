/// A fault, and when it happens.
///
/// All conditions must hold: it is armed on its connection once enough turns have been completed,
/// then its occasion must come, then its delay passes.
package struct TimedFault: Sendable, Equatable {
    /// What a session is doing when a fault happens.
    package enum Occasion: String, Sendable, CaseIterable {
        /// A setup has come; a close then comes instead of `setupComplete`.
        case setup
        /// A setup with a handle has come.
        case resume
        /// A setup has been accepted.
        case ready
        /// The user has begun to speak.
        case words
        /// The first sound of an answer has been sent.
        case reply
        /// A function has been called.
        case call
        /// A turn has been completed.
        case turn
    }

    /// What happens.
    package var fault: Fault
    /// How long after its occasion; without one, after the setup or the turns.
    package var delay: Duration = .zero
    /// The occasion that it waits for; nil: only the setup or the turns.
    package var occasion: Occasion?
    /// How many turns must have been completed, over all connections.
    package var afterTurns = 0
    /// Its connection, counted from 1 in the order of their setups; nil for any.
    package var connection: Int?
    /// How often it happens, over all connections.
    package var times = 1

    /// A fault that happens once, as soon as a session is set up.
    package init(_ fault: Fault) { self.fault = fault }
}

/// Which of a scenario's faults are due in one session.
struct FaultPlan: Sendable {
    private let faults: [TimedFault]
    private let connection: Int
    private var scheduled: Set<Int> = []

    init(_ faults: [TimedFault], connection: Int) {
        self.faults = faults
        self.connection = connection
    }

    /// Notes an occasion in the session; returns the faults that it triggers, with their delays.
    mutating func note(
        _ occasion: TimedFault.Occasion, with counts: ServiceState.Counts
    ) -> [(index: Int, delay: Duration)] {
        var due: [(index: Int, delay: Duration)] = []
        for (index, timed) in faults.enumerated() where !scheduled.contains(index) {
            guard timed.connection ?? connection == connection,
                counts.turns >= timed.afterTurns,
                counts.fired[index, default: 0] < timed.times,
                timed.occasion.map({ $0 == occasion }) ?? Self.isStart(occasion, timed)
            else { continue }
            scheduled.insert(index)
            due.append((index, timed.delay))
        }
        return due
    }

    /// A fault without an occasion begins with the setup, or with the last turn that it waits for.
    private static func isStart(_ occasion: TimedFault.Occasion, _ timed: TimedFault) -> Bool {
        occasion == .ready || occasion == .turn && timed.afterTurns > 0
    }

    /// Returns a fault that happens now; it may be triggered again if it must happen more often.
    mutating func fire(_ index: Int) -> Fault {
        scheduled.remove(index)
        return faults[index].fault
    }
}
