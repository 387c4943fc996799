/// Base64 between samples and the wire, the largest part of a conversation's cost in our own code.
///
/// Encoding looks up twelve bits at once; decoding looks up each character in a table of values
/// that are already shifted to their place. Both work in the caller's memory, which a steady stream
/// reuses.
package enum Base64 {
    /// The length of the text for a number of raw bytes, padding included.
    package static func encodedCount(_ byteCount: Int) -> Int { (byteCount + 2) / 3 * 4 }

    /// Appends samples, little-endian, in the standard alphabet with padding.
    package static func append(_ samples: ArraySlice<Int16>, to text: inout [UInt8]) {
        samples.withUnsafeBytes { append($0, to: &text) }
    }

    /// Appends bytes in the standard alphabet with padding.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        bytes.withUnsafeBytes { append($0, to: &text) }
    }

    /// Decodes text and appends the samples; both alphabets, with or without padding.
    ///
    /// Returns false, with nothing appended, for text that is not base64 or ends within a sample.
    package static func decode(_ text: ArraySlice<UInt8>, appendingTo samples: inout [Int16])
        -> Bool
    {
        text.withUnsafeBufferPointer { text in
            guard let length = decodedLength(text), length.bytes % 2 == 0 else { return false }
            let start = samples.count
            samples.append(contentsOf: repeatElement(0, count: length.bytes / 2))
            let isValid = samples.withUnsafeMutableBytes { memory in
                let target = UnsafeMutableRawBufferPointer(rebasing: memory[(start * 2)...])
                return decode(text, digits: length.digits, into: target)
            }
            if !isValid { samples.removeSubrange(start...) }
            return isValid
        }
    }

    /// Decodes text to bytes; nil when it is not base64.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        text.withUnsafeBufferPointer { text in
            guard let length = decodedLength(text) else { return nil }
            var bytes = [UInt8](repeating: 0, count: length.bytes)
            let isValid = bytes.withUnsafeMutableBytes {
                decode(text, digits: length.digits, into: $0)
            }
            return isValid ? bytes : nil
        }
    }

    // MARK: Encoding

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The two characters of each twelve bits, the first in the low byte.
    private static let pairs: [UInt16] = (0..<4096).map { bits in
        UInt16(alphabet[bits >> 6]) | UInt16(alphabet[bits & 63]) << 8
    }

    // The pointers here and below stay within buffers whose sizes were computed from each other
    // just before; checked subscripts made the loops three times slower.
    private static func append(_ source: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        guard let input = source.baseAddress else { return }
        let start = text.count
        text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: encodedCount(source.count)))
        text.withUnsafeMutableBytes { memory in
            pairs.withUnsafeBufferPointer { pairs in
                guard let table = pairs.baseAddress, let base = memory.baseAddress else { return }
                var output = base + start
                var offset = 0
                while offset + 3 <= source.count {
                    let first = input.load(fromByteOffset: offset, as: UInt8.self)
                    let second = input.load(fromByteOffset: offset + 1, as: UInt8.self)
                    let third = input.load(fromByteOffset: offset + 2, as: UInt8.self)
                    let high = Int(first) << 4 | Int(second) >> 4
                    let low = (Int(second) & 15) << 8 | Int(third)
                    let four = UInt32(table[high]) | UInt32(table[low]) << 16
                    output.storeBytes(of: four.littleEndian, as: UInt32.self)
                    output += 4
                    offset += 3
                }
                let rest = source.count - offset
                guard rest > 0 else { return }
                let first = Int(input.load(fromByteOffset: offset, as: UInt8.self))
                let second =
                    rest == 2 ? Int(input.load(fromByteOffset: offset + 1, as: UInt8.self)) : 0
                output.storeBytes(
                    of: table[first << 4 | second >> 4].littleEndian, as: UInt16.self)
                if rest == 2 {
                    output.storeBytes(
                        of: alphabet[(second & 15) << 2], toByteOffset: 2, as: UInt8.self)
                }
            }
        }
    }

    // MARK: Decoding

    private static let invalid: UInt32 = 1 << 24

    /// For each of the four places of a group, a character's contribution to its 24 bits.
    private static let contributions: [UInt32] = {
        var table = [UInt32](repeating: invalid, count: 4 * 256)
        func set(_ character: UInt8, _ value: Int) {
            for place in 0..<4 {
                table[place * 256 + Int(character)] = UInt32(value) << (18 - 6 * place)
            }
        }
        for (value, character) in alphabet.enumerated() { set(character, value) }
        set(UInt8(ascii: "-"), 62)
        set(UInt8(ascii: "_"), 63)
        return table
    }()

    /// How many characters carry bits, and the number of bytes that they make.
    private static func decodedLength(
        _ text: UnsafeBufferPointer<UInt8>
    ) -> (digits: Int, bytes: Int)? {
        var digits = text.count
        while digits > 0, text.count - digits < 2, text[digits - 1] == UInt8(ascii: "=") {
            digits -= 1
        }
        let padding = text.count - digits
        guard digits % 4 != 1, padding == 0 || text.count % 4 == 0 else { return nil }
        return (digits, digits / 4 * 3 + max(0, digits % 4 - 1))
    }

    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, digits: Int, into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard digits > 0, let source = text.baseAddress, let output = target.baseAddress else {
            return digits == 0
        }
        return contributions.withUnsafeBufferPointer { contributions in
            guard let table = contributions.baseAddress else { return false }
            var bad: UInt32 = 0
            var read = 0
            var written = 0
            while read + 4 <= digits {
                let bits =
                    table[Int(source[read])] | table[256 + Int(source[read + 1])]
                    | table[512 + Int(source[read + 2])] | table[768 + Int(source[read + 3])]
                bad |= bits
                output.storeBytes(
                    of: UInt8(truncatingIfNeeded: bits >> 16), toByteOffset: written, as: UInt8.self
                )
                output.storeBytes(
                    of: UInt8(truncatingIfNeeded: bits >> 8), toByteOffset: written + 1,
                    as: UInt8.self)
                output.storeBytes(
                    of: UInt8(truncatingIfNeeded: bits), toByteOffset: written + 2, as: UInt8.self)
                read += 4
                written += 3
            }
            var bits: UInt32 = 0
            for place in 0..<(digits - read) {
                bits |= table[place * 256 + Int(source[read + place])]
            }
            for (index, shift) in [UInt32(16), 8].prefix(max(0, digits - read - 1)).enumerated() {
                output.storeBytes(
                    of: UInt8(truncatingIfNeeded: bits >> shift), toByteOffset: written + index,
                    as: UInt8.self)
            }
            return (bad | bits) & invalid == 0
        }
    }
}
