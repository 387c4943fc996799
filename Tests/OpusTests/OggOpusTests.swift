import Testing

@testable import Opus

struct OggOpusTests {
    static func write(_ samples: [Int16], rate: Int32, piece: Int = 777) throws -> [UInt8] {
        let writer = try OggOpusWriter(rate: rate, bitsPerSecond: 32_000, serial: 5)
        var bytes = writer.header()
        for start in stride(from: 0, to: samples.count, by: piece) {
            bytes += try writer.append(Array(samples[start..<min(start + piece, samples.count)]))
        }
        return bytes + (try writer.finish())
    }

    static func pages(_ bytes: [UInt8]) throws -> [OggPage] {
        var pages: [OggPage] = []
        var offset = 0
        while offset < bytes.count { pages.append(try OggPage(reading: bytes, at: &offset)) }
        return pages
    }

    /// Lengths in samples at 16 kHz around the ends of a packet, a page or a pre-skip.
    static let lengths = [
        0, 1, 100, 215, 216, 217, 319, 320, 321, 535, 536, 537, 4000, 15_575, 15_576, 15_577,
        15_680, 15_895, 15_896, 15_897, 16_000, 31_700, 47_999,
    ]

    @Test("a written file is read back: exact in length, alike in sound", arguments: lengths)
    func roundTrip(count: Int) throws {
        let tone = Tones.sine(500, rate: 16_000, count: count)
        let bytes = try Self.write(tone, rate: 16_000)
        let read = try OggOpusReader.decode(bytes, rate: 16_000)
        #expect(read.count == count)
        if count > 3000 { #expect(Tones.likeness(read, tone) > 0.97) }
        let other = try OggOpusReader.decode(bytes, rate: 48_000)
        #expect(other.count == 3 * count)
    }

    @Test(
        "pages are numbered, their granule positions grow, and the last one ends the stream",
        arguments: lengths)
    func pageOrder(count: Int) throws {
        let bytes = try Self.write(Tones.sine(500, rate: 16_000, count: count), rate: 16_000)
        let pages = try Self.pages(bytes)
        #expect(pages.map(\.sequence) == (0..<UInt32(pages.count)).map { $0 })
        #expect(pages.map(\.isFirst) == [true] + pages.dropFirst().map { _ in false })
        #expect(pages.map(\.isLast) == pages.dropLast().map { _ in false } + [true])
        let granules = pages.map(\.granule)
        #expect(granules == granules.sorted())
        #expect(granules.last == Int64(312 + 3 * count))
        // RFC 3533: a granule belongs to the last packet that ends on its page.
        #expect(pages.allSatisfy { !$0.segments.isEmpty })
        // Only the last page may end within a packet.
        for page in pages.dropFirst(2).dropLast() { #expect(page.granule % 960 == 0) }
    }

    @Test("a recording that is cut off at a page is decoded up to there")
    func cutAtPages() throws {
        let tone = Tones.sine(500, rate: 16_000, count: 50_000)
        let bytes = try Self.write(tone, rate: 16_000)
        var offset = 0
        var lengths: [Int] = []
        while offset < bytes.count {
            _ = try OggPage(reading: bytes, at: &offset)
            if let read = try? OggOpusReader.decode(Array(bytes.prefix(offset)), rate: 16_000) {
                lengths.append(read.count)
            }
        }
        #expect(lengths == lengths.sorted())
        #expect(lengths.last == 50_000)
        #expect(lengths.dropLast().last ?? 0 > 45_000)
    }

    @Test("a file cut off at any byte is refused or shorter")
    func truncated() throws {
        let bytes = try Self.write(Tones.sine(500, rate: 16_000, count: 4000), rate: 16_000)
        var shorter = 0
        for length in 0..<bytes.count {
            do {
                let read = try OggOpusReader.decode(Array(bytes.prefix(length)), rate: 16_000)
                #expect(read.count < 4000)
                shorter += 1
            } catch {
                #expect("\(error)".hasPrefix("no Ogg Opus sound: "))
            }
        }
        // Only a cut between two pages leaves a valid file.
        #expect(shorter <= 2)
    }

    @Test("a file with any byte changed is refused")
    func flipped() throws {
        let bytes = try Self.write(Tones.sine(500, rate: 16_000, count: 1500), rate: 16_000)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x11
            #expect(throws: OpusError.self, "byte \(index)") {
                try OggOpusReader.decode(damaged, rate: 16_000)
            }
        }
    }

    /// A file of whole pages, each with its own packets.
    private func file(_ packets: [[UInt8]]..., serials: [UInt32] = []) -> [UInt8] {
        packets.enumerated().flatMap { number, packets in
            OggPage(
                packets: packets, granule: 0,
                serial: number < serials.count ? serials[number] : 1, sequence: UInt32(number)
            ).bytes
        }
    }

    private func head(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
        var head = Array("OpusHead".utf8) + [1, 1, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0]
        change(&head)
        return head
    }

    @Test("a sound of another kind is refused with its kind")
    func otherKinds() throws {
        let tags = Array("OpusTags".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]
        let cases: [(bytes: [UInt8], words: String)] = [
            ([], "two headers are missing"), (Array("RIFF".utf8), "cut off"),
            (Array("RIFF and much more that is no Ogg page".utf8), "no page begins at byte 0"),
            (file([head()]), "two headers are missing"),
            (file([Array("vorbis and more of it".utf8)], [tags]), "no OpusHead"),
            (file([Array(head().prefix(18))], [tags]), "no OpusHead"),
            (file([head()], [head()]), "no OpusTags"),
            (file([head { $0[9] = 3 }], [tags]), "3 channels"),
            (file([head { $0[18] = 1 }], [tags]), "channels"),
            (file([head { $0[8] = 16 }], [tags]), "version 16"),
            (file([head()], [tags], serials: [1, 2]), "several streams"),
        ]
        for (bytes, words) in cases {
            do {
                _ = try OggOpusReader.decode(bytes, rate: 16_000)
                Issue.record("read, but it should say: \(words)")
            } catch {
                #expect("\(error)".contains(words), "\(error)")
            }
        }
    }

    @Test("a packet that libopus cannot decode is an error, and none at all is silence")
    func packets() throws {
        let tags = Array("OpusTags".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]
        #expect(try OggOpusReader.decode(file([head()], [tags]), rate: 16_000) == [])
        // Code 3 with a frame count of 0.
        #expect(throws: OpusError.library("corrupted stream")) {
            try OggOpusReader.decode(file([head()], [tags], [[0xFF, 0x00]]), rate: 16_000)
        }
    }
}
