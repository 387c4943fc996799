import Testing

@testable import SignalProcessing

struct LimiterTests {
    @Test("samples in range are left bit for bit, up to both ends of the range")
    func transparent() {
        var limiter = Limiter()
        var samples: [Float] = [0, 1, -1, 32_767, -32_768, 20_000.5, -20_000]
        let before = samples
        limiter.process(&samples, count: samples.count)
        #expect(samples == before)
        #expect(!limiter.isActive)
    }

    @Test(
        "no sum leaves the range, however loud and wherever its peak is",
        arguments: [
            1, 23, 24, 25, 120, 480,
        ])
    func neverClips(length: Int) {
        var limiter = Limiter()
        var state: UInt32 = 5
        for _ in 0..<200 {
            var samples = (0..<length).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                // Mostly within the range, sometimes four times beyond it.
                let loud: Float = state % 7 == 0 ? 131_000 : 30_000
                return (Float(state >> 8) / Float(1 << 23) - 1) * loud
            }
            limiter.process(&samples, count: length)
            #expect(samples.allSatisfy { $0 >= -32_768.01 && $0 <= 32_767.01 })
        }
    }

    @Test("a peak is reduced by a gliding gain, and is forgotten within half a second")
    func glides() {
        var limiter = Limiter()
        var samples = [Float](repeating: 10_000, count: 480)
        samples[300] = 65_534
        limiter.process(&samples, count: 480)
        #expect(samples[300] <= 32_767.01 && samples[300] > 30_000)
        let steps = zip(samples, samples.dropFirst()).enumerated()
            .filter { $0.offset != 299 && $0.offset != 300 }
            .map { abs($0.element.0 - $0.element.1) }
        #expect(steps.allSatisfy { $0 < 500 })
        for _ in 0..<26 {
            samples = [Float](repeating: 10_000, count: 480)
            limiter.process(&samples, count: 480)
        }
        #expect(samples.allSatisfy { $0 == 10_000 })
        #expect(!limiter.isActive)
    }
}
