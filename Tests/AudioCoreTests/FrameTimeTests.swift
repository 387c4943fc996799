import AudioCore
import Testing

@Suite("Conversion of frames and time")
struct FrameTimeTests {
    /// The value of a sum or product in 128 bits, clamped to 64.
    private static func clamped(_ value: Int128) -> Int64 { Int64(clamping: value) }

    private static let edges: [Int64] = [
        0, 1, -1, 1 << 31, -(1 << 31), 1 << 53, -(1 << 53), .max, .min, .max - 1,
        // What SOF's driver reported (thesofproject/linux#4686).
        7_493_989_779_945_237_086,
    ]

    @Test("the conversion is exact where it fits, and the nearest number where it does not")
    func exact() {
        var random = SystemRandomNumberGenerator()
        let counts = Self.edges + (0..<2000).map { _ in Int64.random(in: .min ... .max) }
        for count in counts {
            let rate = Int64(
                [8000, 16_000, 44_100, 48_000, 192_000].randomElement(using: &random)!)
            #expect(
                FrameTime.nanoseconds(ofFrames: count, rate: rate)
                    == Self.clamped(Int128(count) * 1_000_000_000 / Int128(rate)),
                "\(count) frames at \(rate) Hz")
            #expect(
                FrameTime.frames(inNanoseconds: count, rate: rate)
                    == Self.clamped(Int128(count) * Int128(rate) / 1_000_000_000),
                "\(count) ns at \(rate) Hz")
        }
    }

    @Test("no rate divides by zero, and no sum overflows", arguments: edges)
    func oddNumbers(number: Int64) {
        #expect(FrameTime.nanoseconds(ofFrames: 1, rate: 0) == 1_000_000_000)
        _ = FrameTime.nanoseconds(ofFrames: number, rate: number)
        _ = FrameTime.frames(inNanoseconds: number, rate: number)
        for other in Self.edges {
            #expect(
                FrameTime.sum(number, other) == Self.clamped(Int128(number) + Int128(other)))
            #expect(
                FrameTime.difference(number, other)
                    == Self.clamped(Int128(number) - Int128(other)))
        }
    }

    @Test("a stream without a hardware clock keeps time for ten years at every rate")
    func years() {
        for rate: Int32 in [8000, 16_000, 48_000, 192_000] {
            let start: Int64 = 5_000_000_000
            var clock = SoftwareClock(rate: rate, now: start)
            // One pass a day, as the total matters and not the steps.
            for day in Int64(1)...3650 {
                clock.pass(Int(rate) * 86_400)
                let now = start + day * 86_400_000_000_000
                #expect(clock.due(at: now) == 0)
                #expect(clock.due(at: now + 20_000_000) == Int(rate) / 50)
                #expect(clock.time(ofFrame: Int(rate)) == now + 1_000_000_000)
            }
        }
    }

    @Test("a clock takes any number", arguments: edges)
    func anyNumber(number: Int64) {
        var clock = SoftwareClock(rate: 48_000, now: 0)
        clock.pass(Int(number))
        clock.pass(Int(number))
        for other in Self.edges {
            _ = clock.time(ofFrame: Int(other))
            _ = clock.due(at: other)
        }
        clock.restart(at: 7)
        #expect(clock.due(at: 1_000_000_007) == 48_000)
    }
}
