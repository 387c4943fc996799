/// A pattern of bytes to search for, in one pass whatever the contents (Knuth, Morris, Pratt).
struct BytePattern: Sendable {
    private let bytes: [UInt8]
    /// For each length: how much of the pattern's beginning is at the end of that many bytes.
    private let borders: [Int]
    /// The pattern is a number, which is not the same number within a longer one.
    private let isNumber: Bool

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        isNumber = bytes.allSatisfy(Self.isDigit)
        var borders = [Int](repeating: 0, count: bytes.count)
        var length = 0
        for index in bytes.indices.dropFirst() {
            while length > 0, bytes[index] != bytes[length] { length = borders[length - 1] }
            if bytes[index] == bytes[length] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// The shortest part of the pattern that is found where a text was cut (bytes).
    private static let shortestPart = 8
    private static let ellipsis = Array("…".utf8)

    /// The matches from left to right, including the parts that a cut left before an ellipsis, or
    /// at the end if it is half of the pattern; matches may overlap.
    func ranges(in text: [UInt8]) -> [Range<Int>] {
        guard !bytes.isEmpty, text.count >= min(bytes.count, Self.shortestPart) else { return [] }
        var found: [Range<Int>] = []
        var length = 0
        for (index, byte) in text.enumerated() {
            if byte == Self.ellipsis[0], length >= Self.shortestPart,
                text[index...].starts(with: Self.ellipsis)
            {
                found.append((index - length)..<index)
            }
            while length > 0, byte != bytes[length] { length = borders[length - 1] }
            if byte == bytes[length] { length += 1 }
            guard length == bytes.count else { continue }
            length = borders[length - 1]
            let range = (index + 1 - bytes.count)..<(index + 1)
            if !isNumber || standsAlone(range, in: text) { found.append(range) }
        }
        if length >= Self.shortestPart, 2 * length >= bytes.count {
            found.append((text.count - length)..<text.count)
        }
        return found
    }

    private func standsAlone(_ range: Range<Int>, in text: [UInt8]) -> Bool {
        !(range.lowerBound > 0 && Self.isDigit(text[range.lowerBound - 1]))
            && !(range.upperBound < text.count && Self.isDigit(text[range.upperBound]))
    }
}
