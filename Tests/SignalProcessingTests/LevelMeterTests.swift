import Glibc
import Testing

@testable import SignalProcessing

struct LevelMeterTests {
    private func level(_ samples: [Int16]) -> Float {
        samples.withUnsafeBufferPointer { LevelMeter.level(of: $0) }
    }

    private func peak(_ samples: [Int16]) -> Int32 {
        samples.withUnsafeBufferPointer { LevelMeter.peak(of: $0) }
    }

    @Test("silence and an empty block measure the floor")
    func silence() {
        #expect(level([]) == LevelMeter.floor)
        #expect(level([0, 0, 0]) == LevelMeter.floor)
        // A single sample of 1 in a second is below the measurable level.
        #expect(level([1] + [Int16](repeating: 0, count: 15_999)) == LevelMeter.floor)
    }

    @Test("full scale is 0, half of it 6 dB less, a sine 3 dB below its peak")
    func known() {
        #expect(abs(level([Int16](repeating: .min, count: 320))) < 0.001)
        #expect(abs(level([Int16](repeating: 16_384, count: 320)) + 6.0206) < 0.001)
        #expect(abs(level([Int16](repeating: 1, count: 320)) + 90.309) < 0.001)
        let sine = (0..<1600).map { Int16((32_767 * sin(Double($0) * .pi / 16)).rounded()) }
        #expect(abs(level(sine) + 3.0103) < 0.001)
    }

    @Test("the logarithm is that of the C library to a ten-thousandth")
    func logarithm() {
        var value: Float = 1e-12
        while value < 1e6 {
            #expect(abs(LevelMeter.logarithm10(value) - log10f(value)) < 1e-4)
            value *= 1.0173
        }
    }

    @Test("the peak is the largest magnitude, also that of the lowest sample")
    func peaks() {
        #expect(peak([]) == 0)
        #expect(peak([3, -7, 5]) == 7)
        #expect(peak([.max, .min]) == 32_768)
    }
}
