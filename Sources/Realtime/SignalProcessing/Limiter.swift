/// Keeps summed samples within 16 bits by turning them down for a moment instead of clipping.
///
/// Samples that fit are left unchanged, bit for bit, while nothing near them is too loud. For a
/// peak the gain falls over the millisecond before it, if that millisecond is in the same block,
/// and rises again within half a second.
package struct Limiter {
    /// The pieces in which the gain moves (samples): a millisecond at 24 kHz.
    private static let pieceSamples = 24
    /// How much the gain rises in a piece: from half to full in half a second.
    private static let release: Float = 0.001
    private static let ceiling: Float = 32_767

    private var gain: Float = 1

    /// A limiter that has met nothing loud.
    package init() {}

    /// Whether it turns anything down now.
    package var isActive: Bool { gain < 1 }

    /// Brings samples, in units of 16 bits, into their range in place.
    package mutating func process(_ samples: UnsafeMutablePointer<Float>, count: Int) {
        var start = 0
        var need = Self.need(samples, count: min(Self.pieceSamples, count))
        while start < count {
            let length = min(Self.pieceSamples, count - start)
            let next = start + length
            // The gain at the end of a piece suits the beginning of the next one.
            let following = Self.need(
                samples + next, count: min(Self.pieceSamples, count - next))
            let first = min(gain, need)
            let last = min(min(need, following), min(first + Self.release, 1))
            if first < 1 || last < 1 {
                glide(samples + start, count: length, from: first, to: last)
            }
            gain = last
            need = following
            start = next
        }
    }

    private func glide(
        _ samples: UnsafeMutablePointer<Float>, count: Int, from first: Float, to last: Float
    ) {
        let step = (last - first) / Float(count)
        for index in 0..<count { samples[index] = samples[index] * (first + step * Float(index)) }
    }

    /// The highest gain at which the loudest sample still fits.
    private static func need(_ samples: UnsafeMutablePointer<Float>, count: Int) -> Float {
        var high: Float = 0
        for index in 0..<max(0, count) {
            // The lowest 16-bit sample is one further from zero than the highest.
            let sample = samples[index]
            high = max(high, sample < 0 ? -sample - 1 : sample)
        }
        return high > ceiling ? ceiling / high : 1
    }
}
