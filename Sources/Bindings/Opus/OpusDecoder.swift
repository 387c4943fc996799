private import COpus

/// Decodes Opus packets to mono samples.
///
/// One caller at a time.
package struct OpusDecoder: ~Copyable {
    /// The longest packet (120 ms at 48 kHz).
    private static let packetSamples = 5760

    private let handle: OpaquePointer

    /// A decoder at 8000, 12000, 16000, 24000 or 48000 Hz.
    ///
    /// The corresponding C function is `opus_decoder_create`.
    package init(rate: Int32) throws(OpusError) {
        var code: Int32 = 0
        guard let made = opus_decoder_create(rate, 1, &code) else { throw OpusError(code: code) }
        handle = made
    }

    deinit { opus_decoder_destroy(handle) }

    /// Decodes one packet and appends its samples.
    ///
    /// The corresponding C function is `opus_decode`.
    package mutating func decode(
        _ packet: ArraySlice<UInt8>, appendingTo samples: inout [Int16]
    ) throws(OpusError) {
        var block = [Int16](repeating: 0, count: Self.packetSamples)
        let count = packet.withUnsafeBufferPointer { bytes in
            opus_decode(
                handle, bytes.baseAddress, Int32(bytes.count), &block, Int32(block.count), 0)
        }
        guard count >= 0 else { throw OpusError(code: count) }
        samples += block[..<Int(count)]
    }
}
