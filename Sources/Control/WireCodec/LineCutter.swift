/// Splits incoming pieces into lines.
package struct LineCutter {
    /// A longer line is not a message (bytes).
    package let limitBytes: Int
    private var pending: [UInt8] = []

    /// Lines up to this limit (bytes).
    package init(limitBytes: Int) { self.limitBytes = limitBytes }

    /// A line was longer than the limit.
    package struct TooLong: Error {}

    /// Takes a piece and returns the lines that it completes, without line ends and empty lines.
    package mutating func cut(_ piece: [UInt8]) throws(TooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = piece[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            guard pending.count + end - rest.startIndex <= limitBytes else { throw TooLong() }
            var line = pending + rest[..<end]
            pending = []
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if !line.isEmpty { lines.append(line) }
            rest = rest[(end + 1)...]
        }
        guard pending.count + rest.count <= limitBytes else { throw TooLong() }
        pending += rest
        return lines
    }
}
