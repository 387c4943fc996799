/// Measures how loud a sound is, and makes it as loud as the others.
///
/// The level is the root mean square of the blocks that have sound: pauses and quiet ends do not
/// count, as in the measurement of programme loudness (EBU R 128), but without its frequency
/// weighting.
package enum SoundLevel {
    /// The level of every sound (of 32 768): -20 dBFS, which leaves speech room for its peaks.
    package static let target = 3277.0
    /// No sample is made louder than this: 1 dB below full scale.
    private static let peakLimit = 29_204.0
    /// A block 20 dB below the loudest does not count (as a ratio of squares).
    private static let gate = 0.01
    private static let blockMilliseconds = 20
    /// A nearly silent sound is not amplified by more than this factor: 40 dB.
    private static let gainLimit = 100.0

    /// The level of samples at a rate (Hz): 0 to 32 768.
    package static func level(of samples: [Int16], rate: Int32) -> Double {
        let length = max(1, Int(rate) * blockMilliseconds / 1000)
        let squares = stride(from: 0, to: samples.count, by: length).map { start in
            let block = samples[start..<min(start + length, samples.count)]
            return block.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(block.count)
        }
        let loudest = squares.max() ?? 0
        let counted = squares.filter { $0 > 0 && $0 >= loudest * gate }
        guard !counted.isEmpty else { return 0 }
        return (counted.reduce(0, +) / Double(counted.count)).squareRoot()
    }

    /// The samples made as loud as all sounds are, as far as their peaks allow.
    package static func matched(_ samples: [Int16], rate: Int32) -> [Int16] {
        let level = level(of: samples, rate: rate)
        guard level > 0 else { return samples }
        let peak = samples.reduce(1.0) { max($0, Double($1.magnitude)) }
        let gain = min(target / level, peakLimit / peak, gainLimit)
        return samples.map { Int16((Double($0) * gain).rounded()) }
    }
}
