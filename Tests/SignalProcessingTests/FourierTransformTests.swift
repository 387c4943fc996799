import Glibc
import SignalProcessing
import Testing

struct FourierTransformTests {
    @Test("a tone is one pair of bins, and the inverse restores it", arguments: [2, 8, 512])
    func tone(count: Int) {
        let transform = FourierTransform(count: count)
        let bin = count / 4
        let wave = (0..<count).map { Float(cos(2 * .pi * Double(bin * $0) / Double(count))) }
        var real = wave
        var imaginary = [Float](repeating: 0, count: count)
        transform.forward(real: &real, imaginary: &imaginary)
        for index in 0..<count {
            let isPeak = index == bin || index == count - bin
            let height = Float(count) / (bin == 0 ? 1 : 2)
            #expect(abs(real[index] - (isPeak || bin == 0 && index == 0 ? height : 0)) < 0.001)
            #expect(abs(imaginary[index]) < 0.001)
        }
        transform.inverse(real: &real, imaginary: &imaginary)
        for index in 0..<count { #expect(abs(real[index] / Float(count) - wave[index]) < 1e-4) }
    }

    @Test("the sum of two is the sum of their transforms, shifts included")
    func definition() {
        let transform = FourierTransform(count: 16)
        let input = (0..<16).map { Float(($0 * 7) % 5) - 2 }
        var real = input
        var imaginary = input.map { -$0 / 3 }
        let other = imaginary
        transform.forward(real: &real, imaginary: &imaginary)
        for bin in 0..<16 {
            var re: Double = 0
            var im: Double = 0
            for index in 0..<16 {
                let angle = -2 * .pi * Double(bin * index) / 16
                re += Double(input[index]) * cos(angle) - Double(other[index]) * sin(angle)
                im += Double(input[index]) * sin(angle) + Double(other[index]) * cos(angle)
            }
            #expect(abs(Double(real[bin]) - re) < 1e-4)
            #expect(abs(Double(imaginary[bin]) - im) < 1e-4)
        }
    }
}
