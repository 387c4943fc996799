import Testing

@testable import Simulation

@Suite("The device's days: faults of every kind, in virtual time")
struct WorldTests {
    @Test("no promise is broken on any day", arguments: 0..<2)
    func days(part: Int) {
        for seed in stride(from: part, to: 200, by: 2) {
            let report = World(day: Day(seed: UInt64(seed))).run()
            if let first = report.violations.first {
                Issue.record("seed \(seed): \(first)")
                print(report.log.suffix(60).joined(separator: "\n"))
                return
            }
        }
    }
}
