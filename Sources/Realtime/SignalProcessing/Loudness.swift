private import Glibc

/// Decibels and percent of loudness as factors on samples.
package enum Loudness {
    /// The factor of a number of decibels; 1 for 0, exactly.
    package static func gain(decibels: Float) -> Float {
        decibels == 0 ? 1 : pow(10, decibels / 20)
    }

    /// The factor of a percentage of loudness, 0 to 100: 1 for 100 and 0 for 0, exactly.
    ///
    /// A third power, so that equal steps sound equal: half is 18 dB less, which sounds a little
    /// less than half as loud; alsamixer uses the same scale for cards with decibels.
    package static func gain(percent: Double) -> Float {
        let share = min(max(percent, 0), 100) / 100
        return Float(share * share * share)
    }
}
