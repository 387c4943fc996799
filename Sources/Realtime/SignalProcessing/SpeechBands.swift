internal import Glibc

/// The levels of a frame in the bands that make up speech.
///
/// A fan's noise is low and a hiss is high; speech stands out of either in some bands long before
/// it does in the sum. A value owned by one thread; `measure` allocates nothing.
struct SpeechBands {
    /// Their edges (Hz): roughly an auditory scale, without frequencies below any voice.
    static let edges = [100, 250, 450, 700, 1050, 1550, 2250, 3200, 4600, 7000]
    static let count = edges.count - 1

    /// The levels of the last frame (dBFS).
    private(set) var levels = [Float](repeating: LevelMeter.floor, count: Self.count)
    /// The first bin of each band, and the end of the last.
    private let bins: [Int]
    private let transform: FourierTransform
    private let window: [Float]
    private var real: [Float]
    private var imaginary: [Float]
    /// The factor from a bin's power to a mean square of the frame.
    private let scale: Float

    /// For frames of a number of samples at a rate (Hz).
    init(frameSamples: Int, rate: Int) {
        var size = 2
        while size < frameSamples { size *= 2 }
        transform = FourierTransform(count: size)
        bins = Self.edges.map { ($0 * size + rate / 2) / rate }
        window = Self.window(frameSamples)
        let energy = window.reduce(0) { $0 + $1 * $1 }
        // Half of the power lies in the mirrored half of the spectrum.
        scale = 2 / (energy * Float(size))
        real = [Float](repeating: 0, count: size)
        imaginary = real
    }

    private static func window(_ count: Int) -> [Float] {
        (0..<count).map {
            0.5 - 0.5 * Float(cos(2 * Double.pi * (Double($0) + 0.5) / Double(count)))
        }
    }

    /// The level in a band of white noise that has a total level (dBFS).
    func share(ofWhite level: Float, band: Int) -> Float {
        let part = Float(bins[band + 1] - bins[band]) / Float(transform.count / 2)
        return level + 10 * LevelMeter.logarithm10(part)
    }

    /// Measures a frame, which must have the length given at creation.
    mutating func measure(_ frame: UnsafeBufferPointer<Int16>) {
        for index in 0..<transform.count {
            real[index] = index < frame.count ? Float(frame[index]) * window[index] : 0
            imaginary[index] = 0
        }
        let transform = transform
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                guard let re = real.baseAddress, let im = imaginary.baseAddress else { return }
                transform.forward(real: re, imaginary: im)
            }
        }
        for band in 0..<Self.count {
            var power: Float = 0
            for bin in bins[band]..<bins[band + 1] {
                power += real[bin] * real[bin] + imaginary[bin] * imaginary[bin]
            }
            levels[band] = LevelMeter.decibels(ofMeanSquare: power * scale)
        }
    }
}
