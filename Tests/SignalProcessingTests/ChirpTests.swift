import SignalProcessing
import Testing

@Suite("A chirp is found in a recording")
struct ChirpTests {
    private let chirp = Chirp(rate: 16_000)

    private func noise(_ count: Int, amplitude: Int) -> [Int16] {
        var state: UInt32 = 7
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(Int(state >> 16) % (2 * amplitude + 1) - amplitude)
        }
    }

    @Test("at its exact sample, with its loudness, through noise as loud as itself")
    func found() throws {
        var heard = noise(12_000, amplitude: 1600)
        for (index, sample) in chirp.samples.enumerated() { heard[5000 + index] += sample / 10 }
        let finding = try #require(chirp.find(in: heard))
        #expect(finding.position == 5000)
        #expect(abs(finding.gain + 20) < 0.5)
        // A chirp of half scale has -9 dBFS and its ends a little less; a tenth of it -29.
        #expect(abs(finding.level + 29.2) < 0.7)
        #expect(finding.likeness > 0.5 && finding.likeness < 0.95)
    }

    @Test("also inverted, as by a loudspeaker with its wires exchanged")
    func inverted() throws {
        let heard = [Int16](repeating: 0, count: 100) + chirp.samples.map { -$0 / 2 }
        let finding = try #require(chirp.find(in: heard))
        #expect(finding.position == 100)
        #expect(finding.likeness > 0.99)
        #expect(abs(finding.gain + 6.02) < 0.05)
    }

    @Test("not in silence, not in noise, not in a recording shorter than itself")
    func absent() {
        #expect(chirp.find(in: [Int16](repeating: 0, count: 12_000)) == nil)
        #expect(chirp.find(in: noise(12_000, amplitude: 8000)) == nil)
        #expect(chirp.find(in: Array(chirp.samples.dropLast())) == nil)
        #expect(chirp.find(in: []) == nil)
    }
}
