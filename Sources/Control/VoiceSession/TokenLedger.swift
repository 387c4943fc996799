/// The tokens of a turn, of this session and of the day.
///
/// Every run of the model pays for the whole context again, so the service's counts for the runs
/// are added up. A value; its owner keeps `day` and `dayTokens` across restarts. Sums are in
/// 0...`limit`, whatever was stored or is reported.
package struct TokenLedger: Sendable, Equatable {
    /// Sums saturate here: far above every budget, and two of them add without overflow.
    package static let limit = TokenUse.limit

    /// The day that `dayTokens` belong to, such as "2026-11-21".
    package private(set) var day: String
    package private(set) var dayTokens: Int64
    package private(set) var sessionTokens: Int64 = 0
    package private(set) var turnTokens: Int64 = 0
    /// Tokens a day; nil: no limit.
    package let dailyBudget: Int64?

    /// A ledger that continues from stored counts.
    package init(day: String, dayTokens: Int64 = 0, dailyBudget: Int64?) {
        self.day = day
        self.dayTokens = TokenUse.within(dayTokens)
        self.dailyBudget = dailyBudget
    }

    /// Adds the service's counts for one run of the model.
    package mutating func add(_ use: TokenUse, on today: String) {
        turn(to: today)
        turnTokens = use.total
        sessionTokens = TokenUse.within(sessionTokens + turnTokens)
        dayTokens = TokenUse.within(dayTokens + turnTokens)
    }

    /// Why no more tokens may be spent today; nil while some are left.
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
