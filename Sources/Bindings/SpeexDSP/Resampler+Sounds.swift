extension Resampler {
    /// The longest piece that is converted at once (samples): it limits the output of one call.
    private static let pieceFrames = 4096

    /// Converts the next samples of a stream and appends the result; it allocates.
    package func append(_ samples: [Int16], to output: inout [Int16]) {
        // At most 24 times as many, from 8 to 192 kHz, plus what the filter held back.
        var made = [Int16](repeating: 0, count: 24 * Self.pieceFrames + 4096)
        samples.withUnsafeBufferPointer { input in
            guard let source = input.baseAddress else { return }
            var taken = 0
            while taken < input.count {
                let count = min(Self.pieceFrames, input.count - taken)
                let (consumed, produced) = made.withUnsafeMutableBufferPointer {
                    target -> (Int, Int) in
                    guard let room = target.baseAddress else { return (count, 0) }
                    return process(source + taken, count: count, into: room, capacity: target.count)
                }
                output.append(contentsOf: made[..<produced])
                // A converter that neither consumes nor produces anything is at its end.
                guard consumed > 0 || produced > 0 else { return }
                taken += consumed
            }
        }
    }

    /// Converts a whole sound, mono, from one rate to another (Hz); it allocates.
    package static func converted(
        _ samples: [Int16], from: Int32, to: Int32, quality: Int32
    ) throws(ResamplerError) -> [Int16] {
        guard from != to else { return samples }
        let resampler = try Resampler(from: from, to: to, quality: quality)
        let length = Int(Int64(samples.count) * Int64(to) / Int64(from))
        // The converter holds back its filter's length until more input comes.
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
