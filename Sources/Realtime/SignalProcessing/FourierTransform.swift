internal import Glibc

/// The discrete Fourier transform of complex numbers, in their place.
///
/// A value whose tables are made once; `forward` and `inverse` allocate nothing.
package struct FourierTransform {
    /// Numbers that are transformed at once; a power of two.
    package let count: Int
    private let cosines: [Float]
    private let sines: [Float]

    /// A transform of `count` numbers, which must be a power of two, at least 2.
    package init(count: Int) {
        precondition(count >= 2 && count & (count - 1) == 0, "not a power of two: \(count)")
        self.count = count
        let step = -2 * Double.pi / Double(count)
        cosines = (0..<(count / 2)).map { Float(cos(step * Double($0))) }
        sines = (0..<(count / 2)).map { Float(sin(step * Double($0))) }
    }

    /// From time to frequency.
    package func forward(
        real: UnsafeMutablePointer<Float>, imaginary: UnsafeMutablePointer<Float>
    ) {
        reorder(real, imaginary)
        cosines.withUnsafeBufferPointer { cosines in
            sines.withUnsafeBufferPointer { sines in
                var half = 1
                while half < count {
                    let stride = count / (2 * half)
                    for start in Swift.stride(from: 0, to: count, by: 2 * half) {
                        for offset in 0..<half {
                            let c = cosines[offset * stride]
                            let s = sines[offset * stride]
                            let low = start + offset
                            let high = low + half
                            let re = real[high] * c - imaginary[high] * s
                            let im = real[high] * s + imaginary[high] * c
                            real[high] = real[low] - re
                            imaginary[high] = imaginary[low] - im
                            real[low] += re
                            imaginary[low] += im
                        }
                    }
                    half *= 2
                }
            }
        }
    }

    /// From frequency to time; `inverse` after `forward` multiplies by `count`.
    package func inverse(
        real: UnsafeMutablePointer<Float>, imaginary: UnsafeMutablePointer<Float>
    ) {
        // With the two parts exchanged the transform runs backwards.
        forward(real: imaginary, imaginary: real)
    }

    private func reorder(
        _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>
    ) {
        var mirrored = 0
        for index in 1..<count {
            var bit = count >> 1
            while mirrored & bit != 0 {
                mirrored ^= bit
                bit >>= 1
            }
            mirrored |= bit
            guard index < mirrored else { continue }
            (real[index], real[mirrored]) = (real[mirrored], real[index])
            (imaginary[index], imaginary[mirrored]) = (imaginary[mirrored], imaginary[index])
        }
    }
}
