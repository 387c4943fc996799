import Testing
import VoiceSession

@Suite("the sample rates of a service")
struct SessionRatesTests {
    @Test(
        "a second of sound is a second, in both directions, at any rate",
        arguments: [(16_000, 24_000), (24_000, 24_000), (8_000, 44_100), (48_000, 11_025)])
    func seconds(input: Int, output: Int) {
        let rates = SessionRates(input: input, output: output)
        for count in [0, 1, 7, 3_600, 86_400] {
            #expect(rates.inputLength(count * input) == Int64(count) * 1_000_000_000)
            #expect(rates.outputLength(count * output) == Int64(count) * 1_000_000_000)
            #expect(rates.inputSamples(milliseconds: count * 1000) == Int64(count * input))
        }
    }

    @Test("more samples never last less, and no count ends the program")
    func monotonic() {
        let rates = SessionRates(input: 44_100, output: 22_050)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1_000 {
            let count = Int.random(in: 0...(.max), using: &random) >> Int.random(in: 0..<63)
            let more = count.addingReportingOverflow(Int.random(in: 0...100_000))
            guard !more.overflow else { continue }
            #expect(rates.outputLength(count) <= rates.outputLength(more.partialValue))
        }
        #expect(rates.outputLength(.max) == .max)
    }
}
