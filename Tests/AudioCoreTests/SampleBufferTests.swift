import AudioCore
import Testing

struct SampleBufferTests {
    @Test("a buffer is zeroed and keeps what is written to it")
    func memory() {
        let buffer = SampleBuffer(count: 1000)
        #expect(buffer.count == 1000)
        #expect((0..<1000).allSatisfy { buffer.start[$0] == 0 })
        for index in 0..<1000 { buffer.start[index] = Int16(index) }
        #expect((0..<1000).allSatisfy { buffer.start[$0] == Int16($0) })
    }

    @Test("a software clock owes the frames of the elapsed time, less those that passed")
    func softwareClock() {
        var clock = SoftwareClock(rate: 16_000, now: 1_000_000_000)
        #expect(clock.due(at: 1_000_000_000) == 0)
        #expect(clock.due(at: 1_020_000_000) == 320)
        clock.pass(300)
        #expect(clock.due(at: 1_020_000_000) == 20)
        #expect(clock.time(ofFrame: 20) == 1_020_000_000)
        clock.pass(340)
        #expect(clock.due(at: 1_020_000_000) == -320)
        // A day later it has not drifted by a frame.
        let day: Int64 = 86_400_000_000_000
        clock.pass(16_000 * 86_400 - 640)
        #expect(clock.time(ofFrame: 0) == 1_000_000_000 + day)
        clock.restart(at: 7)
        #expect(clock.time(ofFrame: 16_000) == 1_000_000_007)
    }
}
