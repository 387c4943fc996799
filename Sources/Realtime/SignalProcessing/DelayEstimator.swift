/// Finds by how much a microphone lags behind a reference, by their correlation.
///
/// All frequencies count alike (the phase transform, regularized), so that the peak is the direct
/// path and not the room's loudest resonance. Works at 8 kHz, half of 16; a value owned by one
/// thread; only `init` allocates.
package struct DelayEstimator {
    /// Samples at 8 kHz: the window of the reference (a second), and of the microphone within it.
    private static let window = 8192
    private static let block = 4096
    /// New samples between two estimates, about a quarter of a second.
    private static let hop = 1920
    /// How far the microphone may seem to lead (64 ms), since devices misreport their delays.
    private static let lead = 512
    /// The weight of earlier correlations in the mean.
    private static let memory: Float = 0.7
    /// The reference must be louder than this (mean square of 16-bit samples; -55 dBFS).
    private static let minimumPower: Float = 3400

    /// The estimate from a stretch of sound.
    package struct Estimate: Sendable, Equatable {
        /// The lag (samples at 16 kHz), of this stretch and of the mean with those before.
        package var lag: Double
        package var meanLag: Double
        /// How far the peaks stand out of the rest of the correlation; above 8 they are certain.
        package var certainty: Float
        package var meanCertainty: Float
    }

    private let transform = FourierTransform(count: Self.window)
    private var reference = [Float](repeating: 0, count: Self.window)
    private var microphone = [Float](repeating: 0, count: Self.window)
    private var fresh = 0
    private var real = [Float](repeating: 0, count: Self.window)
    private var imaginary = [Float](repeating: 0, count: Self.window)
    private var meanReal = [Float](repeating: 0, count: Self.window)
    private var meanImaginary = [Float](repeating: 0, count: Self.window)

    /// An estimator without any sound yet.
    package init() {}

    /// Forgets what was heard, when the reference is read from another place.
    package mutating func forget() {
        for index in 0..<Self.window {
            meanReal[index] = 0
            meanImaginary[index] = 0
            microphone[index] = 0
            reference[index] = 0
        }
    }

    /// Takes a frame of each, 160 or 320 samples; sometimes returns an estimate, which is for the
    /// time `ageSamples` ago.
    package mutating func process(
        microphone frame: UnsafePointer<Int16>, reference other: UnsafePointer<Int16>, count: Int
    ) -> Estimate? {
        let start = Self.window - Self.hop + fresh
        for index in 0..<(count / 2) {
            let even = 2 * index
            microphone[start + index] = 0.5 * (Float(frame[even]) + Float(frame[even + 1]))
            reference[start + index] = 0.5 * (Float(other[even]) + Float(other[even + 1]))
        }
        fresh += count / 2
        guard fresh + count / 2 > Self.hop else { return nil }
        let estimate = isLoud ? correlate() : nil
        for index in 0..<(Self.window - fresh) {
            microphone[index] = microphone[index + fresh]
            reference[index] = reference[index + fresh]
        }
        fresh = 0
        return estimate
    }

    /// How old an estimate is, in samples at 16 kHz: it is for the middle of the block.
    package static let ageSamples = 2 * (lead + block / 2)

    private var isLoud: Bool {
        var power: Float = 0
        for index in (Self.window - Self.block)..<Self.window {
            power += reference[index] * reference[index]
        }
        return power > Self.minimumPower * Float(Self.block)
    }

    private mutating func correlate() -> Estimate? {
        let count = Self.window
        let blockStart = count - Self.block - Self.lead
        for index in 0..<count {
            real[index] = reference[index]
            let isInBlock = index >= blockStart && index < blockStart + Self.block
            imaginary[index] = isInBlock ? microphone[index] : 0
        }
        transform(isForward: true)
        let weight = crossPower()
        guard weight > 0 else { return nil }
        whiten(regularization: weight)
        // Two real results in one transform: this stretch's and the mean's.
        transform(isForward: false)
        let (meanPeak, meanCertainty) = peak(of: imaginary, around: nil)
        let (lag, certainty) = peak(of: real, around: Int(meanPeak.rounded()))
        return Estimate(
            lag: 2 * lag, meanLag: 2 * meanPeak, certainty: certainty,
            meanCertainty: meanCertainty)
    }

    private mutating func transform(isForward: Bool) {
        let transform = transform
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                guard let re = real.baseAddress, let im = imaginary.baseAddress else { return }
                if isForward {
                    transform.forward(real: re, imaginary: im)
                } else {
                    transform.inverse(real: re, imaginary: im)
                }
            }
        }
    }

    /// Puts the cross spectrum of both into the lower half; returns its mean magnitude.
    private mutating func crossPower() -> Float {
        let count = Self.window
        var sum: Float = 0
        for bin in 1..<(count / 2) {
            let mirror = count - bin
            // The spectra of two real signals, one of which was the imaginary part.
            let refRe = 0.5 * (real[bin] + real[mirror])
            let refIm = 0.5 * (imaginary[bin] - imaginary[mirror])
            let micRe = 0.5 * (imaginary[bin] + imaginary[mirror])
            let micIm = 0.5 * (real[mirror] - real[bin])
            real[bin] = micRe * refRe + micIm * refIm
            imaginary[bin] = micIm * refRe - micRe * refIm
            sum += (real[bin] * real[bin] + imaginary[bin] * imaginary[bin]).squareRoot()
        }
        return sum / Float(count / 2)
    }

    private mutating func whiten(regularization: Float) {
        let count = Self.window
        for bin in 1..<(count / 2) {
            let re = real[bin]
            let im = imaginary[bin]
            let weight = 1 / ((re * re + im * im).squareRoot() + 0.3 * regularization)
            meanReal[bin] = Self.memory * meanReal[bin] + (1 - Self.memory) * re * weight
            meanImaginary[bin] = Self.memory * meanImaginary[bin] + (1 - Self.memory) * im * weight
            // One signal and i times the other, each with the mirrored half of a real one.
            real[bin] = re * weight - meanImaginary[bin]
            imaginary[bin] = im * weight + meanReal[bin]
            real[count - bin] = re * weight + meanImaginary[bin]
            imaginary[count - bin] = meanReal[bin] - im * weight
        }
        real[0] = 0
        imaginary[0] = 0
        real[count / 2] = 0
        imaginary[count / 2] = 0
    }

    /// The highest peak, anywhere or near a lag, and how far it stands out.
    private func peak(of values: [Float], around center: Int?) -> (lag: Double, certainty: Float) {
        let longest = Self.window - Self.block - Self.lead
        let range =
            center.map { max(-Self.lead + 1, $0 - 16)...min(longest - 1, $0 + 16) }
            ?? (-Self.lead + 1)...(longest - 1)
        func value(_ lag: Int) -> Float { abs(values[lag & (Self.window - 1)]) }
        var best = range.lowerBound
        for lag in range where value(lag) > value(best) { best = lag }
        var power: Float = 0
        for lag in -Self.lead..<longest { power += value(lag) * value(lag) }
        let mean = (power / Float(longest + Self.lead)).squareRoot()
        let before = value(best - 1)
        let after = value(best + 1)
        let bend = before - 2 * value(best) + after
        let shift = bend == 0 ? 0 : 0.5 * (before - after) / bend
        return (Double(best) + Double(max(-0.5, min(0.5, shift))), value(best) / max(mean, 1e-9))
    }
}
