import Linux

/// The chunks of a file of raw samples, repeated up to a total length.
struct ChunkSource: Sendable {
    private static let rate = 16_000
    /// Longer files are cut; an hour is more than any measurement needs (bytes).
    private static let fileLimitBytes = 2 * rate * 3600

    let chunkNanoseconds: Int64
    let chunkCount: Int
    let seconds: Double
    private let samples: [Int16]
    private let chunkSamples: Int

    init(path: String, chunkMilliseconds: Int, seconds: Double) throws {
        let bytes = try Files.read(path, limitBytes: Self.fileLimitBytes)
        guard bytes.count >= 2 else { throw BenchError("\(path) holds no samples") }
        samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)
        }
        chunkSamples = Self.rate * chunkMilliseconds / 1000
        chunkCount = max(1, Int((seconds * 1000 / Double(chunkMilliseconds)).rounded()))
        chunkNanoseconds = Int64(chunkMilliseconds) * 1_000_000
        self.seconds = Double(chunkCount * chunkSamples) / Double(Self.rate)
    }

    /// Chunk `index`; all chunks have the same length.
    func chunk(_ index: Int) -> [Int16] {
        let start = index * chunkSamples % samples.count
        if start + chunkSamples <= samples.count {
            return Array(samples[start..<(start + chunkSamples)])
        }
        return (0..<chunkSamples).map { samples[(start + $0) % samples.count] }
    }
}

/// Why a measurement failed.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
