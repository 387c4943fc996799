private import COpus

/// Encodes mono samples to Opus packets of 20 ms.
///
/// One caller at a time.
package struct OpusEncoder: ~Copyable {
    /// Room for the largest packet (bytes).
    private static let packetBytes = 1500

    private let handle: OpaquePointer
    /// Samples of one packet.
    package let frameSamples: Int
    /// Samples at 48 kHz that the decoder must skip at the start.
    package let preSkip: Int

    /// An encoder for speech at 8000, 12000, 16000, 24000 or 48000 Hz.
    ///
    /// The corresponding C function is `opus_encoder_create`.
    package init(rate: Int32, bitsPerSecond: Int32) throws(OpusError) {
        var code: Int32 = 0
        guard let made = opus_encoder_create(rate, 1, OPUS_APPLICATION_VOIP, &code) else {
            throw OpusError(code: code)
        }
        handle = made
        frameSamples = Int(rate) / 50
        // The encoder's own delay: 6.5 ms, which RFC 7845 requires to be stated (section 4.2).
        preSkip = 312
        copus_set_bitrate(made, bitsPerSecond)
    }

    deinit { opus_encoder_destroy(handle) }

    /// Encodes exactly `frameSamples` samples.
    ///
    /// The corresponding C function is `opus_encode`.
    package mutating func encode(_ samples: ArraySlice<Int16>) throws(OpusError) -> [UInt8] {
        precondition(samples.count == frameSamples, "a packet holds 20 ms")
        var packet = [UInt8](repeating: 0, count: Self.packetBytes)
        let count = samples.withUnsafeBufferPointer { input in
            opus_encode(
                handle, input.baseAddress.unsafelyUnwrapped, Int32(input.count), &packet,
                Int32(Self.packetBytes))
        }
        guard count >= 0 else { throw OpusError(code: count) }
        return Array(packet[..<Int(count)])
    }
}
