/// The format of raw 16-bit samples in a message, from its MIME type.
///
/// Samples are little-endian, even those of `audio/L16`: RFC 2586 defines that type as big-endian,
/// but Google's services send it in the byte order of their other types.
package struct AudioFormat: Sendable, Equatable {
    /// Hz, 8,000 to 192,000.
    package var rate: Int
    /// Samples of one frame, interleaved; 1 to 8.
    package var channels: Int

    /// The format that the Live service sends, and that of a type without parameters.
    package static let output = AudioFormat(rate: 24_000, channels: 1)

    /// The range that a resampler and a loudspeaker can handle.
    private static let rates = 8_000...192_000
    private static let channelCounts = 1...8

    private static let usualTypes = ["audio/pcm;rate=24000", "audio/pcm"].map { Array($0.utf8) }

    /// A format; the caller must keep both numbers in range.
    package init(rate: Int, channels: Int) {
        self.rate = rate
        self.channels = channels
    }

    /// The format of a MIME type; nil if it is not raw 16-bit samples, or if a number is out of
    /// range.
    ///
    /// According to RFC 2045: names in any case, blanks around the separators, values with or
    /// without quotes; unknown parameters are ignored.
    package init?(mimeType text: ArraySlice<UInt8>) {
        // Nearly every message of a conversation returns here.
        if Self.usualTypes.contains(where: { $0.elementsEqual(text) }) {
            self = .output
            return
        }
        let pieces = text.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard let type = pieces.first.map(Self.word), ["audio/pcm", "audio/l16"].contains(type)
        else { return nil }
        self = .output
        for piece in pieces.dropFirst() {
            let sides = piece.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard sides.count == 2 else { continue }
            let value = Self.word(sides[1])
            switch Self.word(sides[0]) {
            case "rate":
                guard let number = Int(value), Self.rates.contains(number) else { return nil }
                rate = number
            case "channels":
                guard let number = Int(value), Self.channelCounts.contains(number) else {
                    return nil
                }
                channels = number
            case "bits", "bitdepth": guard value == "16" else { return nil }
            case "codec": guard value == "pcm" else { return nil }
            default: break
            }
        }
    }

    /// A name or value without surrounding blanks and quotes, in lower case.
    private static func word(_ text: ArraySlice<UInt8>) -> String {
        func isAround(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: "\"") }
        var rest = text
        while let first = rest.first, isAround(first) { rest.removeFirst() }
        while let last = rest.last, isAround(last) { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self).lowercased()
    }
}
