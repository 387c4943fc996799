internal import Glibc

/// The levels of a frame in the bands that make up speech.
///
/// A fan's noise lies low and a hiss high; speech stands out of either in some bands long before
/// it does in the sum. Beside them a fine spectrum of the last frames together is made, whose bins
/// are narrow enough to tell a tone from its neighbour; one transform makes both, as one signal's
/// spectrum lies in its even and the other's in its odd part. A value owned by one thread;
/// `measure` allocates nothing.
struct SpeechBands {
    /// Their edges (Hz): about an auditory scale, without what lies below any voice.
    static let edges = [100, 250, 450, 700, 1050, 1550, 2250, 3200, 4600, 7000]
    static let count = edges.count - 1
    /// Taps of the filter before halving the rate, but for the one in the middle, which is a half,
    /// and those that are nothing: they lie so far from it.
    private static let taps: (near: Float, far: Float) = (9.0 / 32, -1.0 / 32)
    private static let reach = 6

    /// The levels of the last frame (dBFS).
    private(set) var levels = [Float](repeating: LevelMeter.floor, count: Self.count)
    /// The powers of the fine spectrum, up to a quarter of the rate; of no certain unit.
    private(set) var fine: [Float]
    /// How wide one of its bins is (Hz).
    let fineWidth: Float
    /// The first bin of each band, and the end of the last.
    private let bins: [Int]
    private let transform: FourierTransform
    private let window: [Float]
    /// The last samples at half the rate, oldest first, and their window.
    private var past: [Float]
    private let pastWindow: [Float]
    /// The end of the frame before, which the filter before halving reaches into.
    private var end = [Float](repeating: 0, count: Self.reach)
    private var real: [Float]
    private var imaginary: [Float]
    /// What makes a bin's power a mean square of the frame.
    private let scale: Float

    /// For frames of so many samples at a rate (Hz).
    init(frameSamples: Int, rate: Int) {
        var size = 2
        while size < frameSamples { size *= 2 }
        transform = FourierTransform(count: size)
        bins = Self.edges.map { ($0 * size + rate / 2) / rate }
        window = Self.window(frameSamples)
        pastWindow = Self.window(size)
        let energy = window.reduce(0) { $0 + $1 * $1 }
        // Each of the two spectra comes out of the transform twice, which is taken back here.
        scale = 0.5 / (energy * Float(size))
        real = [Float](repeating: 0, count: size)
        imaginary = real
        past = real
        fine = [Float](repeating: 0, count: size / 2)
        fineWidth = Float(rate) / 2 / Float(size)
    }

    private static func window(_ count: Int) -> [Float] {
        (0..<count).map {
            0.5 - 0.5 * Float(cos(2 * Double.pi * (Double($0) + 0.5) / Double(count)))
        }
    }

    /// What white noise of a level (dBFS) measures in a band.
    func share(ofWhite level: Float, band: Int) -> Float {
        let part = Float(bins[band + 1] - bins[band]) / Float(transform.count / 2)
        return level + 10 * LevelMeter.logarithm10(part)
    }

    /// Measures a frame, which has the length that was promised.
    mutating func measure(_ frame: UnsafeBufferPointer<Int16>) {
        halve(frame)
        for index in 0..<transform.count {
            real[index] = index < frame.count ? Float(frame[index]) * window[index] : 0
            imaginary[index] = past[index] * pastWindow[index]
        }
        let transform = transform
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                guard let re = real.baseAddress, let im = imaginary.baseAddress else { return }
                transform.forward(real: re, imaginary: im)
            }
        }
        for bin in 1..<fine.count {
            let mirrored = transform.count - bin
            let (re, im) = (imaginary[bin] + imaginary[mirrored], real[bin] - real[mirrored])
            fine[bin] = re * re + im * im
        }
        for band in 0..<Self.count {
            var power: Float = 0
            for bin in bins[band]..<bins[band + 1] {
                let mirrored = transform.count - bin
                let re = real[bin] + real[mirrored]
                let im = imaginary[bin] - imaginary[mirrored]
                power += re * re + im * im
            }
            levels[band] = LevelMeter.decibels(ofMeanSquare: power * scale)
        }
    }

    /// Appends a frame to the past at half its rate.
    private mutating func halve(_ frame: UnsafeBufferPointer<Int16>) {
        let added = frame.count / 2
        for index in 0..<(past.count - added) { past[index] = past[index + added] }
        let start = past.count - added
        for index in 0..<added {
            // The sample at the middle of the taps lies three before the newest.
            let newest = 2 * index
            let sum =
                Self.taps.far * (sample(newest, frame) + sample(newest - 6, frame))
                + Self.taps.near * (sample(newest - 2, frame) + sample(newest - 4, frame))
                + 0.5 * sample(newest - 3, frame)
            past[start + index] = sum
        }
        for index in 0..<Self.reach { end[index] = Float(frame[frame.count - Self.reach + index]) }
    }

    private func sample(_ index: Int, _ frame: UnsafeBufferPointer<Int16>) -> Float {
        index >= 0 ? Float(frame[index]) : end[Self.reach + index]
    }
}
