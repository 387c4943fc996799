/// The checksum of zlib and PNG (polynomial 0x04C11DB7, reflected).
struct CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
    }

    private var state: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~state }

    /// Takes samples as little-endian bytes.
    mutating func update(_ samples: [Int16]) {
        for sample in samples {
            update(UInt8(truncatingIfNeeded: sample))
            update(UInt8(truncatingIfNeeded: sample >> 8))
        }
    }

    private mutating func update(_ byte: UInt8) {
        state = Self.table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8
    }
}
