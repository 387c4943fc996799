/// Reads whole Ogg Opus sounds (RFC 7845): the device's stored ones, and its own recordings.
package enum OggOpusReader {
    /// A longer file is not an earcon (bytes).
    package static let sizeLimitBytes = 64 << 20

    /// Decodes a sound to mono samples at a rate (8000, 12000, 16000, 24000 or 48000 Hz).
    package static func decode(_ bytes: [UInt8], rate: Int32) throws(OpusError) -> [Int16] {
        guard bytes.count <= sizeLimitBytes else { throw .unsupported("longer than 64 MiB") }
        let (packets, lastGranule) = try packets(of: bytes)
        guard packets.count >= 2 else { throw .malformed("the two headers are missing") }
        let preSkip = try header(packets[0])
        guard packets[1].starts(with: "OpusTags".utf8) else {
            throw .malformed("the second packet is no OpusTags")
        }
        var decoder = try OpusDecoder(rate: rate)
        var samples: [Int16] = []
        for packet in packets.dropFirst(2) {
            try decoder.decode(packet[...], appendingTo: &samples)
        }
        // Granules count at 48 kHz; the last may end within a packet.
        let skip = preSkip * Int(rate) / 48_000
        let end = Int(min(lastGranule, Int64(Int32.max))) * Int(rate) / 48_000
        guard skip <= min(end, samples.count) else { return [] }
        return Array(samples[skip..<min(end, samples.count)])
    }

    private static func packets(
        of bytes: [UInt8]
    ) throws(OpusError) -> (packets: [[UInt8]], lastGranule: Int64) {
        var packets: [[UInt8]] = []
        var pending: [UInt8] = []
        var granule: Int64 = 0
        var serial: UInt32?
        var offset = 0
        while offset < bytes.count {
            let page = try OggPage(reading: bytes, at: &offset)
            guard serial == nil || serial == page.serial else {
                throw .unsupported("several streams in one file")
            }
            serial = page.serial
            if page.granule >= 0 { granule = page.granule }
            var start = page.payload.startIndex
            for length in page.segments {
                pending += page.payload[start..<(start + Int(length))]
                start += Int(length)
                if length < 255 {
                    packets.append(pending)
                    pending = []
                }
            }
        }
        guard pending.isEmpty else { throw .malformed("cut off within a packet") }
        return (packets, granule)
    }

    /// Checks the identification header and returns its pre-skip.
    private static func header(_ packet: [UInt8]) throws(OpusError) -> Int {
        guard packet.count >= 19, packet.starts(with: "OpusHead".utf8) else {
            throw .malformed("the first packet is no OpusHead")
        }
        guard packet[8] & 0xF0 == 0 else { throw .unsupported("version \(packet[8])") }
        // Stereo is mixed to mono by libopus itself.
        guard (1...2).contains(packet[9]), packet[18] == 0 else {
            throw .unsupported("\(packet[9]) channels; one or two are")
        }
        return Int(packet[10]) | Int(packet[11]) << 8
    }
}
