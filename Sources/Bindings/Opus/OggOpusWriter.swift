/// Writes mono samples as an Ogg Opus stream (RFC 7845), page by page.
///
/// A page holds one second, so that a truncated recording loses no more. One caller at a time; a
/// class, because Swift 6.0's compiler fails on a noncopyable struct whose throwing initializer
/// creates another.
package final class OggOpusWriter {
    private static let packetsPerPage = 50

    private var encoder: OpusEncoder
    private let rate: Int32
    private let serial: UInt32
    private var sequence: UInt32 = 0
    private var granule: Int64 = 0
    private var samples: [Int16] = []
    private var packets: [[UInt8]] = []
    private var inputSamples: Int64 = 0

    /// A stream at 8000, 12000, 16000, 24000 or 48000 Hz; `serial` distinguishes streams.
    package init(rate: Int32, bitsPerSecond: Int32, serial: UInt32) throws(OpusError) {
        encoder = try OpusEncoder(rate: rate, bitsPerSecond: bitsPerSecond)
        self.rate = rate
        self.serial = serial
    }

    /// The two header pages, which come first.
    package func header() -> [UInt8] {
        func little(_ number: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let head =
            Array("OpusHead".utf8) + [1, 1] + little(encoder.preSkip, 2) + little(Int(rate), 4)
            + [0, 0, 0]
        let vendor = Array("martlet".utf8)
        let tags = Array("OpusTags".utf8) + little(vendor.count, 4) + vendor + little(0, 4)
        var first = page([head], granule: 0)
        first.isFirst = true
        return first.bytes + page([tags], granule: 0).bytes
    }

    private func page(_ packets: [[UInt8]], granule: Int64) -> OggPage {
        defer { sequence += 1 }
        return OggPage(packets: packets, granule: granule, serial: serial, sequence: sequence)
    }

    /// Encodes samples; returns the pages that were filled.
    package func append(_ more: [Int16]) throws(OpusError) -> [UInt8] {
        samples += more
        inputSamples += Int64(more.count)
        var bytes: [UInt8] = []
        var start = 0
        while samples.count - start >= encoder.frameSamples {
            // A full page waits for the next packet, since the last page must have a packet in
            // which the stream ends.
            if packets.count == Self.packetsPerPage {
                bytes += page(packets, granule: granule).bytes
                packets = []
            }
            packets.append(try encoder.encode(samples[start..<(start + encoder.frameSamples)]))
            start += encoder.frameSamples
            granule += 960
        }
        samples.removeFirst(start)
        return bytes
    }

    /// Ends the stream; returns its last page.
    package func finish() throws(OpusError) -> [UInt8] {
        // The encoder delays the last samples, so silence pushes them out.
        let end = Int64(encoder.preSkip) + inputSamples * 48_000 / Int64(rate)
        var bytes: [UInt8] = []
        while granule < end {
            let silence = [Int16](repeating: 0, count: encoder.frameSamples - samples.count)
            bytes += try append(silence)
            inputSamples -= Int64(silence.count)
        }
        var last = page(packets, granule: end)
        last.isLast = true
        packets = []
        return bytes + last.bytes
    }
}
