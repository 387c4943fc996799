internal import Glibc

/// A rising tone that can be located exactly in what a microphone heard.
///
/// Its correlation with itself has one sharp peak, unlike that of a beep, and it passes all
/// frequencies that small loudspeakers have.
package struct Chirp: Sendable {
    /// Where it begins and ends (Hz).
    package static let range: ClosedRange<Double> = 400...5000
    /// How long it is (milliseconds).
    package static let milliseconds = 250
    /// Half scale, so that no limiter and no converter distorts it.
    private static let amplitude = 16_384.0
    /// Its ends are faded over this time (milliseconds), to avoid clicks.
    private static let rampMilliseconds = 10

    /// Mono samples.
    package let samples: [Int16]

    /// The chirp at a rate (Hz).
    package init(rate: Int) {
        let count = rate * Self.milliseconds / 1000
        let ramp = rate * Self.rampMilliseconds / 1000
        let (low, high) = (Self.range.lowerBound, Self.range.upperBound)
        let seconds = Double(count) / Double(rate)
        samples = (0..<count).map { index in
            let time = Double(index) / Double(rate)
            let turns = low * time + (high - low) * time * time / (2 * seconds)
            let edge = min(1, Double(min(index, count - 1 - index)) / Double(ramp))
            return Int16(Self.amplitude * edge * sin(2 * .pi * turns))
        }
    }

    /// The place where a chirp was found.
    package struct Finding: Sendable, Equatable {
        /// Its first sample.
        package let position: Int
        /// Its share of what is heard there, 0 to 1.
        package let likeness: Double
        /// Its loudness there (dBFS).
        package let level: Double
        /// Its loudness there relative to the original (decibels); negative if it was attenuated.
        package let gain: Double
    }

    /// The least likeness that is not taken for noise: white noise has a tenth of that.
    package static let leastLikeness = 0.25

    /// Finds where it fits best into what was heard at its own rate; nil when it is not in there.
    ///
    /// Takes a moment: the work is proportional to both lengths.
    package func find(in heard: [Int16]) -> Finding? {
        guard let correlation = correlation(with: heard) else { return nil }
        var best = 0
        for index in correlation.indices where abs(correlation[index]) > abs(correlation[best]) {
            best = index
        }
        let own = energy(of: samples[...])
        let there = energy(of: heard[best..<(best + samples.count)])
        guard own > 0, there > 0 else { return nil }
        let likeness = abs(correlation[best]) / (own * there).squareRoot()
        guard likeness >= Self.leastLikeness else { return nil }
        let factor = abs(correlation[best]) / own
        let square = factor * factor * own / Double(samples.count)
        return Finding(
            position: best, likeness: likeness,
            level: Double(LevelMeter.decibels(ofMeanSquare: Float(square))),
            gain: 20 * log10(factor))
    }

    /// The correlation for every place where it may begin; nil if `heard` is too short.
    package func correlation(with heard: [Int16]) -> [Double]? {
        let places = heard.count - samples.count + 1
        guard places > 0 else { return nil }
        return samples.withUnsafeBufferPointer { own in
            heard.withUnsafeBufferPointer { heard in
                (0..<places).map { place in
                    var sum: Int64 = 0
                    for index in 0..<own.count {
                        sum &+= Int64(Int32(own[index]) &* Int32(heard[place &+ index]))
                    }
                    return Double(sum)
                }
            }
        }
    }

    private func energy(of part: ArraySlice<Int16>) -> Double {
        var sum: Int64 = 0
        for sample in part { sum += Int64(sample) * Int64(sample) }
        return Double(sum)
    }
}
