import Glibc
import SpeexDSP
import Testing

struct EchoCancellerTests {
    /// Noise that never repeats within a test.
    private func noise(_ count: Int, seed: UInt32, amplitude: Double = 4000) -> [Int16] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(amplitude * (Double(state >> 8) / Double(1 << 23) - 1))
        }
    }

    private func power(_ samples: some Sequence<Int16>) -> Double {
        samples.reduce(0) { $0 + Double($1) * Double($1) }
    }

    @Test("an echo within the tail is removed after a few seconds, other sound stays")
    func cancels() {
        let canceller = EchoCanceller(frameSamples: 320, tailSamples: 1600, rate: 16_000)
        let played = noise(96_000, seed: 3)
        let echo = played.indices.map { $0 < 400 ? Int16(0) : played[$0 - 400] / 3 }
        var left: [Int16] = []
        var frame = [Int16](repeating: 0, count: 320)
        for start in stride(from: 0, to: played.count, by: 320) {
            canceller.process(
                microphone: Array(echo[start..<(start + 320)]),
                reference: Array(played[start..<(start + 320)]), into: &frame)
            left += frame
        }
        #expect(power(left[64_000...]) < power(echo[64_000...]) / 300)
        // Without a reference there is nothing to cancel.
        canceller.reset()
        let silence = [Int16](repeating: 0, count: 320)
        let tone = (0..<320).map { Int16(8000 * sin(2 * .pi * 440 * Double($0) / 16_000)) }
        for _ in 0..<10 {
            canceller.process(microphone: tone, reference: silence, into: &frame)
        }
        #expect(power(frame) > power(tone) * 0.8)
    }

    @Test("steady noise is reduced, a tone over it comes out one frame later")
    func suppresses() {
        var settings = Preprocessor.Settings()
        settings.noiseDecibels = 20
        let preprocessor = Preprocessor(
            frameSamples: 320, rate: 16_000, settings: settings, canceller: nil)
        #expect(preprocessor.delaySamples == 320)
        let hiss = noise(64_000, seed: 5, amplitude: 300)
        var quiet: [Int16] = []
        for start in stride(from: 0, to: hiss.count, by: 320) {
            var frame = Array(hiss[start..<(start + 320)])
            preprocessor.process(&frame)
            quiet += frame
        }
        #expect(power(quiet[48_000...]) < power(hiss[48_000...]) / 20)
        // A click through a disabled preprocessor keeps its position, apart from the delay.
        let plain = Preprocessor(
            frameSamples: 320, rate: 16_000, settings: Preprocessor.Settings(), canceller: nil)
        var given: [Int16] = []
        for index in 0..<4 {
            var frame = [Int16](repeating: 0, count: 320)
            if index == 1 { frame[100] = 20_000 }
            plain.process(&frame)
            given += frame
        }
        #expect(given.firstIndex { abs(Int($0)) > 10_000 } == 320 + 100 + 320)
    }
}
