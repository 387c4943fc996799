/// Samples wider than 16 bits, to and from the program's own, in memory made once.
///
/// Belongs to one PCM, is used by its thread and given back by its end; only `init` allocates.
/// A plain value, because the compiler of Swift 6.0 fails on a noncopyable member of what can fail
/// to be made, and a reference would be counted on the audio thread.
struct WideSamples {
    /// Where the device's samples are read to and written from.
    let memory: UnsafeMutableRawPointer
    /// How many frames fit.
    let frames: Int
    private let format: SampleFormat
    private let channels: Int

    init(format: SampleFormat, channels: Int, frames: Int) {
        self.format = format
        self.channels = channels
        self.frames = frames
        memory = .allocate(byteCount: frames * channels * format.bytes, alignment: 4)
    }

    /// Gives the memory back; by the PCM, at its end.
    func deallocate() { memory.deallocate() }

    /// Takes the upper 16 bits of what was read.
    ///
    /// Cut and not rounded: what is lost lies 96 dB below full scale. A card's least negative noise
    /// becomes -1, which every later stage takes for silence.
    @_noAllocation @_noLocks
    func narrow(into samples: UnsafeMutablePointer<Int16>, frames: Int) {
        let count = frames * channels
        switch format {
        case .bits16: break
        case .bits32:
            let wide = memory.assumingMemoryBound(to: Int32.self)
            for index in 0..<count { samples[index] = Int16(truncatingIfNeeded: wide[index] >> 16) }
        case .bits24:
            let wide = memory.assumingMemoryBound(to: Int32.self)
            for index in 0..<count { samples[index] = Int16(truncatingIfNeeded: wide[index] >> 8) }
        case .bits24Packed:
            let bytes = memory.assumingMemoryBound(to: UInt8.self)
            for index in 0..<count {
                let (low, high) = (UInt16(bytes[3 * index + 1]), UInt16(bytes[3 * index + 2]))
                samples[index] = Int16(truncatingIfNeeded: low | high << 8)
            }
        }
    }

    /// Makes the device's samples of ours; the added bits are zero.
    @_noAllocation @_noLocks
    func widen(_ samples: UnsafePointer<Int16>, frames: Int) {
        let count = frames * channels
        switch format {
        case .bits16: break
        case .bits32:
            let wide = memory.assumingMemoryBound(to: Int32.self)
            for index in 0..<count { wide[index] = Int32(samples[index]) << 16 }
        case .bits24:
            let wide = memory.assumingMemoryBound(to: Int32.self)
            for index in 0..<count { wide[index] = Int32(samples[index]) << 8 }
        case .bits24Packed:
            let bytes = memory.assumingMemoryBound(to: UInt8.self)
            for index in 0..<count {
                bytes[3 * index] = 0
                bytes[3 * index + 1] = UInt8(truncatingIfNeeded: samples[index])
                bytes[3 * index + 2] = UInt8(truncatingIfNeeded: samples[index] >> 8)
            }
        }
    }
}
