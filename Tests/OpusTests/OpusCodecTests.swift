import Testing

@testable import Opus

struct OpusCodecTests {
    static let rates: [Int32] = [8000, 12_000, 16_000, 24_000, 48_000]

    @Test("a tone survives encoding and decoding, behind the pre-skip", arguments: rates)
    func roundTrip(rate: Int32) throws {
        var encoder = try OpusEncoder(rate: rate, bitsPerSecond: 32_000)
        var decoder = try OpusDecoder(rate: rate)
        let frame = encoder.frameSamples
        #expect(frame == Int(rate) / 50)
        let tone = Tones.sine(400, rate: rate, count: 50 * frame)
        var decoded: [Int16] = []
        for start in stride(from: 0, to: tone.count, by: frame) {
            let packet = try encoder.encode(tone[start..<(start + frame)])
            #expect(packet.count < 400)
            try decoder.decode(packet[...], appendingTo: &decoded)
        }
        #expect(decoded.count == tone.count)
        let skip = encoder.preSkip * Int(rate) / 48_000
        let heard = Array(decoded.dropFirst(skip))
        // The encoder's high-pass turns the tone's phase a little; a wrong pre-skip would turn it
        // by more than half a period.
        #expect(Tones.likeness(heard, tone) > 0.95)
        let loss = Tones.level(heard) / Tones.level(Array(tone.prefix(heard.count)))
        #expect((0.9...1.1).contains(loss))
    }

    @Test("a higher bit rate makes larger packets")
    func bitRate() throws {
        var sizes: [Int] = []
        for bits in [Int32(8000), 64_000] {
            var encoder = try OpusEncoder(rate: 24_000, bitsPerSecond: bits)
            let tone = Tones.sine(400, rate: 24_000, count: 4800)
            var size = 0
            for start in stride(from: 0, to: 4800, by: 480) {
                size += try encoder.encode(tone[start..<(start + 480)]).count
            }
            sizes.append(size)
        }
        #expect(sizes[0] * 2 < sizes[1])
    }

    @Test(
        "rates that Opus does not have are refused in libopus' words",
        arguments: [
            Int32(0), -1, 44_100, 96_000,
        ])
    func badRates(rate: Int32) {
        do {
            _ = try OpusDecoder(rate: rate)
            Issue.record("a decoder was made")
        } catch {
            #expect("\(error)" == "libopus: invalid argument")
        }
        do {
            _ = try OpusEncoder(rate: rate, bitsPerSecond: 16_000)
            Issue.record("an encoder was made")
        } catch {
            #expect("\(error)" == "libopus: invalid argument")
        }
    }

    @Test("any bytes are decoded or refused, never more than a packet's time")
    func garbage() throws {
        var decoder = try OpusDecoder(rate: 48_000)
        var state: UInt32 = 7
        func byte() -> UInt8 {
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        var refused = 0
        for length in 0..<600 {
            let packet = (0..<(length % 90)).map { _ in byte() }
            var samples: [Int16] = []
            do {
                try decoder.decode(packet[...], appendingTo: &samples)
            } catch {
                refused += 1
                #expect(samples.isEmpty)
            }
            #expect(samples.count <= 5760)
        }
        #expect(refused > 0 && refused < 600)
    }
}
