import ALSA
import AudioCore
import Linux
import Testing

@testable import AudioPath

/// Several voices at once: ducking, volume, loops, an end in the middle.
struct VoiceTests {
    private static func constant(_ value: Int16, _ count: Int) -> [Int16] {
        [Int16](repeating: value, count: count)
    }

    /// What is heard in the next periods.
    private func hear(_ rig: inout PlaybackRig, periods: Int) -> [Int16] {
        let before = rig.listener.heard.count
        for _ in 0..<periods {
            _ = rig.loop.step()
            if rig.share.refillSignal.wait(timeoutMilliseconds: 0) { rig.speaker.refill() }
        }
        return Array(rig.listener.heard.dropFirst(before))
    }

    @Test("music is ducked until its last owner releases it, and returns to the same volume")
    func ducking() throws {
        var rig = try PlaybackRig()
        rig.speaker.setGain(0.5)
        rig.speaker.play(Self.constant(10_000, 300_000), on: .music)
        #expect(hear(&rig, periods: 20).last == 5000)
        rig.speaker.duck(.listening)
        rig.speaker.duck(.reply)
        rig.speaker.duck(.reply)
        // 15 dB less.
        #expect(hear(&rig, periods: 20).last == 889)
        rig.speaker.setGain(0.25)
        #expect(hear(&rig, periods: 20).last == 445)
        rig.speaker.unduck(.reply)
        #expect(hear(&rig, periods: 20).last == 445)
        rig.speaker.unduck(.listening)
        let back = hear(&rig, periods: 20)
        #expect(back.last == 2500)
        #expect(zip(back, back.dropFirst()).allSatisfy { abs($0 - $1) <= 5 })
    }

    @Test("an alarm sounds until it is stopped, then fades; the reply beside it is whole")
    func alarm() throws {
        var rig = try PlaybackRig()
        rig.speaker.loop((0..<1000).map { _ in 4000 }, on: .alarm)
        let before = hear(&rig, periods: 300)
        #expect(before.count == 296 * 480)
        #expect(before.allSatisfy { $0 == 4000 })
        #expect(rig.speaker.isPlaying(.alarm))
        let reply = Self.constant(1000, 24_000)
        rig.speaker.enqueue(reply)
        rig.speaker.endOfTurn()
        _ = hear(&rig, periods: 10)
        rig.speaker.stop(.alarm)
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(!rig.speaker.isPlaying(.alarm))
        let sound = PlaybackLoopTests.sound(rig.listener).drop { $0 == 4000 }
        #expect(sound.count == reply.count)
        #expect(zip(sound, sound.dropFirst()).allSatisfy { $0 >= $1 && $0 - $1 < 40 })
        #expect(sound.last == 1000)
    }

    @Test("voices have their own volume, and a full sum never clips or wraps")
    func sum() throws {
        var settings = AudioSettings()
        settings.voiceDecibels[.music] = -20
        var rig = try PlaybackRig(settings: settings)
        rig.speaker.play(Self.constant(10_000, 4800), on: .music)
        _ = rig.playOut()
        #expect(PlaybackLoopTests.sound(rig.listener).allSatisfy { $0 == 1000 })
        rig.listener.forget()
        for voice in PlaybackVoice.allCases {
            rig.speaker.play(Self.constant(30_000, 9600), on: voice)
        }
        rig.speaker.endOfTurn()
        _ = rig.playOut()
        #expect(PlaybackLoopTests.sound(rig.listener).allSatisfy { $0 > 32_000 })
    }

    @Test("a long line of the device's own waits behind its ring, like a reply")
    func longEarcon() throws {
        var rig = try PlaybackRig()
        let line = AudioEngineTests.pattern(3 * PlaybackVoice.earcon.ringSamples)
        rig.speaker.play(line, on: .earcon)
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(PlaybackLoopTests.sound(rig.listener) == line)
    }
}
