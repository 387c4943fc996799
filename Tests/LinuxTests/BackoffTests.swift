import Linux
import Testing

/// The back-off of all retries of the product.
struct BackoffTests {
    @Test("waits double up to the limit and stay there, however often it fails")
    func doubles() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1_000 {
            let first = Int64.random(in: 1...Int64.max / 2, using: &generator)
            let longest = Int64.random(in: 1...Int64.max / 2, using: &generator)
            let immediate = Int.random(in: 0...3, using: &generator)
            var backoff = Backoff(first: first, longest: longest, immediate: immediate)
            var waits: [Int64] = []
            for _ in 0..<100 {
                waits.append(backoff.next)
                _ = backoff.failed(random: Double.random(in: 0..<1, using: &generator))
            }
            #expect(waits.prefix(immediate).allSatisfy { $0 == 0 })
            let grown = waits.dropFirst(immediate)
            #expect(grown.first == first)
            for (wait, next) in zip(grown, grown.dropFirst()) where next != wait {
                #expect(next == wait * 2 || next == max(first, longest))
            }
            #expect(grown.last == max(first, longest))
            #expect(backoff.failures == 100)
            backoff.reset()
            #expect(backoff.next == (immediate > 0 ? 0 : first))
        }
    }

    @Test("a wait is up to a quarter shorter or longer, so that devices do not come back together")
    func spreads() {
        var waits: Set<Int64> = []
        for _ in 0..<1_000 {
            var backoff = Backoff(first: 1_000_000_000, longest: 60_000_000_000)
            waits.insert(backoff.failed(random: .random(in: 0..<1)))
        }
        #expect(waits.allSatisfy { (750_000_000..<1_250_000_000).contains($0) })
        #expect(waits.count > 900)
    }
}
