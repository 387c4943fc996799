import Testing

@testable import SignalProcessing

struct SampleMathTests {
    @Test("a channel is picked out of interleaved frames")
    func pick() {
        let frames: [Int16] = [1, 2, 3, 4, 5, 6]
        var mono = [Int16](repeating: 0, count: 2)
        SampleMath.pick(channel: 1, of: 3, from: frames, into: &mono, count: 2)
        #expect(mono == [2, 5])
    }

    @Test("the average of channels at the limits does not wrap around")
    func average() {
        let frames: [Int16] = [.max, .max, .min, .min, 10, 20, -10, 20]
        var mono = [Int16](repeating: 0, count: 4)
        SampleMath.average(of: 2, from: frames, into: &mono, count: 4)
        #expect(mono == [.max, .min, 15, 5])
    }

    @Test("sums saturate at both ends")
    func add() {
        var target: [Int16] = [30_000, -30_000, 5]
        SampleMath.add([10_000, -10_000, -7], to: &target, count: 3)
        #expect(target == [.max, .min, -2])
    }

    @Test("a gain of 1 leaves every sample value as it is")
    func unity() {
        let all = (Int16.min...Int16.max).map { $0 }
        var samples = all
        SampleMath.scale(&samples, count: samples.count, from: 1, to: 1)
        #expect(samples == all)
    }

    @Test("a gain glides in equal steps and ends at its target")
    func glide() {
        var samples = [Int16](repeating: 1000, count: 4)
        SampleMath.scale(&samples, count: 4, from: 1, to: 0)
        #expect(samples == [750, 500, 250, 0])
        var loud: [Int16] = [20_000, -20_000]
        SampleMath.scale(&loud, count: 2, from: 3, to: 3)
        #expect(loud == [.max, .min])
        var none: [Int16] = []
        SampleMath.scale(&none, count: 0, from: 0, to: 1)
        #expect(none.isEmpty)
    }

    @Test("mono is spread over all channels")
    func spread() {
        var frames = [Int16](repeating: 0, count: 6)
        SampleMath.spread([7, -8], into: &frames, channels: 3, count: 2)
        #expect(frames == [7, 7, 7, -8, -8, -8])
    }
}
