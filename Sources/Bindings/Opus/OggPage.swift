/// A page of an Ogg stream (RFC 3533, section 6).
struct OggPage {
    static let headerBytes = 27
    /// A page has at most this number of segments of at most 255 bytes.
    static let segmentLimit = 255

    var isContinued = false
    var isFirst = false
    var isLast = false
    /// For Opus: samples at 48 kHz up to the end of this page.
    var granule: Int64
    var serial: UInt32
    var sequence: UInt32
    /// Lengths of the segments; a packet ends with one below 255.
    var segments: [UInt8]
    var payload: ArraySlice<UInt8>

    /// Reads the page at an offset, and moves the offset behind it.
    init(reading bytes: [UInt8], at offset: inout Int) throws(OpusError) {
        let start = offset
        func number(_ at: Int, _ count: Int) -> UInt64 {
            (0..<count).reduce(0) { $0 | UInt64(bytes[start + at + $1]) << (8 * UInt64($1)) }
        }
        guard start + Self.headerBytes <= bytes.count else {
            throw .malformed("cut off in a page's head at byte \(start)")
        }
        guard bytes[start..<(start + 4)].elementsEqual("OggS".utf8), bytes[start + 4] == 0 else {
            throw .malformed("no page begins at byte \(start)")
        }
        let flags = bytes[start + 5]
        isContinued = flags & 1 != 0
        isFirst = flags & 2 != 0
        isLast = flags & 4 != 0
        granule = Int64(bitPattern: number(6, 8))
        serial = UInt32(number(14, 4))
        sequence = UInt32(number(18, 4))
        let count = Int(bytes[start + 26])
        let tableEnd = start + Self.headerBytes + count
        guard tableEnd <= bytes.count else {
            throw .malformed("cut off in a page's head at byte \(start)")
        }
        segments = Array(bytes[(start + Self.headerBytes)..<tableEnd])
        let end = tableEnd + segments.reduce(0) { $0 + Int($1) }
        guard end <= bytes.count else { throw .malformed("cut off in the page at byte \(start)") }
        payload = bytes[tableEnd..<end]
        var page = Array(bytes[start..<end])
        page.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        guard Self.checksum(page) == UInt32(number(22, 4)) else {
            throw .malformed("the page at byte \(start) is damaged")
        }
        offset = end
    }

    /// A page with whole packets.
    init(packets: [[UInt8]], granule: Int64, serial: UInt32, sequence: UInt32) {
        self.granule = granule
        self.serial = serial
        self.sequence = sequence
        segments = packets.flatMap { packet in
            [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
        }
        payload = packets.flatMap { $0 }[...]
    }

    var bytes: [UInt8] {
        func little(_ number: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        }
        let flags: UInt8 = (isContinued ? 1 : 0) | (isFirst ? 2 : 0) | (isLast ? 4 : 0)
        var page = Array("OggS".utf8) + [0, flags] + little(UInt64(bitPattern: granule), 8)
        page += little(UInt64(serial), 4) + little(UInt64(sequence), 4) + [0, 0, 0, 0]
        page += [UInt8(segments.count)] + segments + payload
        page.replaceSubrange(22..<26, with: little(UInt64(Self.checksum(page)), 4))
        return page
    }

    /// CRC-32 with polynomial 0x04c11db7, without reflection, as Ogg defines it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0) { sum, byte in sum << 8 ^ table[Int((sum >> 24) ^ UInt32(byte))] }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { sum, _ in
            sum & 0x8000_0000 != 0 ? sum << 1 ^ 0x04c1_1db7 : sum << 1
        }
    }
}
