internal import Glibc
internal import Silero

/// Estimates how likely a voice is heard: our implementation of Silero VAD's net for 16 kHz.
///
/// ```
/// 64 samples of before, 512 new ─▶ 4 spectra of 129 ─▶ 4 convolutions ─▶ memory of 128 ─▶ share
/// ``` One run takes 32 ms of sound and about 0.4 million multiplications. The weights are those of
/// PyPI's silero-vad 6.2.3 (MIT licence, stored beside them). The result differs from onnxruntime's
/// by less than a thousandth, which SpeechNetTests check.
///
/// A value owned by one thread; `process` and `reset` allocate nothing and wait for nothing.
package struct SpeechNet {
    /// Samples that one run takes.
    package static let window = 512
    /// Samples of the previous window that a run reads again.
    private static let context = 64
    /// Samples of a spectrum, and from one to the next.
    private static let spectrum = 256
    private static let step = 128
    private static let bins = 129
    /// Outputs that are summed up together.
    fileprivate static let block = 16
    /// Numbers that the memory has.
    private static let memory = 128

    /// The layers: how many numbers go in and come out.
    private static let layers = [(387, 128), (384, 64), (128, 64), (64, 128), (256, 512)]

    private let transform = FourierTransform(count: Self.spectrum)
    private let hann: [Float]
    private let weights = SileroWeights.all
    /// Where each layer's weights begin, and those of the output.
    private let places: [Int]
    /// The samples of a run: the end of the window before, the window, and 64 of it mirrored.
    private var samples = [Float](repeating: 0, count: 640)
    private var real = [Float](repeating: 0, count: Self.spectrum)
    private var imaginary = [Float](repeating: 0, count: Self.spectrum)
    /// Four spectra, padded with a zero spectrum on either side, and the results of the layers; the
    /// first layer's result is padded too.
    private var spectra = [Float](repeating: 0, count: 6 * Self.bins)
    private var first = [Float](repeating: 0, count: 6 * 128)
    private var second = [Float](repeating: 0, count: 2 * 64)
    private var third = [Float](repeating: 0, count: 64)
    /// The input of the memory, and its last output.
    private var recurrent = [Float](repeating: 0, count: 2 * Self.memory)
    private var cells = [Float](repeating: 0, count: Self.memory)
    private var gates = [Float](repeating: 0, count: 4 * Self.memory)

    /// A net that has heard nothing yet.
    package init() {
        hann = (0..<Self.spectrum).map {
            Float(0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(Self.spectrum)))
        }
        var places = [0]
        for (inputs, outputs) in Self.layers {
            places.append((places.last ?? 0) + outputs * (inputs + 1))
        }
        self.places = places
        precondition(
            weights.count == (places.last ?? 0) + Self.memory + 1, "the weights are of another net")
    }

    /// Forgets what was heard.
    package mutating func reset() {
        for index in samples.indices { samples[index] = 0 }
        for index in recurrent.indices { recurrent[index] = 0 }
        for index in cells.indices { cells[index] = 0 }
    }

    /// Takes the next 512 samples at 16 kHz, amplified by `gain`; returns how likely they contain a
    /// voice (0 to 1).
    package mutating func process(_ window: UnsafeBufferPointer<Int16>, gain: Float = 1) -> Float {
        take(window)
        measureSpectra(gain)
        runLayers()
        return remember()
    }

    private mutating func take(_ window: UnsafeBufferPointer<Int16>) {
        let end = Self.context + Self.window
        for index in 0..<Self.context { samples[index] = samples[Self.window + index] }
        for index in 0..<Self.window {
            samples[Self.context + index] = Float(window[index]) / 32_768
        }
        for index in 0..<Self.context { samples[end + index] = samples[end - 2 - index] }
    }

    /// Computes the magnitudes of four spectra; one transform makes two, one in its even part and
    /// the other in its odd part.
    private mutating func measureSpectra(_ gain: Float) {
        let transform = transform
        let half = 0.5 * gain
        for pair in 0..<2 {
            let start = 2 * pair * Self.step
            for index in 0..<Self.spectrum {
                real[index] = samples[start + index] * hann[index]
                imaginary[index] = samples[start + Self.step + index] * hann[index]
            }
            real.withUnsafeMutableBufferPointer { real in
                imaginary.withUnsafeMutableBufferPointer { imaginary in
                    guard let re = real.baseAddress, let im = imaginary.baseAddress else { return }
                    transform.forward(real: re, imaginary: im)
                }
            }
            let target = (2 * pair + 1) * Self.bins
            for bin in 0..<Self.bins {
                let mirrored = (Self.spectrum - bin) % Self.spectrum
                let (re, im) = (real[bin], imaginary[bin])
                let (otherRe, otherIm) = (real[mirrored], imaginary[mirrored])
                let even = (re + otherRe, im - otherIm)
                let odd = (im + otherIm, otherRe - re)
                spectra[target + bin] = half * (even.0 * even.0 + even.1 * even.1).squareRoot()
                spectra[target + Self.bins + bin] =
                    half * (odd.0 * odd.0 + odd.1 * odd.1).squareRoot()
            }
        }
    }

    private mutating func runLayers() {
        for time in 0..<4 {
            let next = (time + 1) * 128
            layer(0).run(weights, spectra, from: time * Self.bins, into: &first, at: next)
        }
        for time in 0..<2 {
            layer(1).run(weights, first, from: 2 * time * 128, into: &second, at: time * 64)
        }
        layer(2).run(weights, second, from: 0, into: &third, at: 0)
        layer(3).run(weights, third, from: 0, into: &recurrent, at: 0)
        layer(4).run(weights, recurrent, from: 0, into: &gates, at: 0, isLimited: false)
    }

    private func layer(_ number: Int) -> Layer {
        let (inputs, outputs) = Self.layers[number]
        return Layer(inputs: inputs, outputs: outputs, place: places[number])
    }

    /// A weighted sum of all inputs for each output, sixteen outputs at a time.
    private struct Layer {
        typealias Four = SIMD4<Float>

        let inputs: Int
        let outputs: Int
        /// Where its biases begin; its weights follow them.
        let place: Int

        /// With `isLimited`, negative results become 0.
        func run(
            _ weights: UnsafeBufferPointer<Float>, _ values: [Float], from: Int,
            into results: inout [Float], at: Int, isLimited: Bool = true
        ) {
            let weights = UnsafeRawBufferPointer(weights)
            values.withUnsafeBufferPointer { values in
                results.withUnsafeMutableBytes { results in
                    for block in stride(from: 0, to: outputs, by: SpeechNet.block) {
                        sum(weights, values, from, results, at: 4 * (at + block), block, isLimited)
                    }
                }
            }
        }

        private func sum(
            _ weights: UnsafeRawBufferPointer, _ values: UnsafeBufferPointer<Float>, _ from: Int,
            _ results: UnsafeMutableRawBufferPointer, at: Int, _ block: Int, _ isLimited: Bool
        ) {
            func four(_ byte: Int) -> Four {
                weights.loadUnaligned(fromByteOffset: byte, as: Four.self)
            }
            let bias = 4 * (place + block)
            var (a, b, c, d) = (four(bias), four(bias + 16), four(bias + 32), four(bias + 48))
            var weight = 4 * (place + outputs + block * inputs)
            for index in from..<(from + inputs) {
                let value = Four(repeating: values[index])
                a += value * four(weight)
                b += value * four(weight + 16)
                c += value * four(weight + 32)
                d += value * four(weight + 48)
                weight += 64
            }
            if isLimited {
                a.replace(with: 0, where: a .< 0)
                b.replace(with: 0, where: b .< 0)
                c.replace(with: 0, where: c .< 0)
                d.replace(with: 0, where: d .< 0)
            }
            results.storeBytes(of: a, toByteOffset: at, as: Four.self)
            results.storeBytes(of: b, toByteOffset: at + 16, as: Four.self)
            results.storeBytes(of: c, toByteOffset: at + 32, as: Four.self)
            results.storeBytes(of: d, toByteOffset: at + 48, as: Four.self)
        }
    }

    /// Updates the memory (an LSTM) by its four gates, in this order: in, keep, new, out.
    private mutating func remember() -> Float {
        let last = places[Self.layers.count]
        var sum = weights[last + Self.memory]
        for index in 0..<Self.memory {
            let new = Self.share(gates[index]) * tanh(gates[2 * Self.memory + index])
            let kept = Self.share(gates[Self.memory + index]) * cells[index]
            cells[index] = kept + new
            let output = Self.share(gates[3 * Self.memory + index]) * tanh(cells[index])
            recurrent[Self.memory + index] = output
            sum += weights[last + index] * max(0, output)
        }
        return Self.share(sum)
    }

    /// The logistic function: from 0 to 1, a half at 0.
    private static func share(_ value: Float) -> Float { 1 / (1 + exp(-value)) }
}
