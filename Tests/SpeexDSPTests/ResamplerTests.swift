import Glibc
import SpeexDSP
import Testing

struct ResamplerTests {
    struct Rates: Sendable, CustomTestStringConvertible {
        let from: Int32
        let to: Int32
        var testDescription: String { "\(from) Hz to \(to) Hz" }
    }

    static let used = [
        Rates(from: 48_000, to: 16_000), Rates(from: 24_000, to: 48_000),
        Rates(from: 44_100, to: 16_000), Rates(from: 24_000, to: 44_100),
        Rates(from: 16_000, to: 16_000), Rates(from: 24_000, to: 16_000),
    ]

    /// A sine of half a second.
    static func tone(_ hertz: Double, rate: Int32, amplitude: Double = 16_000) -> [Int16] {
        (0..<Int(rate / 2)).map {
            Int16((amplitude * sin(2 * .pi * hertz * Double($0) / Double(rate))).rounded())
        }
    }

    /// Converts all samples, in blocks of a size.
    static func convert(
        _ samples: [Int16], with resampler: borrowing Resampler, block: Int = 480,
        capacity: Int = 700
    ) -> [Int16] {
        var output: [Int16] = []
        var room = [Int16](repeating: 0, count: capacity)
        var start = 0
        while start < samples.count {
            let count = min(block, samples.count - start)
            let result = samples.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map {
                    resampler.process($0 + start, count: count, into: &room, capacity: capacity)
                }
            }
            guard let result, result.consumed > 0 || result.produced > 0 else { break }
            start += result.consumed
            output += room[..<result.produced]
        }
        return output
    }

    /// The amplitude of one frequency in samples, without both ends.
    static func amplitude(of hertz: Double, in samples: [Int16], rate: Int32) -> Double {
        // A whole number of tenths of a second, so that multiples of 10 Hz have whole periods.
        let length = Int(rate / 10) * 3
        let start = (samples.count - length) / 2
        var real = 0.0
        var imaginary = 0.0
        for index in 0..<length {
            let angle = 2 * .pi * hertz * Double(index) / Double(rate)
            real += Double(samples[start + index]) * cos(angle)
            imaginary += Double(samples[start + index]) * sin(angle)
        }
        return 2 * (real * real + imaginary * imaginary).squareRoot() / Double(length)
    }

    private static func peak(_ samples: ArraySlice<Int16>) -> Int {
        samples.reduce(0) { max($0, abs(Int($1))) }
    }

    @Test("there are as many samples as the rates say, less the filter's delay", arguments: used)
    func length(_ rates: Rates) throws {
        let resampler = try Resampler(from: rates.from, to: rates.to, quality: 4)
        let output = Self.convert(Self.tone(440, rate: rates.from), with: resampler)
        let expected = Int(rates.to / 2)
        let delay = resampler.latencyFrames * Int(rates.to) / Int(rates.from)
        #expect(output.count <= expected)
        #expect(output.count >= expected - delay - 2)
        // 5 ms; more would be audible as a delay and would move the marks of a segment.
        #expect(resampler.latencyFrames * 200 <= rates.from)
    }

    @Test("a tone keeps its frequency, its level and its place", arguments: used)
    func tonePreserved(_ rates: Rates) throws {
        let resampler = try Resampler(from: rates.from, to: rates.to, quality: 4)
        let output = Self.convert(Self.tone(1000, rate: rates.from), with: resampler)
        let kept = Self.amplitude(of: 1000, in: output, rate: rates.to)
        #expect(abs(kept - 16_000) < 160)
        #expect(Self.amplitude(of: 2000, in: output, rate: rates.to) < 32)
        #expect(Self.amplitude(of: 3000, in: output, rate: rates.to) < 32)
        // The same sine at the other rate is the same samples, from the first on.
        let same = Self.tone(1000, rate: rates.to)
        let wrong = zip(output, same).dropFirst(200).map { abs(Int($0) - Int($1)) }.max() ?? .max
        #expect(wrong < 400)
    }

    @Test("frequencies beyond the lower rate are removed instead of aliased")
    func aliases() throws {
        for hertz in [10_000.0, 12_000, 15_000, 20_000] {
            let resampler = try Resampler(from: 48_000, to: 16_000, quality: 4)
            let output = Self.convert(Self.tone(hertz, rate: 48_000), with: resampler)
            // Without a filter it would be aliased at full amplitude: 50 dB less.
            #expect(Self.peak(output[400..<7000]) < 50, "\(hertz) Hz")
        }
    }

    @Test("nothing is added above the lower rate's band")
    func images() throws {
        let resampler = try Resampler(from: 24_000, to: 48_000, quality: 4)
        let output = Self.convert(Self.tone(8000, rate: 24_000), with: resampler)
        #expect(Self.amplitude(of: 8000, in: output, rate: 48_000) > 15_000)
        #expect(Self.amplitude(of: 16_000, in: output, rate: 48_000) < 50)
    }

    @Test("blocks of any size and small buffers give the same samples as one block")
    func blocks() throws {
        let input = Self.tone(700, rate: 48_000)
        let whole = Self.convert(
            input, with: try Resampler(from: 48_000, to: 16_000, quality: 4), block: input.count,
            capacity: input.count)
        let pieces = Self.convert(
            input, with: try Resampler(from: 48_000, to: 16_000, quality: 4), block: 37,
            capacity: 5)
        #expect(whole == pieces)
    }

    @Test("after a reset nothing is left of the stream before")
    func reset() throws {
        let input = Self.tone(700, rate: 24_000)
        let resampler = try Resampler(from: 24_000, to: 48_000, quality: 4)
        let first = Self.convert(input, with: resampler)
        _ = Self.convert([Int16](repeating: .max, count: 333), with: resampler)
        resampler.reset()
        #expect(Self.convert(input, with: resampler) == first)
        resampler.reset()
        let silence = Self.convert([Int16](repeating: 0, count: 4800), with: resampler)
        #expect(silence.allSatisfy { $0 == 0 })
    }

    @Test(
        "rates and qualities out of range are refused with the rates",
        arguments: [
            (Int32(0), Int32(16_000), Int32(4)), (16_000, 0, 4), (-48_000, 16_000, 4),
            (999, 16_000, 4), (16_000, 192_001, 4), (.max, .min, 4), (48_000, 16_000, 11),
            (48_000, 16_000, -1),
        ])
    func refused(from: Int32, to: Int32, quality: Int32) {
        do {
            _ = try Resampler(from: from, to: to, quality: quality)
            Issue.record("it was made")
        } catch {
            #expect("\(error)".contains("\(from) Hz"))
            #expect("\(error)".contains("\(to) Hz"))
        }
    }
}
