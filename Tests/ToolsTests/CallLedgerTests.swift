import Configuration
import ModelTypes
import TestInputs
import Testing
import WireCodec

@testable import Tools

@Suite("the memory of calls", .timeLimit(.minutes(5)))
struct CallLedgerTests {
    private enum Fate: Equatable { case underWay, cancelled, answered(FunctionResponse) }

    @Test("in any order of beginnings, ends and cancellations no call is begun or answered twice")
    func randomOrder() {
        var begun = 0
        var cancelled = 0
        for seed in UInt64(1)...500 {
            var random = SeededGenerator(seed: seed)
            var ledger = CallLedger(ToolLimits())
            var fates: [String: Fate] = [:]
            for step in 0..<200 {
                let key = "1/\(Int.random(in: 0..<16, using: &random))"
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1:
                    switch (ledger.begin(key), fates[key]) {
                    case (.isNew, nil):
                        fates[key] = .underWay
                        begun += 1
                    case (.isUnderWay, .underWay?), (.wasCancelled, .cancelled?),
                        (.wasAnswered(nil), .answered?):
                        break
                    case (.wasAnswered(let answer?), .answered(let given)?):
                        #expect(answer == given)
                    case (let entry, let fate):
                        let before = fate.map { "\($0)" } ?? "nothing"
                        Issue.record("seed \(seed), \(key): \(entry) after \(before)")
                    }
                case 2:
                    let stage = ledger.cancel(key)
                    #expect((stage != nil) == (fates[key] == .underWay))
                    if fates[key] == .underWay { cancelled += 1 }
                    if fates[key] == nil || fates[key] == .underWay { fates[key] = .cancelled }
                    ledger.move(key, to: .passing)
                    #expect(ledger[key] == nil, "a cancelled call stays cancelled")
                default:
                    guard fates[key] == .underWay else { continue }
                    let answer = FunctionResponse(id: key, name: "\(step)", response: .null)
                    ledger.finish(key, answer)
                    fates[key] = .answered(answer)
                }
                #expect(ledger.underWay == fates.filter { $0.value == .underWay }.keys.sorted())
            }
        }
        #expect(begun > 2_000)
        #expect(cancelled > 1_000)
    }
}
