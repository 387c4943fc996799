internal import SpeexDSP

/// A resampler that a loop may or may not need.
///
/// A class, because Swift 6.0's compiler fails on an optional noncopyable member of a loop; it
/// still has one owner.
final class RateConverter {
    private let resampler: Resampler

    /// Creates a converter; nil if the rates are the same (Hz).
    static func make(
        from: Int32, to: Int32, quality: Int32
    ) throws(ResamplerError) -> RateConverter? {
        from == to ? nil : try RateConverter(from: from, to: to, quality: quality)
    }

    private init(from: Int32, to: Int32, quality: Int32) throws(ResamplerError) {
        resampler = try Resampler(from: from, to: to, quality: quality)
    }

    /// Converts as much as there is input and room.
    func process(
        _ input: UnsafePointer<Int16>, count: Int, into output: UnsafeMutablePointer<Int16>,
        capacity: Int
    ) -> (consumed: Int, produced: Int) {
        resampler.process(input, count: count, into: output, capacity: capacity)
    }

    /// How many samples of input the output lags behind.
    var latencyFrames: Int { resampler.latencyFrames }

    /// Forgets what has passed.
    func reset() { resampler.reset() }
}
