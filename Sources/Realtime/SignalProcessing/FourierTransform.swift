internal import Glibc

/// The discrete Fourier transform of complex numbers, in place.
///
/// A value whose tables are made once; `forward` and `inverse` allocate nothing. The steps over
/// four or more numbers process four at a time, with their factors in the order of use: the
/// transform is a third of the cost of finding speech, and more of that of finding an echo.
package struct FourierTransform {
    /// Numbers that are transformed at once; a power of two.
    package let count: Int
    /// The factors of each step beyond the second: those of a step over `half` numbers begin at
    /// `half` - 4.
    private let cosines: [Float]
    private let sines: [Float]
    /// The pairs of places that are swapped before the first step.
    private let exchanges: [Int32]

    /// A transform of `count` numbers, which must be a power of two, at least 2.
    package init(count: Int) {
        precondition(count >= 2 && count & (count - 1) == 0, "not a power of two: \(count)")
        self.count = count
        var angles: [Double] = []
        var half = 4
        while half < count {
            angles += (0..<half).map { -Double.pi * Double($0) / Double(half) }
            half *= 2
        }
        cosines = angles.map { Float(cos($0)) }
        sines = angles.map { Float(sin($0)) }
        exchanges = Self.exchanges(count)
    }

    /// From time to frequency.
    package func forward(
        real: UnsafeMutablePointer<Float>, imaginary: UnsafeMutablePointer<Float>
    ) {
        exchanges.withUnsafeBufferPointer { places in
            for index in stride(from: 0, to: places.count, by: 2) {
                let (one, other) = (Int(places[index]), Int(places[index + 1]))
                (real[one], real[other]) = (real[other], real[one])
                (imaginary[one], imaginary[other]) = (imaginary[other], imaginary[one])
            }
        }
        mixPairs(real, imaginary)
        guard count >= 4 else { return }
        mixFours(real, imaginary)
        cosines.withUnsafeBytes { cosines in
            sines.withUnsafeBytes { sines in
                var half = 4
                while half < count {
                    let first = (half - 4) * MemoryLayout<Float>.stride
                    mix(
                        half, UnsafeMutableRawPointer(real), UnsafeMutableRawPointer(imaginary),
                        UnsafeRawBufferPointer(rebasing: cosines[first...]),
                        UnsafeRawBufferPointer(rebasing: sines[first...]))
                    half *= 2
                }
            }
        }
    }

    /// From frequency to time; `inverse` after `forward` multiplies by `count`.
    package func inverse(
        real: UnsafeMutablePointer<Float>, imaginary: UnsafeMutablePointer<Float>
    ) {
        // With the two parts swapped the transform runs backwards.
        forward(real: imaginary, imaginary: real)
    }

    /// The first step, whose factor is 1.
    private func mixPairs(
        _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>
    ) {
        for low in stride(from: 0, to: count, by: 2) {
            let (re, im) = (real[low + 1], imaginary[low + 1])
            real[low + 1] = real[low] - re
            imaginary[low + 1] = imaginary[low] - im
            real[low] += re
            imaginary[low] += im
        }
    }

    /// The second, whose factors are 1 and -i.
    private func mixFours(
        _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>
    ) {
        for low in stride(from: 0, to: count, by: 4) {
            let (re, im) = (real[low + 2], imaginary[low + 2])
            real[low + 2] = real[low] - re
            imaginary[low + 2] = imaginary[low] - im
            real[low] += re
            imaginary[low] += im
            let (turnedRe, turnedIm) = (imaginary[low + 3], -real[low + 3])
            real[low + 3] = real[low + 1] - turnedRe
            imaginary[low + 3] = imaginary[low + 1] - turnedIm
            real[low + 1] += turnedRe
            imaginary[low + 1] += turnedIm
        }
    }

    /// A later one, over `half` numbers, a multiple of four.
    private func mix(
        _ half: Int, _ real: UnsafeMutableRawPointer, _ imaginary: UnsafeMutableRawPointer,
        _ cosines: UnsafeRawBufferPointer, _ sines: UnsafeRawBufferPointer
    ) {
        guard let cosines = cosines.baseAddress, let sines = sines.baseAddress else { return }
        typealias Four = SIMD4<Float>
        let step = MemoryLayout<Four>.stride
        let length = half * MemoryLayout<Float>.stride
        for start in stride(from: 0, to: count * MemoryLayout<Float>.stride, by: 2 * length) {
            for offset in stride(from: 0, to: length, by: step) {
                let c = cosines.loadUnaligned(fromByteOffset: offset, as: Four.self)
                let s = sines.loadUnaligned(fromByteOffset: offset, as: Four.self)
                let low = start + offset
                let high = low + length
                let highRe = real.loadUnaligned(fromByteOffset: high, as: Four.self)
                let highIm = imaginary.loadUnaligned(fromByteOffset: high, as: Four.self)
                let lowRe = real.loadUnaligned(fromByteOffset: low, as: Four.self)
                let lowIm = imaginary.loadUnaligned(fromByteOffset: low, as: Four.self)
                let re = highRe * c - highIm * s
                let im = highRe * s + highIm * c
                real.storeBytes(of: lowRe - re, toByteOffset: high, as: Four.self)
                imaginary.storeBytes(of: lowIm - im, toByteOffset: high, as: Four.self)
                real.storeBytes(of: lowRe + re, toByteOffset: low, as: Four.self)
                imaginary.storeBytes(of: lowIm + im, toByteOffset: low, as: Four.self)
            }
        }
    }

    /// Pairs each place with the place whose bits are mirrored.
    private static func exchanges(_ count: Int) -> [Int32] {
        var places: [Int32] = []
        var mirrored = 0
        for index in 1..<count {
            var bit = count >> 1
            while mirrored & bit != 0 {
                mirrored ^= bit
                bit >>= 1
            }
            mirrored |= bit
            if index < mirrored { places += [Int32(index), Int32(mirrored)] }
        }
        return places
    }
}
