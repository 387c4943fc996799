internal import Glibc

/// Levels of samples in decibels below full scale (dBFS).
package enum LevelMeter {
    /// The level of silence (dBFS); a 16-bit sample cannot be quieter than its last bit.
    package static let floor: Float = -96

    /// The root mean square of samples (dBFS, -96 to 0).
    package static func level(of samples: UnsafeBufferPointer<Int16>) -> Float {
        decibels(ofMeanSquare: meanSquare(of: samples))
    }

    /// The mean square of samples, in units of 16 bits; 0 if there are none.
    package static func meanSquare(of samples: UnsafeBufferPointer<Int16>) -> Float {
        guard !samples.isEmpty else { return 0 }
        var sum: Int64 = 0
        for sample in samples { sum += Int64(sample) * Int64(sample) }
        return Float(sum) / Float(samples.count)
    }

    /// The largest magnitude among samples, 0 to 32768.
    package static func peak(of samples: UnsafeBufferPointer<Int16>) -> Int32 {
        var peak: Int32 = 0
        for sample in samples { peak = max(peak, abs(Int32(sample))) }
        return peak
    }

    /// How many samples are at full scale, where the converter clips.
    package static func clipped(in samples: UnsafeBufferPointer<Int16>) -> Int {
        var count = 0
        for sample in samples where sample == .max || sample == .min { count += 1 }
        return count
    }

    /// The mean square, in units of 16-bit samples, of a level (dBFS).
    static func meanSquare(ofDecibels level: Float) -> Float {
        32768 * 32768 * pow(10, level / 10)
    }

    /// 10 log10 of a mean square relative to full scale, to a hundredth of a decibel.
    package static func decibels(ofMeanSquare square: Float) -> Float {
        let relative = square / (32768 * 32768)
        guard relative > 0 else { return floor }
        return max(floor, 10 * logarithm10(relative))
    }

    /// The common logarithm of a positive number, to 1e-4.
    ///
    /// The mantissa's logarithm is the series of artanh; Swift's own module has none.
    static func logarithm10(_ value: Float) -> Float {
        let m = value.significand
        let ratio = (m - 1) / (m + 1)
        let square = ratio * ratio
        let series =
            ratio * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square / 9))))
        let natural = 2 * series + Float(value.exponent) * 0.693_147_2
        return natural * 0.434_294_5
    }
}
