/// FNV-1a, 64 bits: protects against accidents, not against attackers.
package enum Checksum {
    /// The checksum of bytes as hexadecimal text, 1 to 16 digits.
    package static func text(of bytes: some Sequence<UInt8>) -> String {
        String(number(of: bytes), radix: 16)
    }

    /// The checksum of bytes.
    package static func number(of bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
    }
}
