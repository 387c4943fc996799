import Testing

@testable import AudioPath

@Suite("A microphone that is shut")
struct MicrophoneShutterTests {
    private func sound(_ milliseconds: Int) -> [Int16] {
        (0..<16 * milliseconds).map { Int16(5_000 + $0 % 2_000) }
    }

    @Test("no sound from the time while it is shut is ever heard, not even as a pre-roll")
    func silence() throws {
        var rig = try ProcessingTests.Rig()
        rig.capture(sound(100))
        rig.processing.isShut = true
        rig.capture(sound(200))
        rig.processing.isShut = false
        // Captured while it was shut, and read only now.
        rig.capture(sound(20))
        rig.capture(sound(100))
        // A press now, whose pre-roll reaches back over all of it.
        rig.wakeUp(
            .open(at: ProcessingTests.start + 420_000_000, preRollMilliseconds: 400),
            .close(at: ProcessingTests.start + 420_000_000))
        let samples = rig.heard().samples
        try #require(samples.count >= 16 * 390)
        let end = samples.count
        #expect(samples[..<(end - 16 * 320)].allSatisfy { $0 != 0 }, "from before it was shut")
        #expect(samples[(end - 16 * 319)..<(end - 16 * 101)].allSatisfy { $0 == 0 })
        #expect(samples[(end - 16 * 99)...].allSatisfy { $0 != 0 }, "from after it was opened")
    }

    @Test("a voice is not heard while it is shut")
    func detector() throws {
        var rig = try ProcessingTests.Rig()
        rig.processing.isShut = true
        for _ in 0..<50 { rig.capture((0..<320).map { Int16($0 % 2 == 0 ? 12_000 : -12_000) }) }
        #expect(rig.events.isEmpty)
    }
}
