import AudioCore
import Linux
import Testing

struct WAVFileTests {
    static let samples: [Int16] = [0, 1, -1, .max, .min, 12_345, -12_346, 256]

    private func chunk(_ name: String, _ body: [UInt8], size: Int? = nil) -> [UInt8] {
        let size = size ?? body.count
        return Array(name.utf8) + little(size, 4) + body + (body.count % 2 == 1 ? [0] : [])
    }

    private func little(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private func format(
        tag: Int = 1, channels: Int = 1, rate: Int = 16_000, bits: Int = 16, extra: [UInt8] = []
    ) -> [UInt8] {
        little(tag, 2) + little(channels, 2) + little(rate, 4) + little(rate * channels * 2, 4)
            + little(channels * 2, 2) + little(bits, 2) + extra
    }

    private func file(_ chunks: [UInt8]...) -> [UInt8] {
        let body = Array("WAVE".utf8) + chunks.flatMap { $0 }
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }

    /// The end of an extensible format: size, bits, speakers, and the GUID of a format's number.
    private static func `extension`(of tag: UInt8) -> [UInt8] {
        [
            22, 0, 16, 0, 4, 0, 0, 0, tag, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B,
            0x71,
        ]
    }

    private var data: [UInt8] {
        Self.samples.flatMap {
            [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
        }
    }

    private func parse(_ bytes: [UInt8]) throws -> WAVFile {
        try WAVFile(parsing: bytes, path: "sound.wav")
    }

    @Test("what is written is read again", arguments: [Int32(1), 2], [Int32(8000), 44_100])
    func roundTrip(channels: Int32, rate: Int32) throws {
        let file = WAVFile(rate: rate, channels: channels, samples: Self.samples)
        #expect(try parse(file.bytes) == file)
        #expect(file.bytes.count == 44 + 2 * Self.samples.count)
    }

    @Test("a file on the disk is read, and one that is missing is named")
    func files() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "martlet-wav")
        defer { try? Files.removeTree(folder) }
        let file = WAVFile(rate: 24_000, channels: 1, samples: Self.samples)
        try Files.writeAtomically("\(folder)/a.wav", file.bytes, mode: 0o600)
        #expect(try WAVFile(reading: "\(folder)/a.wav") == file)
        do {
            _ = try WAVFile(reading: "\(folder)/b.wav")
            Issue.record("a missing file was read")
        } catch {
            #expect("\(error)".contains("\(folder)/b.wav"))
        }
    }

    @Test("other chunks, odd ones too, and longer formats are passed over")
    func variants() throws {
        let expected = WAVFile(rate: 16_000, channels: 1, samples: Self.samples)
        let plain = file(chunk("fmt ", format()), chunk("data", data))
        #expect(try parse(plain) == expected)
        let crowded = file(
            chunk("LIST", [1, 2, 3]), chunk("fmt ", format(extra: [0, 0])), chunk("fact", [4]),
            chunk("data", data), chunk("id3 ", [9, 9]))
        #expect(try parse(crowded) == expected)
        let extensible = file(
            chunk("fmt ", format(tag: 0xFFFE, extra: Self.extension(of: 1))),
            chunk("data", data))
        #expect(try parse(extensible) == expected)
        let empty = file(chunk("fmt ", format()), chunk("data", []))
        #expect(try parse(empty).samples == [])
    }

    @Test("a size that the writer of a stream did not know means the rest")
    func unknownSize() throws {
        for size in [0xFFFF_FFFF, 0x7FFF_FFFF, 1_000_000] {
            let bytes = file(chunk("fmt ", format()), chunk("data", data, size: size))
            #expect(try parse(bytes).samples == Self.samples)
        }
    }

    @Test("a size of 0, as streams leave it, means the rest, and an empty file is empty")
    func aSizeOf0As()
        throws
    {
        for (channels, odd) in [(1, 0), (2, 0), (1, 1)] {
            let body = data + [UInt8](repeating: 7, count: odd)
            let bytes = file(
                chunk("fmt ", format(channels: channels)), chunk("data", body, size: 0))
            #expect(try parse(bytes).samples.starts(with: Self.samples))
        }
        let empty = file(chunk("fmt ", format()), chunk("data", []))
        #expect(try parse(empty).samples == [])
        // Bytes after an empty data chunk are no sound.
        let tagged = file(
            chunk("fmt ", format()), chunk("data", []), chunk("LIST", [1, 2, 3]),
            chunk("id3 ", [4, 5]))
        #expect(try parse(tagged).samples == [])
    }

    @Test("an extensible format is judged by its subformat")
    func anExtensibleFormatIsJudged() throws {
        let float = file(
            chunk("fmt ", format(tag: 0xFFFE, extra: Self.extension(of: 3))), chunk("data", data))
        do {
            _ = try parse(float)
            Issue.record("floating point was taken for PCM")
        } catch {
            #expect("\(error)".contains("format 3 (floating point) with 16 bits"))
        }
        let deep = file(
            chunk("fmt ", format(tag: 0xFFFE, bits: 24, extra: Self.extension(of: 1))),
            chunk("data", data))
        do {
            _ = try parse(deep)
            Issue.record("24 bits were taken for 16")
        } catch {
            #expect("\(error)".contains("PCM with 24 bits"))
        }
    }

    @Test("a file cut off anywhere gives fewer samples or is refused")
    func truncated() {
        let whole = file(
            chunk("LIST", [1, 2, 3]), chunk("fmt ", format(channels: 2)), chunk("data", data))
        for length in 0..<whole.count {
            do {
                let read = try parse(Array(whole.prefix(length)))
                #expect(read.samples.count % 2 == 0)
                #expect(read.samples == Array(Self.samples.prefix(read.samples.count)))
                #expect(read.samples.count < Self.samples.count)
            } catch {
                #expect("\(error)".hasPrefix("'sound.wav' is not a usable WAV file: "))
                #expect(length < whole.count - data.count)
            }
        }
    }

    struct Bad: Sendable {
        let bytes: [UInt8]
        let words: String
    }

    @Test("a file of another kind is refused with its kind")
    func wrongFormats() {
        let data = chunk("data", data)
        let cases = [
            Bad(bytes: Array("OggS and so on".utf8), words: "RIFF and WAVE"),
            Bad(bytes: file(chunk("fmt ", format(tag: 3, bits: 32)), data), words: "format 3"),
            Bad(bytes: file(chunk("fmt ", format(bits: 24)), data), words: "24 bits"),
            Bad(bytes: file(chunk("fmt ", format(bits: 8)), data), words: "8 bits"),
            Bad(bytes: file(chunk("fmt ", format(channels: 6)), data), words: "6 channels"),
            Bad(bytes: file(chunk("fmt ", format(channels: 0)), data), words: "0 channels"),
            Bad(bytes: file(chunk("fmt ", format(rate: 4000)), data), words: "4000 Hz"),
            Bad(bytes: file(data, chunk("fmt ", format())), words: "before its format"),
            Bad(bytes: file(chunk("fmt ", format())), words: "no data"),
        ]
        for bad in cases {
            do {
                _ = try parse(bad.bytes)
                Issue.record("read, but it should say: \(bad.words)")
            } catch {
                #expect("\(error)".contains(bad.words))
                #expect("\(error)".contains("16-bit PCM, mono or stereo"))
            }
        }
    }
}
