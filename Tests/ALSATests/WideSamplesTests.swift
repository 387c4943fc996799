import Testing

@testable import ALSA

@Suite("Samples wider than ours")
struct WideSamplesTests {
    private static let samples: [Int16] = [0, 1, -1, 256, -257, .max, .min, 12_345]

    @Test("what is written wide is read back the same", arguments: SampleFormat.allCases)
    func roundTrip(format: SampleFormat) {
        guard format != .bits16 else { return }
        let wide = WideSamples(format: format, channels: 2, frames: 4)
        defer { wide.deallocate() }
        wide.widen(Self.samples, frames: 4)
        var back = [Int16](repeating: 99, count: 8)
        wide.narrow(into: &back, frames: 4)
        #expect(back == Self.samples)
    }

    @Test("the device's bytes stand where its format wants them")
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
        // The sign is carried on into the byte that carries nothing.
        #expect(written(.bits24, -2) == [0, 0xFE, 0xFF, 0xFF])
    }

    @Test("what is below 16 bits is cut off, and a small negative value is not made a large one")
    func lowBits() {
        let wide = WideSamples(format: .bits32, channels: 1, frames: 3)
        defer { wide.deallocate() }
        let memory = wide.memory.assumingMemoryBound(to: Int32.self)
        memory[0] = 0x1234_FFFF
        memory[1] = -1
        memory[2] = .max
        var read = [Int16](repeating: 0, count: 3)
        wide.narrow(into: &read, frames: 3)
        #expect(read == [0x1234, -1, .max])
    }
}
