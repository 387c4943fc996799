internal import Linux

/// Why a WAV file cannot be used.
package enum WAVError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It cannot be read or written; the text says why.
    case file(path: String, reason: String)
    /// It is not a WAV file with 16-bit samples, mono or stereo.
    case unsupported(path: String, reason: String)
    /// It is a WAV file without any samples.
    case empty(path: String)

    package var description: String {
        switch self {
        case .file(let path, let reason): "'\(path)': \(reason)"
        case .empty(let path): "'\(path)' has no samples behind its header; record it again"
        case .unsupported(let path, let reason):
            "'\(path)' is not a usable WAV file: \(reason); use 16-bit PCM, mono or stereo"
        }
    }
}

/// Samples of a WAV file: 16-bit, interleaved.
package struct WAVFile: Sendable, Equatable {
    /// The longest file that is read (bytes): an hour at 48 kHz mono.
    package static let sizeLimitBytes = 350 << 20

    /// Hz.
    package var rate: Int32
    /// 1 or 2.
    package var channels: Int32
    package var samples: [Int16]

    /// A file of interleaved samples at `rate` Hz.
    package init(rate: Int32, channels: Int32, samples: [Int16]) {
        self.rate = rate
        self.channels = channels
        self.samples = samples
    }

    /// Reads a file.
    package init(reading path: String) throws(WAVError) {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limitBytes: Self.sizeLimitBytes)
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
        try self.init(parsing: bytes, path: path)
    }

    /// Reads the bytes of a file; the path is for error texts.
    package init(parsing bytes: [UInt8], path: String) throws(WAVError) {
        func bad(_ reason: String) -> WAVError { .unsupported(path: path, reason: reason) }
        func number(_ offset: Int, bytes count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        guard bytes.count >= 12, bytes.starts(with: "RIFF".utf8),
            bytes[8..<12].elementsEqual("WAVE".utf8)
        else { throw bad("it does not begin with RIFF and WAVE") }
        var format: (tag: Int, channels: Int, rate: Int, bits: Int)?
        var offset = 12
        while offset + 8 <= bytes.count {
            let name = bytes[offset..<(offset + 4)]
            let start = offset + 8
            let named = number(offset + 4, bytes: 4)
            let isData = name.elementsEqual("data".utf8)
            // A streaming writer may not have known the size, and left 0 or the maximum; then the
            // data is the rest of the file.
            let isUnknown = isData && named == 0 && !Self.isChain(bytes[start...])
            let size = isUnknown ? bytes.count - start : min(named, bytes.count - start)
            if name.elementsEqual("fmt ".utf8), size >= 16 {
                // WAVE_FORMAT_EXTENSIBLE has the true format in the extension of its longer chunk.
                let isExtensible = number(start, bytes: 2) == 0xFFFE && size >= 26
                format = (
                    number(start + (isExtensible ? 24 : 0), bytes: 2),
                    number(start + 2, bytes: 2),
                    number(start + 4, bytes: 4), number(start + 14, bytes: 2)
                )
            } else if isData {
                guard let format else { throw bad("its data comes before its format") }
                guard format.tag == 1, format.bits == 16 else {
                    throw bad("it has \(Self.name(of: format.tag)) with \(format.bits) bits")
                }
                guard (1...2).contains(format.channels), (8000...192_000).contains(format.rate)
                else { throw bad("it has \(format.channels) channels at \(format.rate) Hz") }
                let count = size / 2 / format.channels * format.channels
                self.init(
                    rate: Int32(format.rate), channels: Int32(format.channels),
                    samples: (0..<count).map {
                        Int16(truncatingIfNeeded: number(start + 2 * $0, bytes: 2))
                    })
                return
            }
            offset = start + size + size % 2
        }
        throw bad("it holds no data")
    }

    /// Whether the bytes are a sequence of whole chunks, as after a `data` chunk that is truly
    /// empty.
    private static func isChain(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while rest.count >= 8 {
            let start = rest.startIndex
            let size = (0..<4).reduce(0) { $0 | Int(rest[start + 4 + $1]) << (8 * $1) }
            guard rest[start..<(start + 4)].allSatisfy({ (0x20...0x7E).contains($0) }),
                size + size % 2 <= rest.count - 8
            else { return false }
            rest = rest[(start + 8 + size + size % 2)...]
        }
        return rest.isEmpty
    }

    /// A format's number (RFC 2361), with its name if it is a common one.
    private static func name(of tag: Int) -> String {
        switch tag {
        case 1: "PCM"
        case 2, 0x11: "format \(tag) (ADPCM)"
        case 3: "format 3 (floating point)"
        case 6: "format 6 (A-law)"
        case 7: "format 7 (µ-law)"
        case 0x50, 0x55: "format \(tag) (MPEG)"
        default: "format \(tag)"
        }
    }

    /// The file's bytes.
    package var bytes: [UInt8] {
        Self.header(rate: rate, channels: channels, dataBytes: samples.count * 2)
            + samples.flatMap {
                [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
            }
    }

    /// The 44 bytes before the samples.
    package static func header(rate: Int32, channels: Int32, dataBytes: Int) -> [UInt8] {
        func little(_ number: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let frameBytes = Int(channels) * 2
        return Array("RIFF".utf8) + little(36 + dataBytes, 4) + Array("WAVEfmt ".utf8)
            + little(16, 4) + little(1, 2) + little(Int(channels), 2) + little(Int(rate), 4)
            + little(Int(rate) * frameBytes, 4) + little(frameBytes, 2) + little(16, 2)
            + Array("data".utf8) + little(dataBytes, 4)
    }
}
