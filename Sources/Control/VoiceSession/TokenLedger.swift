/// The tokens of a turn, of this session and of the day.
///
/// Every run of the model pays for the whole context again, so what the service counts for each is
/// added up. A value; its owner keeps `day` and `dayTokens` through a restart. Sums are in
/// 0...`limit`, whatever was kept or comes.
package struct TokenLedger: Sendable, Equatable {
    /// A sum stops here; far above every budget, and two of them can be added.
    package static let limit = TokenUse.limit

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
        self.dayTokens = TokenUse.within(dayTokens)
        self.dailyBudget = dailyBudget
    }

    /// Adds what the service has counted for a run of the model.
    package mutating func add(_ use: TokenUse, on today: String) {
        turn(to: today)
        turnTokens = use.total
        sessionTokens = TokenUse.within(sessionTokens + turnTokens)
        dayTokens = TokenUse.within(dayTokens + turnTokens)
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
