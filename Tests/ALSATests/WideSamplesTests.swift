import Testing

@testable import ALSA

@Suite("Samples wider than 16 bits")
struct WideSamplesTests {
    private static let samples: [Int16] = [0, 1, -1, 256, -257, .max, .min, 12_345]

    @Test(
        "samples written to a wide format are read back unchanged", arguments: SampleFormat.allCases
    )
    func roundTrip(format: SampleFormat) {
        guard format != .bits16 else { return }
        let wide = WideSamples(format: format, channels: 2, frames: 4)
        defer { wide.deallocate() }
        wide.widen(Self.samples, frames: 4)
        var back = [Int16](repeating: 99, count: 8)
        wide.narrow(into: &back, frames: 4)
        #expect(back == Self.samples)
    }

    @Test("the device's bytes are where its format wants them")
    func bytes() {
        func written(_ format: SampleFormat, _ sample: Int16) -> [UInt8] {
            let wide = WideSamples(format: format, channels: 1, frames: 1)
            defer { wide.deallocate() }
            wide.widen([sample], frames: 1)
            return Array(UnsafeRawBufferPointer(start: wide.memory, count: format.bytes))
        }
        #expect(written(.bits32, 0x1234) == [0, 0, 0x34, 0x12])
        #expect(written(.bits24Packed, 0x1234) == [0, 0x34, 0x12])
        #expect(written(.bits24, 0x1234) == [0, 0x34, 0x12, 0])
        #expect(written(.bits20Packed, 0x1234) == [0x40, 0x23, 0x01])
        #expect(written(.bits18Packed, 0x1234) == [0xD0, 0x48, 0x00])
        #expect(written(.float, 0x4000) == [0, 0, 0, 0x3F])
        // The sign is extended into the unused byte.
        #expect(written(.bits20, -2) == [0xE0, 0xFF, 0xFF, 0xFF])
        #expect(written(.bits24, -2) == [0, 0xFE, 0xFF, 0xFF])
    }

    @Test("bits below the 16th are rounded, so that the faintest noise is silence")
    func lowBits() {
        let wide = WideSamples(format: .bits32, channels: 1, frames: 6)
        defer { wide.deallocate() }
        let memory = wide.memory.assumingMemoryBound(to: Int32.self)
        let values: [Int32] = [0x1234_7FFF, 0x1234_8000, -1, -0x8001, .max, .min]
        for (index, value) in values.enumerated() { memory[index] = value }
        var read = [Int16](repeating: 0, count: 6)
        wide.narrow(into: &read, frames: 6)
        #expect(read == [0x1234, 0x1235, 0, -1, .max, .min])
    }

    @Test("unused bits, and values beyond full scale, do not change the sound")
    func unusedBits() {
        var random = SystemRandomNumberGenerator()
        for format in SampleFormat.allCases where ![.bits16, .float].contains(format) {
            let wide = WideSamples(format: format, channels: 1, frames: 1)
            defer { wide.deallocate() }
            let bytes = wide.memory.assumingMemoryBound(to: UInt8.self)
            for _ in 0..<1000 {
                let sample = Int16.random(in: .min...(.max), using: &random)
                wide.widen([sample], frames: 1)
                // Bits above the sample's own are ignored.
                if format.width < format.bytes * 8 {
                    let top = format.bytes - 1
                    let own = UInt8(truncatingIfNeeded: 1 << (Int(format.width) - 8 * top)) &- 1
                    let keeps = format.width > 8 * top ? own : 0
                    bytes[top] = bytes[top] & keeps | UInt8.random(in: 0...255) & ~keeps
                }
                var read: [Int16] = [0]
                wide.narrow(into: &read, frames: 1)
                #expect(read[0] == sample, "\(format.name)")
            }
        }
        let wide = WideSamples(format: .float, channels: 1, frames: 8)
        defer { wide.deallocate() }
        let memory = wide.memory.assumingMemoryBound(to: Float.self)
        let values: [Float] = [1, -1, 3e38, -.infinity, .nan, 0.5, 1e-9, -1e-9]
        for (index, value) in values.enumerated() { memory[index] = value }
        var read = [Int16](repeating: 0, count: 8)
        wide.narrow(into: &read, frames: 8)
        #expect(read == [.max, .min, .max, .min, 0, 16_384, 0, 0])
    }

    @Test("each format has the name that ALSA's tools use, and no other")
    func names() {
        for format in SampleFormat.allCases {
            #expect(SampleFormat(name: format.name) == format)
            #expect(SampleFormat(name: format.name.lowercased()) == format)
        }
        #expect(SampleFormat(name: "S16_BE") == nil)
        #expect(SampleFormat(name: "") == nil)
    }
}
