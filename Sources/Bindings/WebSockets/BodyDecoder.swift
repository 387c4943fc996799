/// Extracts the body from the bytes after the head of an HTTP answer (RFC 9112, section 6).
struct BodyDecoder {
    /// How the body's end is known.
    enum Framing: Equatable {
        /// This number of further bytes.
        case length(Int)
        case chunked
        case untilClose

        /// The same, after this number of bytes of the body.
        func behind(_ count: Int) -> Framing {
            guard case .length(let all) = self else { return self }
            return .length(max(0, all - count))
        }
    }

    private enum Place { case size, extensionText, data, dataEnd }

    private(set) var body: [UInt8]
    /// Whether the body is complete, or long enough.
    private(set) var isWhole = false
    private let framing: Framing
    private var place = Place.size
    /// Bytes of the body, or of the chunk, that are still missing.
    private var left = 0
    private var digits = 0

    /// A decoder for the bytes that follow `held`.
    init(_ framing: Framing, held: [UInt8] = []) {
        self.framing = framing
        body = held
        if case .length(let count) = framing {
            left = max(0, count)
            isWhole = left == 0
        }
        cut()
    }

    /// Takes the bytes that have arrived.
    mutating func take(_ bytes: ArraySlice<UInt8>) {
        switch framing {
        case .untilClose: body += bytes
        case .length:
            body += bytes.prefix(left)
            left -= min(left, bytes.count)
            isWhole = isWhole || left == 0
        case .chunked:
            var rest = bytes
            while !isWhole, let byte = rest.first {
                if place == .data {
                    let piece = rest.prefix(left)
                    body += piece
                    left -= piece.count
                    rest = rest.dropFirst(piece.count)
                    if left == 0 { place = .dataEnd }
                } else {
                    rest = rest.dropFirst()
                    step(byte)
                }
                cut()
            }
        }
        cut()
    }

    private mutating func cut() {
        guard body.count >= UpgradeRefusal.bodyLimitBytes else { return }
        body.removeSubrange(UpgradeRefusal.bodyLimitBytes...)
        isWhole = true
    }

    /// One byte between the chunks' data.
    private mutating func step(_ byte: UInt8) {
        let isLineEnd = byte == UInt8(ascii: "\n")
        switch place {
        case .size:
            if let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 {
                digits += 1
                // It is capped at the most that a body may have; further digits change nothing.
                left = min(left * 16 + digit, UpgradeRefusal.bodyLimitBytes)
            } else if isLineEnd {
                beginChunk()
            } else {
                place = .extensionText
            }
        case .extensionText: if isLineEnd { beginChunk() }
        case .dataEnd:
            if isLineEnd {
                place = .size
                digits = 0
            }
        case .data: break
        }
    }

    private mutating func beginChunk() {
        if digits == 0 || left == 0 {
            // The last chunk, or not a chunk at all; what follows is not needed.
            isWhole = true
        } else {
            place = .data
        }
    }
}
