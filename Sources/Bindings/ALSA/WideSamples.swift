/// Converts samples wider than 16 bits from and to the program's own, in memory allocated once.
///
/// Belongs to one PCM, which uses it on its thread and frees it at its end; only `init` allocates.
/// A plain value, because Swift 6.0's compiler fails on a noncopyable member of a type with a
/// throwing initializer, and a class would be reference-counted on the audio thread.
struct WideSamples {
    /// Where the device's samples are read to and written from.
    let memory: UnsafeMutableRawPointer
    /// How many frames fit.
    let frames: Int
    private let format: SampleFormat
    private let channels: Int
    /// How many of the top bits of 32 a sample does not use.
    private let unused: Int32

    init(format: SampleFormat, channels: Int, frames: Int) {
        self.format = format
        self.channels = channels
        unused = 32 - format.width
        self.frames = frames
        memory = .allocate(byteCount: frames * channels * format.bytes, alignment: 4)
    }

    /// Frees the memory; called by the PCM at its end.
    func deallocate() { memory.deallocate() }

    /// Converts the samples that were read to 16 bits, rounding to nearest.
    ///
    /// Truncation would turn every negative value below one step into -1 and every positive one
    /// into 0: an offset of half a step, and silence that is not silent.
    @_noAllocation @_noLocks
    func narrow(into samples: UnsafeMutablePointer<Int16>, frames: Int) {
        let count = frames * channels
        switch format {
        case .bits16: break
        case .float:
            let wide = memory.assumingMemoryBound(to: Float.self)
            for index in 0..<count { samples[index] = Self.nearest(wide[index]) }
        case .bits32, .bits24, .bits20:
            let wide = memory.assumingMemoryBound(to: Int32.self)
            for index in 0..<count { samples[index] = Self.nearest(wide[index] &<< unused) }
        case .bits24Packed, .bits20Packed, .bits18Packed:
            let bytes = memory.assumingMemoryBound(to: UInt8.self)
            for index in 0..<count {
                let (low, high) = (UInt32(bytes[3 * index]), UInt32(bytes[3 * index + 1]))
                let bits = low | high << 8 | UInt32(bytes[3 * index + 2]) << 16
                samples[index] = Self.nearest(Int32(bitPattern: bits) &<< unused)
            }
        }
    }

    /// The 16 bits that are nearest to 32; larger values saturate.
    @_noAllocation @_noLocks
    private static func nearest(_ wide: Int32) -> Int16 {
        Int16(truncatingIfNeeded: min(((wide >> 15) + 1) >> 1, 32_767))
    }

    /// The 16 bits that are nearest to -1...1; values beyond saturate, and NaN is 0.
    @_noAllocation @_noLocks
    private static func nearest(_ wide: Float) -> Int16 {
        guard wide == wide else { return 0 }
        // Shifted to be positive, so that the conversion's truncation rounds in one direction.
        let shifted = min(max(wide * 32_768, -32_768), 32_767) + 32_768.5
        return Int16(truncatingIfNeeded: Int32(shifted) - 32_768)
    }

    /// Converts our samples to the device's; the added bits are zero.
    @_noAllocation @_noLocks
    func widen(_ samples: UnsafePointer<Int16>, frames: Int) {
        let count = frames * channels
        switch format {
        case .bits16: break
        case .float:
            let wide = memory.assumingMemoryBound(to: Float.self)
            for index in 0..<count { wide[index] = Float(samples[index]) / 32_768 }
        case .bits32, .bits24, .bits20:
            let wide = memory.assumingMemoryBound(to: Int32.self)
            for index in 0..<count { wide[index] = (Int32(samples[index]) << 16) >> unused }
        case .bits24Packed, .bits20Packed, .bits18Packed:
            let bytes = memory.assumingMemoryBound(to: UInt8.self)
            for index in 0..<count {
                let value = (Int32(samples[index]) << 16) >> unused
                bytes[3 * index] = UInt8(truncatingIfNeeded: value)
                bytes[3 * index + 1] = UInt8(truncatingIfNeeded: value >> 8)
                bytes[3 * index + 2] = UInt8(truncatingIfNeeded: value >> 16)
            }
        }
    }
}
