/// Arithmetic on 16-bit samples that saturates instead of wrapping.
package enum SampleMath {
    /// Takes one channel out of interleaved frames.
    package static func pick(
        channel: Int, of channels: Int, from frames: UnsafePointer<Int16>,
        into mono: UnsafeMutablePointer<Int16>, count: Int
    ) {
        for index in 0..<count { mono[index] = frames[index * channels + channel] }
    }

    /// Averages the channels of interleaved frames.
    package static func average(
        of channels: Int, from frames: UnsafePointer<Int16>,
        into mono: UnsafeMutablePointer<Int16>, count: Int
    ) {
        for index in 0..<count {
            var sum: Int32 = 0
            for channel in 0..<channels { sum += Int32(frames[index * channels + channel]) }
            mono[index] = Int16(sum / Int32(channels))
        }
    }

    /// Adds samples to others, saturating.
    package static func add(
        _ source: UnsafePointer<Int16>, to target: UnsafeMutablePointer<Int16>, count: Int
    ) {
        for index in 0..<count {
            target[index] = Int16(clamping: Int32(target[index]) + Int32(source[index]))
        }
    }

    /// Multiplies samples by a gain that glides from one value to another over the buffer.
    ///
    /// A gain that stays at 1 leaves them unchanged, bit for bit.
    package static func scale(
        _ samples: UnsafeMutablePointer<Int16>, count: Int, from first: Float, to last: Float
    ) {
        guard first != 1 || last != 1, count > 0 else { return }
        let step = (last - first) / Float(count)
        var gain = first
        for index in 0..<count {
            gain += step
            let scaled = (Float(samples[index]) * gain).rounded(.toNearestOrEven)
            samples[index] = Int16(clamping: Int32(scaled))
        }
    }

    /// Makes interleaved frames of mono samples.
    package static func spread(
        _ mono: UnsafePointer<Int16>, into frames: UnsafeMutablePointer<Int16>, channels: Int,
        count: Int
    ) {
        for index in 0..<count {
            for channel in 0..<channels { frames[index * channels + channel] = mono[index] }
        }
    }
}
