extension Resampler {
    /// Converts a whole sound, mono, from one rate to another (Hz); it allocates.
    package static func converted(
        _ samples: [Int16], from: Int32, to: Int32, quality: Int32
    ) throws(ResamplerError) -> [Int16] {
        guard from != to else { return samples }
        let resampler = try Resampler(from: from, to: to, quality: quality)
        let length = Int(Int64(samples.count) * Int64(to) / Int64(from))
        // The converter holds its filter's length back until more comes.
        let input = samples + [Int16](repeating: 0, count: 2 * resampler.latencyFrames)
        var output = [Int16](repeating: 0, count: length + 4096)
        let produced = input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output -> Int in
                guard let source = input.baseAddress, let target = output.baseAddress else {
                    return 0
                }
                return resampler.process(
                    source, count: input.count, into: target, capacity: output.count
                ).produced
            }
        }
        return Array(output.prefix(min(length, produced)))
    }
}
