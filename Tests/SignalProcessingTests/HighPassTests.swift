import Glibc
import SignalProcessing
import Testing

struct HighPassTests {
    /// The gain for a tone.
    private func gain(of frequency: Double, above limit: Int) -> Double {
        var filter = HighPass(frequency: limit, rate: 16_000)
        var samples = (0..<32_000).map {
            Int16(16_000 * sin(2 * .pi * frequency * Double($0) / 16_000))
        }
        samples.withUnsafeMutableBufferPointer { samples in
            guard let start = samples.baseAddress else { return }
            // In pieces, as samples arrive.
            for offset in stride(from: 0, to: 32_000, by: 400) {
                filter.process(start + offset, count: 400)
            }
        }
        return Double(samples[16_000...].map { abs(Int($0)) }.max() ?? 0) / 16_000
    }

    @Test("half of the power is left at the frequency, a hundredth two octaves and a half below")
    func response() {
        #expect(abs(gain(of: 80, above: 80) - 0.5.squareRoot()) < 0.01)
        #expect(gain(of: 20, above: 80) < 0.07)
        #expect(gain(of: 160, above: 80) > 0.96)
        #expect(abs(gain(of: 1000, above: 80) - 1) < 0.01)
        #expect(abs(gain(of: 6000, above: 80) - 1) < 0.01)
    }

    @Test("an offset is removed within a tenth of a second, and full scale does not wrap")
    func offset() {
        var filter = HighPass(frequency: 80, rate: 16_000)
        var samples = [Int16](repeating: 12_000, count: 1600)
        samples += [.max, .min, .max, .min]
        samples.withUnsafeMutableBufferPointer { samples in
            if let start = samples.baseAddress { filter.process(start, count: samples.count) }
        }
        #expect(abs(Int(samples[1599])) <= 1)
        #expect(samples[1600] > 20_000)
        #expect(samples[1601] < -20_000)
    }
}
