/// How raw samples of 16 bits lie in a message, as its MIME type says.
///
/// Samples are little-endian, also those of `audio/L16`: RFC 2586 has them the other way round,
/// but Google's services send that type with the order of all their others.
package struct AudioFormat: Sendable, Equatable {
    /// Hz, 8,000 to 192,000.
    package var rate: Int
    /// Samples of one moment, side by side; 1 to 8.
    package var channels: Int

    /// What the Live service sends, and what a type without parameters is.
    package static let output = AudioFormat(rate: 24_000, channels: 1)

    /// What a resampler and a loudspeaker can make something of.
    private static let rates = 8_000...192_000
    private static let channelCounts = 1...8

    private static let usualTypes = ["audio/pcm;rate=24000", "audio/pcm"].map { Array($0.utf8) }

    /// A format; both numbers are the caller's to keep in range.
    package init(rate: Int, channels: Int) {
        self.rate = rate
        self.channels = channels
    }

    /// The format that a MIME type names; nil when it is not raw samples of 16 bits, or in numbers
    /// that nobody plays.
    ///
    /// As RFC 2045 has it: names in any case, blanks around the marks, values with or without
    /// quotes, and parameters that are not known are passed over.
    package init?(mimeType text: ArraySlice<UInt8>) {
        // Nearly every message of a conversation ends here.
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

    /// A name or value without the blanks and quotes around it, in small letters.
    private static func word(_ text: ArraySlice<UInt8>) -> String {
        func isAround(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: "\"") }
        var rest = text
        while let first = rest.first, isAround(first) { rest.removeFirst() }
        while let last = rest.last, isAround(last) { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self).lowercased()
    }
}
