/// The sample rates of a voice service; samples are mono, 16 bits, in both directions.
///
/// Code that converts samples to time takes the rate from here: services differ (Gemini Live hears
/// 16 kHz and speaks 24 kHz, OpenAI Realtime has 24 kHz both ways).
package struct SessionRates: Sendable, Equatable {
    /// The rate of the audio that the service hears (Hz, 8,000 to 48,000).
    package let input: Int
    /// The rate of the audio that the service speaks (Hz, 8,000 to 48,000).
    package let output: Int

    /// The rates of a service; both are constants of the program, never numbers from outside.
    package init(input: Int, output: Int) {
        precondition(Self.range.contains(input) && Self.range.contains(output), "no such rate")
        self.input = input
        self.output = output
    }

    private static let range = 8_000...48_000
    private static let second: Int64 = 1_000_000_000

    /// How long samples of the user's words last (nanoseconds).
    package func inputLength(_ samples: Int) -> Int64 { Self.length(samples, at: input) }

    /// How long samples of an answer last (nanoseconds).
    package func outputLength(_ samples: Int) -> Int64 { Self.length(samples, at: output) }

    /// The number of samples of the user's words in a time.
    package func inputSamples(milliseconds: Int) -> Int64 {
        Int64(milliseconds) * Int64(input) / 1000
    }

    private static func length(_ samples: Int, at rate: Int) -> Int64 {
        // Whole seconds apart from the rest, so that no count overflows.
        let (seconds, rest) = samples.quotientAndRemainder(dividingBy: rate)
        let whole = Int64(seconds).multipliedReportingOverflow(by: second)
        let part = Int64(rest) * second / Int64(rate)
        let sum = whole.partialValue.addingReportingOverflow(part)
        return whole.overflow || sum.overflow ? .max : sum.partialValue
    }
}
