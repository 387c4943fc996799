import Testing
import VoiceSession

@Suite("the ledger of tokens")
struct TokenLedgerTests {
    @Test("tokens are counted by turn, by session and by day")
    func counts() {
        var ledger = TokenLedger(day: "2026-11-21", dayTokens: 100, dailyBudget: nil)
        ledger.add(TokenUse(total: 10), on: "2026-11-21")
        ledger.add(TokenUse(total: 15), on: "2026-11-21")
        #expect(ledger.turnTokens == 15)
        #expect(ledger.sessionTokens == 25)
        #expect(ledger.dayTokens == 125)
        #expect(ledger.refusal(on: "2026-11-21") == nil)
    }

    @Test("a spent budget refuses until the next day, and reports its size")
    func budget() {
        var ledger = TokenLedger(day: "2026-11-21", dayTokens: 0, dailyBudget: 20)
        ledger.add(TokenUse(total: 19), on: "2026-11-21")
        #expect(ledger.refusal(on: "2026-11-21") == nil)
        ledger.add(TokenUse(total: 1), on: "2026-11-21")
        let refusal = ledger.refusal(on: "2026-11-21")
        #expect(refusal?.reason == .budget)
        #expect(refusal?.text == "20 of 20 tokens are spent today")
        #expect(ledger.refusal(on: "2026-11-22") == nil)
        #expect(ledger.dayTokens == 0)
    }

    @Test("a turn that ends after midnight counts for the new day")
    func midnight() {
        var ledger = TokenLedger(day: "2026-11-21", dayTokens: 500, dailyBudget: 600)
        ledger.add(TokenUse(total: 30), on: "2026-11-22")
        #expect(ledger.day == "2026-11-22")
        #expect(ledger.dayTokens == 30)
        #expect(ledger.sessionTokens == 30)
    }
}
