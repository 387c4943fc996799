import ALSA
import AudioCore
import Linux
import Testing

@testable import AudioPath

/// Silence in the middle of a reply, and what happens to the reply then.
struct InterruptionTests {
    /// The buffer of the scripted device, which is not heard when it is dropped.
    static let bufferSamples = 1920
    static let overlap = PlaybackLoop<ScriptedPlayback>.overlapSamples

    /// A rig that has played a part of a reply and holds a full buffer of it.
    static func speaking(
        _ reply: [Int16], steps: Int = 20, rate: Int32 = 24_000, channels: Int32 = 1,
        canRewind: Bool
    ) throws -> PlaybackRig {
        var rig = try PlaybackRig(rate: rate, channels: channels, canRewind: canRewind)
        rig.speaker.enqueue(reply)
        rig.speaker.endOfTurn()
        for _ in 0..<steps { _ = rig.loop.step() }
        return rig
    }

    @Test("a card fades out within a few milliseconds and is silent well within a period")
    func fade() throws {
        let reply = [Int16](repeating: 16_000, count: 48_000)
        var rig = try Self.speaking(reply, canRewind: true)
        let before = rig.listener.heard.count
        rig.speaker.flush()
        let asked = MonotonicClock.now()
        let end = rig.playOut()
        #expect(end == .idle)
        let rest = rig.listener.heard.dropFirst(before)
        let sounding = rest.prefix { $0 != 0 }
        // 5 ms that the card may fetch, then 4 ms of fade; a period has 480 samples.
        #expect(sounding.count <= 24 * 9)
        #expect(zip(sounding, sounding.dropFirst()).allSatisfy { $0 >= $1 && $0 - $1 < 200 })
        #expect(sounding.last.map { $0 < 400 } ?? false)
        #expect(rest.dropFirst(sounding.count).allSatisfy { $0 == 0 })
        let told = rig.speaker.snapshot()
        #expect(told.silentCount == 1)
        #expect(told.silentAt - asked > 5_000_000)
    }

    @Test("a device that cannot rewind is silent at once")
    func drop() throws {
        var rig = try Self.speaking(AudioEngineTests.pattern(48_000), canRewind: false)
        let before = rig.listener.heard.count
        rig.speaker.flush()
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(rig.listener.heard.count == before)
        #expect(rig.listener.drops == 1)
    }

    @Test(
        "after a false interruption the reply resumes just before the cut, and is heard whole",
        arguments: [false, true])
    func resume(canRewind: Bool) throws {
        let reply = AudioEngineTests.pattern(60_000)
        var rig = try Self.speaking(reply, canRewind: canRewind)
        rig.speaker.hold()
        let held = rig.playOut()
        #expect(held == .idle)
        #expect(rig.speaker.snapshot().silentCount == 1)
        #expect(rig.speaker.snapshot().drainedCount == 0)
        let before = PlaybackLoopTests.sound(rig.listener)
        // Samples that arrive meanwhile wait behind it.
        let more = AudioEngineTests.pattern(5_000, seed: 3)
        rig.speaker.enqueue(more)
        rig.speaker.endOfTurn()
        let still = rig.playOut()
        #expect(still == .idle)
        let whole = reply + more
        let cut = zip(before, whole).prefix { $0 == $1 }.count
        rig.listener.forget()
        rig.speaker.resume()
        let end = rig.playOut()
        #expect(end == .idle)
        let after = PlaybackLoopTests.sound(rig.listener)
        let start = cut - Self.overlap
        try #require(after.count == whole.count - start)
        let faded = VoiceReader.fadeSamples
        #expect(Array(after[faded...]) == Array(whole[(start + faded)...]))
        #expect(zip(after, whole[start...]).prefix(faded).allSatisfy { abs($0) <= abs($1) })
        #expect(rig.speaker.snapshot().drainedCount == 1)
        #expect(rig.speaker.pendingFrames == 0)
    }

    @Test("at another rate the position of the cut is found to a millisecond")
    func resumeResampled() throws {
        // A ramp, so that a position is found in the resampled signal.
        let ramp = (0..<48_000).map { Int16($0 / 4) }
        for rate in [Int32(48_000), 44_100, 16_000] {
            var rig = try Self.speaking(ramp, rate: rate, canRewind: false)
            rig.speaker.hold()
            _ = rig.playOut()
            let last = Int(try #require(rig.listener.heard.last))
            rig.listener.forget()
            rig.speaker.resume()
            _ = rig.playOut()
            let fade = Int(rate) / 100
            let first = Int(rig.listener.heard[fade]) - 240 / 4
            #expect(abs(last - first - Self.overlap / 4) <= 24 / 4, "\(rate) Hz")
        }
    }

    @Test("a held reply that was dropped is never heard, nor what arrived meanwhile")
    func heldAndForgotten() throws {
        var rig = try Self.speaking(AudioEngineTests.pattern(200_000), canRewind: false)
        rig.speaker.hold()
        rig.speaker.enqueue(AudioEngineTests.pattern(5000, seed: 3))
        _ = rig.playOut()
        rig.speaker.flush()
        let next = AudioEngineTests.pattern(4000, seed: 9)
        rig.speaker.enqueue(next)
        rig.speaker.endOfTurn()
        rig.listener.forget()
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(PlaybackLoopTests.sound(rig.listener) == next)
        #expect(rig.speaker.snapshot().drainedCount == 1)
    }

    @Test("requests that come faster than they are handled end with the last one")
    func quickWishes() throws {
        let reply = AudioEngineTests.pattern(30_000)
        var rig = try Self.speaking(reply, canRewind: false)
        let before = rig.listener.heard.count
        rig.speaker.hold()
        rig.speaker.resume()
        rig.speaker.hold()
        rig.speaker.resume()
        _ = rig.playOut()
        #expect(rig.listener.heard.suffix(20_000).last != nil)
        #expect(
            PlaybackLoopTests.sound(rig.listener).count
                == before + reply.count - (before - Self.overlap))
        #expect(rig.speaker.snapshot().drainedCount == 1)

        rig = try Self.speaking(reply, canRewind: false)
        let heard = rig.listener.heard.count
        rig.speaker.hold()
        rig.speaker.flush()
        rig.speaker.resume()
        _ = rig.playOut()
        #expect(rig.listener.heard.count == heard)
    }

    @Test("a reply that had just been played to its end still ends after a resume")
    func resumeOfNothing() throws {
        var rig = try Self.speaking(AudioEngineTests.pattern(2400), steps: 8, canRewind: false)
        rig.speaker.hold()
        _ = rig.playOut()
        rig.speaker.resume()
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(rig.speaker.snapshot().drainedCount == 1)
        #expect(rig.speaker.pendingFrames == 0)
    }

    @Test("music goes on through an interruption of speech without a gap")
    func musicGoesOn() throws {
        for canRewind in [false, true] {
            var rig = try PlaybackRig(canRewind: canRewind)
            let music = (0..<40_000).map { Int16($0 / 2) }
            rig.speaker.play(music, on: .music)
            rig.speaker.enqueue([Int16](repeating: 0, count: 24_000))
            for _ in 0..<20 { _ = rig.loop.step() }
            rig.speaker.flush()
            _ = rig.playOut()
            let heard = PlaybackLoopTests.sound(rig.listener)
            #expect(heard.count == music.count, "\(canRewind)")
            // Except for the fades it is what was played.
            let differing = zip(heard, music).filter { $0 != $1 }.count
            #expect(differing <= 2 * VoiceReader.fadeSamples)
        }
    }
}
