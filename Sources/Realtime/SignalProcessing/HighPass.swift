internal import Glibc

/// Removes frequencies below speech: a microphone's offset, hum, rumble and knocks on the case.
///
/// A Butterworth filter of second order, 12 dB an octave. A value owned by one thread; `process`
/// allocates nothing and delays nothing.
package struct HighPass {
    private let b0: Float
    private let a1: Float
    private let a2: Float
    private var first: Float = 0
    private var second: Float = 0

    /// A filter that passes what is above a frequency (Hz), for samples at a rate (Hz).
    package init(frequency: Int, rate: Int32) {
        let tangent = tan(Double.pi * Double(frequency) / Double(rate))
        let norm = 1 / (1 + tangent * 2.0.squareRoot() + tangent * tangent)
        b0 = Float(norm)
        a1 = Float(2 * (tangent * tangent - 1) * norm)
        a2 = Float((1 - tangent * 2.0.squareRoot() + tangent * tangent) * norm)
    }

    /// Filters samples in place.
    package mutating func process(_ samples: UnsafeMutablePointer<Int16>, count: Int) {
        for index in 0..<count {
            let input = Float(samples[index])
            // The numerator is b0 (1 - 2z^-1 + z^-2), in the transposed second direct form.
            let output = b0 * input + first
            first = -2 * b0 * input - a1 * output + second
            second = b0 * input - a2 * output
            samples[index] = Int16(clamping: Int32(output.rounded(.toNearestOrEven)))
        }
    }
}
