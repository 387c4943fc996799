internal import Glibc

/// The loudspeaker's signal, which can be read at positions between its samples.
///
/// Loudspeaker and microphone have separate clocks; reading with a step that is not quite 1
/// resamples from one to the other. A value owned by one thread; only `init` allocates.
package struct ReferenceHistory {
    /// Samples kept: four seconds at 16 kHz.
    package static let count = 1 << 16
    private static let taps = 16
    private static let phases = 128
    private var samples = [Float](repeating: 0, count: Self.count)
    /// A windowed sinc for each phase, one more so that two neighbours can be mixed.
    private let table: [Float]

    /// The index of the next sample.
    package private(set) var end: Int64 = 0

    /// Silence.
    package init() {
        let half = Double(Self.taps / 2)
        table = (0...Self.phases).flatMap { phase in
            let fraction = Double(phase) / Double(Self.phases)
            let taps = (0..<Self.taps).map { tap in
                let x = Double(tap) - half + 1 - fraction
                let window = 0.5 + 0.5 * cos(.pi * x / half)
                return (x == 0 ? 1 : sin(.pi * x) / (.pi * x)) * max(0, window)
            }
            let sum = taps.reduce(0, +)
            return taps.map { Float($0 / sum) }
        }
    }

    /// Adds samples.
    package mutating func append(_ source: UnsafePointer<Int16>, count: Int) {
        for index in 0..<count {
            self.samples[Int(truncatingIfNeeded: end) & (Self.count - 1)] = Float(source[index])
            end += 1
        }
    }

    /// Moves the end to an index: fills the gap up to it with silence, or takes back the samples
    /// after it.
    package mutating func move(to index: Int64) {
        if index - end > Int64(Self.count) {
            end = index - Int64(Self.count)
        }
        while end < index {
            samples[Int(truncatingIfNeeded: end) & (Self.count - 1)] = 0
            end += 1
        }
        while end > max(index, 0) {
            end -= 1
            samples[Int(truncatingIfNeeded: end) & (Self.count - 1)] = 0
        }
    }

    /// Reads samples from a place on; missing samples are silence.
    ///
    /// Returns whether there was sound.
    package func read(
        into target: UnsafeMutablePointer<Int16>, count: Int, from place: Double, step: Double
    ) -> Bool {
        var place = place
        var hasSound = false
        samples.withUnsafeBufferPointer { samples in
            table.withUnsafeBufferPointer { table in
                for index in 0..<count {
                    let whole = place.rounded(.down)
                    let value = Self.value(
                        samples, table, end, Int64(whole), Float(place - whole))
                    target[index] = Int16(clamping: Int32(value.rounded()))
                    hasSound = hasSound || target[index] != 0
                    place += step
                }
            }
        }
        return hasSound
    }

    @inline(__always)
    private static func value(
        _ samples: UnsafeBufferPointer<Float>, _ table: UnsafeBufferPointer<Float>,
        _ end: Int64, _ whole: Int64, _ fraction: Float
    ) -> Float {
        let first = whole - Int64(taps / 2 - 1)
        guard first >= 0, first + Int64(taps) <= end,
            first > end - Int64(count)
        else { return 0 }
        let phase = fraction * Float(phases)
        let row = Int(phase)
        let mix = phase - Float(row)
        let start = Int(truncatingIfNeeded: first)
        var near: Float = 0
        var far: Float = 0
        for tap in 0..<taps {
            let sample = samples[(start + tap) & (count - 1)]
            near += sample * table[row * taps + tap]
            far += sample * table[(row + 1) * taps + tap]
        }
        return near + mix * (far - near)
    }
}
