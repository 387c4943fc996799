/// The messages that make up nearly all traffic: microphone samples up, model audio down.
///
/// Both are handled without a JSON tree. The uplink's envelope is text around base64. On the
/// downlink the shape that the service actually sends is matched byte by byte, and its audio is
/// decoded in place; anything else is left to the full reader.
package enum AudioMessage {
    private static let head = Array(#"{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate="#.utf8)
    private static let middle = Array(#"","data":""#.utf8)
    /// Head and middle for the service's own microphone rate.
    private static let usualRate = 16_000
    private static let usualHead = head + Array("\(usualRate)".utf8) + middle
    private static let tail = Array(#""}}}"#.utf8)

    /// Appends a `realtimeInput` message with mono samples at a rate (Hz).
    package static func append(
        _ samples: ArraySlice<Int16>, sampleRate: Int, to message: inout [UInt8]
    ) {
        if sampleRate == usualRate {
            message.append(contentsOf: usualHead)
        } else {
            message.append(contentsOf: head)
            message.append(contentsOf: String(sampleRate).utf8)
            message.append(contentsOf: middle)
        }
        Base64.append(samples, to: &message)
        message.append(contentsOf: tail)
    }

    /// Decodes a server message that holds only audio parts in the service's own format.
    ///
    /// Appends the samples. Returns false, with nothing appended, when the message has any other
    /// shape or format, whether it is valid or not.
    package static func decode(_ message: [UInt8], appendingTo samples: inout [Int16]) -> Bool {
        var matcher = Matcher(bytes: message)
        let start = samples.count
        guard matcher.audioMessage(&samples) else {
            samples.removeSubrange(start...)
            return false
        }
        return true
    }
}

/// A cursor over a message that compares it with an expected shape.
private struct Matcher {
    /// The type of nearly every message.
    private static let plainType: StaticString = "audio/pcm;rate=24000"

    let bytes: [UInt8]
    var offset = 0

    mutating func audioMessage(_ samples: inout [Int16]) -> Bool {
        guard open("{"), key("serverContent"), open("{"), key("modelTurn"), open("{") else {
            return false
        }
        // Vertex names the role before or after the parts.
        if key("role") {
            guard string() != nil, open(",") else { return false }
        }
        guard key("parts"), open("[") else { return false }
        repeat {
            guard part(&samples) else { return false }
        } while open(",")
        guard open("]") else { return false }
        if open(",") {
            guard key("role"), string() != nil else { return false }
        }
        guard open("}"), open("}"), open("}") else { return false }
        skipBlanks()
        return offset == bytes.count
    }

    private mutating func part(_ samples: inout [Int16]) -> Bool {
        guard open("{"), key("inlineData"), open("{") else { return false }
        var isPlain = false
        var data: Range<Int>?
        repeat {
            if key("mimeType") {
                guard !isPlain, let text = string() else { return false }
                isPlain =
                    isPiece(text, Self.plainType)
                    || AudioFormat(mimeType: bytes[text]) == .output
            } else if key("data") {
                guard data == nil else { return false }
                data = string()
            } else {
                return false
            }
        } while open(",")
        guard open("}"), open("}"), isPlain, let data else { return false }
        return Base64.decode(bytes[data], appendingTo: &samples)
    }

    private mutating func skipBlanks() {
        while offset < bytes.count, bytes[offset] <= 0x20 { offset += 1 }
    }

    /// Takes a punctuation mark if it comes next.
    private mutating func open(_ mark: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: mark) else { return false }
        offset += 1
        return true
    }

    /// Takes a member's name and the colon after it if they come next.
    private mutating func key(_ name: StaticString) -> Bool {
        skipBlanks()
        let start = offset
        guard let text = string(), isPiece(text, name), open(":") else {
            offset = start
            return false
        }
        return true
    }

    /// Whether a piece of the message equals a text.
    private func isPiece(_ piece: Range<Int>, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { text in
            guard piece.count == text.count else { return false }
            for index in text.indices where bytes[piece.lowerBound + index] != text[index] {
                return false
            }
            return true
        }
    }

    /// Takes a string without escapes if it comes next; returns the range between its quotation
    /// marks.
    private mutating func string() -> Range<Int>? {
        guard open("\"") else { return nil }
        let start = offset
        guard let end = endOfPlainText(from: start), bytes[end] == UInt8(ascii: "\"") else {
            offset = start - 1
            return nil
        }
        offset = end + 1
        return start..<end
    }

    /// The index of the next quotation mark or backslash.
    ///
    /// Eight bytes at a time: the audio is a string of thousands, and a search byte by byte took as
    /// long as its decoding.
    private func endOfPlainText(from start: Int) -> Int? {
        bytes.withUnsafeBytes { memory in
            var offset = start
            while offset + 8 <= memory.count {
                let word = memory.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                if Self.has(UInt8(ascii: "\""), in: word) || Self.has(UInt8(ascii: "\\"), in: word)
                {
                    break
                }
                offset += 8
            }
            return memory[offset...].firstIndex {
                $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
            }
        }
    }

    /// Whether one of a word's bytes is this one: only a zero byte borrows from its own highest
    /// bit.
    private static func has(_ byte: UInt8, in word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & (ones << 7) != 0
    }
}
