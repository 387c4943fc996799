import Glibc
import Testing

@testable import SignalProcessing

@Suite("The speech network")
struct SpeechNetTests {
    static let vowels: [[Double]] = [
        [750, 1200, 2500], [320, 2200, 2900], [450, 850, 2500], [500, 1800, 2600],
    ]

    /// Four seconds: hiss, a voice of vowels with a gliding pitch, a chord, and voice and chord;
    /// the same as in packaging/net-vectors.py.
    static let sound: [Int16] = {
        var state: UInt32 = 1
        var phase = 0.0
        return (0..<64_000).map { index in
            let time = Double(index) / 16_000
            state = state &* 1_664_525 &+ 1_013_904_223
            var value = 0.001 * (Double(state >> 16) / 32_768 - 1)
            if (0.5..<2).contains(time) || time >= 3 {
                let pitch = 130 * (1 + 0.25 * sin(2 * .pi * 1.7 * time))
                phase += 2 * .pi * pitch / 16_000
                let syllable = sin(.pi * 4 * time) * sin(.pi * 4 * time)
                let formants = vowels[Int(time * 4) % vowels.count]
                for partial in 1..<26 {
                    let near = formants.reduce(0.0) { sum, formant in
                        let away = (Double(partial) * 130 - formant) / 90
                        return sum + 1 / (1 + away * away)
                    }
                    value += 0.1 * syllable * near * sin(Double(partial) * phase)
                }
            }
            if time >= 2 {
                for note in [196, 246.9, 293.7] { value += 0.03 * sin(2 * .pi * note * time) }
            }
            return Int16(clamping: Int((32_768 * value + 0.5).rounded(.down)))
        }
    }()

    /// The output of onnxruntime 1.32 for it with the 16 kHz branch of silero-vad 6.2.3, as
    /// packaging/net-vectors.py prints it.
    static let expected: [Float] = [
        0.0330, 0.0175, 0.0134, 0.0121, 0.0096, 0.0086, 0.0070, 0.0057, 0.0050, 0.0051,
        0.0043, 0.0041, 0.0038, 0.0032, 0.0036, 0.0376, 0.6147, 0.6635, 0.6322, 0.5814,
        0.6741, 0.7537, 0.9008, 0.7168, 0.7653, 0.7114, 0.7256, 0.7950, 0.8949, 0.9421,
        0.9423, 0.9527, 0.9296, 0.9097, 0.9090, 0.9116, 0.9004, 0.8964, 0.8648, 0.9095,
        0.8712, 0.9053, 0.9502, 0.9589, 0.9726, 0.9882, 0.9797, 0.9619, 0.9870, 0.9869,
        0.9715, 0.9641, 0.9699, 0.9609, 0.9536, 0.8980, 0.8964, 0.8396, 0.8469, 0.8459,
        0.8699, 0.8644, 0.8265, 0.7931, 0.7726, 0.7343, 0.7462, 0.7045, 0.7152, 0.6420,
        0.5939, 0.6350, 0.6312, 0.5018, 0.5237, 0.4449, 0.4138, 0.3466, 0.3672, 0.3519,
        0.3716, 0.2280, 0.2686, 0.1935, 0.1918, 0.1600, 0.1936, 0.1971, 0.1464, 0.1215,
        0.1512, 0.1003, 0.1078, 0.0940, 0.5395, 0.8659, 0.9192, 0.9360, 0.9125, 0.9515,
        0.9635, 0.9722, 0.9686, 0.9663, 0.9775, 0.9865, 0.9708, 0.9671, 0.9703, 0.9673,
        0.9883, 0.9830, 0.9795, 0.9766, 0.9670, 0.9756, 0.9812, 0.9845, 0.9866, 0.9609,
        0.9746, 0.9803, 0.9715, 0.9798, 0.9888,
    ]

    static func shares(of sound: [Int16], _ net: inout SpeechNet) -> [Float] {
        (0..<(sound.count / SpeechNet.window)).map { number in
            let start = number * SpeechNet.window
            return sound.withUnsafeBufferPointer {
                net.process(.init(rebasing: $0[start..<(start + SpeechNet.window)]))
            }
        }
    }

    @Test("it agrees with onnxruntime to a thousandth")
    func equality() {
        var net = SpeechNet()
        let shares = Self.shares(of: Self.sound, &net)
        #expect(shares.count == Self.expected.count)
        let farthest = zip(shares, Self.expected).map { abs($0 - $1) }.max() ?? 1
        #expect(farthest < 0.001)
    }

    @Test("a reset restores its initial state")
    func reset() {
        var net = SpeechNet()
        let first = Self.shares(of: Self.sound, &net)
        let goingOn = Self.shares(of: Self.sound, &net)
        net.reset()
        #expect(Self.shares(of: Self.sound, &net) == first)
        #expect(goingOn != first)
    }

    @Test("any input gives a number from 0 to 1, also after the worst one")
    func anySound() {
        var net = SpeechNet()
        var random = SystemRandomNumberGenerator()
        let loudest = (0..<32_000).map { _ in
            Bool.random(using: &random) ? Int16.max : Int16.min
        }
        let constant = [Int16](repeating: .min, count: 16_000)
        let shares = Self.shares(of: loudest + constant, &net)
        #expect(shares.allSatisfy { (0...1).contains($0) })
        net.reset()
        let after = Self.shares(of: Self.sound, &net)
        #expect(zip(after, Self.expected).allSatisfy { abs($0 - $1) < 0.001 })
    }
}
