import Testing

@testable import Opus

struct OggPageTests {
    private func page(_ packets: [[UInt8]]) -> OggPage {
        var page = OggPage(packets: packets, granule: 0x0102_0304_0506, serial: 77, sequence: 3)
        page.isFirst = true
        return page
    }

    @Test("the checksum is that of RFC 3533, worked out bit by bit")
    func checksum() {
        let empty = OggPage(packets: [], granule: 0, serial: 0, sequence: 0).bytes
        var sum: UInt32 = 0
        for byte in Array("OggS".utf8) + [UInt8](repeating: 0, count: 23) {
            sum ^= UInt32(byte) << 24
            for _ in 0..<8 {
                let carry = sum & 0x8000_0000 != 0
                sum <<= 1
                if carry { sum ^= 0x04C1_1DB7 }
            }
        }
        let written = (0..<4).reduce(UInt32(0)) { $0 | UInt32(empty[22 + $1]) << (8 * UInt32($1)) }
        #expect(written == sum)
        #expect(empty.count == 27)
    }

    @Test("a page is read as it was written, and the offset moves behind it")
    func roundTrip() throws {
        let packets: [[UInt8]] = [
            [], [1], [UInt8](repeating: 2, count: 254), [UInt8](repeating: 3, count: 255),
            [UInt8](repeating: 4, count: 256), [UInt8](repeating: 5, count: 1000),
        ]
        let bytes = [9, 9] + page(packets).bytes + [8]
        var offset = 2
        let read = try OggPage(reading: bytes, at: &offset)
        #expect(offset == bytes.count - 1)
        #expect(read.granule == 0x0102_0304_0506)
        #expect(read.serial == 77)
        #expect(read.sequence == 3)
        #expect(read.isFirst && !read.isLast && !read.isContinued)
        #expect(Array(read.payload) == packets.flatMap { $0 })
        // A packet ends with a segment below 255, so one of 255 bytes has an empty one behind it.
        #expect(read.segments == [0, 1, 254, 255, 0, 255, 1, 255, 255, 255, 235])
    }

    @Test("a page cut off anywhere is refused, and the offset stays")
    func truncated() {
        let bytes = page([[1, 2, 3], [UInt8](repeating: 4, count: 300)]).bytes
        for length in 0..<bytes.count {
            var offset = 0
            #expect(throws: OpusError.self) {
                try OggPage(reading: Array(bytes.prefix(length)), at: &offset)
            }
            #expect(offset == 0)
        }
    }

    @Test("a page with any bit changed is refused")
    func flipped() {
        let bytes = page([[1, 2, 3], [UInt8](repeating: 4, count: 40)]).bytes
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                var offset = 0
                #expect(throws: OpusError.self, "byte \(index), bit \(bit)") {
                    try OggPage(reading: damaged, at: &offset)
                }
            }
        }
    }
}
