package import ModelTypes

/// The tokens of a turn, of this session and of the day.
///
/// Every turn pays for the whole context again, so what the service tells of each turn is added up.
/// A value; whoever keeps it through a restart stores `day` and `dayTokens`.
package struct TokenLedger: Sendable, Equatable {
    /// The day that `dayTokens` belong to, such as "2026-11-21".
    package private(set) var day: String
    package private(set) var dayTokens: Int64
    package private(set) var sessionTokens: Int64 = 0
    package private(set) var turnTokens: Int64 = 0
    /// Tokens a day; nil: no limit.
    package let dailyBudget: Int64?

    /// A ledger that goes on from what was kept.
    package init(day: String, dayTokens: Int64 = 0, dailyBudget: Int64?) {
        self.day = day
        self.dayTokens = dayTokens
        self.dailyBudget = dailyBudget
    }

    /// Adds what the service has counted for a turn.
    package mutating func add(_ usage: Usage, on today: String) {
        turn(to: today)
        turnTokens = usage.total
        sessionTokens += usage.total
        dayTokens += usage.total
    }

    /// Why nothing more is to be spent today; nil while something is.
    package mutating func refusal(on today: String) -> SessionFailure? {
        turn(to: today)
        guard let dailyBudget, dayTokens >= dailyBudget else { return nil }
        return SessionFailure(
            reason: .budget, text: "\(dayTokens) of \(dailyBudget) tokens are spent today")
    }

    private mutating func turn(to today: String) {
        guard today != day else { return }
        day = today
        dayTokens = 0
    }
}
