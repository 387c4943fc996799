import Testing

@testable import SignalProcessing

struct LoudnessTests {
    @Test("percent are perceptually even, and both ends are exact")
    func percent() {
        #expect(Loudness.gain(percent: 100) == 1)
        #expect(Loudness.gain(percent: 0) == 0)
        #expect(Loudness.gain(percent: 50) == 0.125)
        #expect(Loudness.gain(percent: 250) == 1)
        #expect(Loudness.gain(percent: -3) == 0)
        #expect(Loudness.gain(decibels: 0) == 1)
        #expect(abs(Loudness.gain(decibels: -20) - 0.1) < 1e-6)
    }
}
