import ALSA
import AudioCore
import Glibc
import Linux
import Testing

@testable import AudioPath

/// What the playback loop does with the voices: channels, rates, gain, earcons.
@Suite(.timeLimit(.minutes(5)))
struct PlaybackMixTests {
    @Test("every channel of the device gets the reply")
    func stereo() throws {
        var rig = try PlaybackRig(channels: 2)
        let reply = AudioEngineTests.pattern(5000)
        rig.speaker.enqueue(reply)
        rig.speaker.endOfTurn()
        _ = rig.playOut()
        let sound = PlaybackLoopTests.sound(rig.listener)
        #expect(sound == reply.flatMap { [$0, $0] })
    }

    @Test(
        "a reply's last samples are heard at another rate, too",
        arguments: [
            Int32(48_000), 44_100, 16_000,
        ])
    func tailAtAnotherRate(rate: Int32) throws {
        // Every length within a mixed block, since a period ends anywhere in one.
        for length in stride(from: 2400, to: 2880, by: 60) {
            var rig = try PlaybackRig(rate: rate)
            // Constant, so that a missing end shows in the length.
            rig.speaker.enqueue([Int16](repeating: 12_000, count: length))
            rig.speaker.endOfTurn()
            let end = rig.playOut()
            #expect(end == .idle)
            let loud = rig.listener.heard.filter { $0 > 6000 }.count
            let expected = length * Int(rate) / 24_000
            #expect(abs(loud - expected) <= 2, "\(length) samples gave \(loud) of \(expected)")
        }
    }

    @Test("an earcon is heard alone and over a reply, and does not wrap around")
    func earcons() throws {
        var rig = try PlaybackRig()
        let earcon = AudioEngineTests.pattern(700)
        rig.speaker.play(earcon, on: .earcon)
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(PlaybackLoopTests.sound(rig.listener) == earcon)
        #expect(rig.speaker.snapshot().startedCount == 0)
        #expect(rig.speaker.snapshot().drainedCount == 0)

        rig.listener.forget()
        rig.speaker.play([Int16](repeating: 20_000, count: 100), on: .earcon)
        rig.speaker.enqueue([Int16](repeating: 20_000, count: 24_000))
        rig.speaker.endOfTurn()
        _ = rig.playOut()
        // The limiter reduces the sum, and the reply is unchanged soon after.
        let sound = PlaybackLoopTests.sound(rig.listener)
        #expect(sound.prefix(100).allSatisfy { $0 > 32_700 })
        #expect(sound.allSatisfy { $0 > 0 })
        #expect(sound.suffix(12_000).allSatisfy { $0 == 20_000 })
    }

    @Test("a new volume is reached within 20 ms, and then holds")
    func gain() throws {
        var rig = try PlaybackRig()
        rig.speaker.enqueue([Int16](repeating: 10_000, count: 4800))
        rig.speaker.endOfTurn()
        _ = rig.loop.step()
        rig.speaker.setGain(0.5)
        _ = rig.playOut()
        let sound = PlaybackLoopTests.sound(rig.listener)
        #expect(sound.count == 4800)
        #expect(sound[..<480].allSatisfy { $0 == 10_000 })
        #expect(zip(sound, sound.dropFirst()).allSatisfy { $0 >= $1 && $0 - $1 <= 11 })
        #expect(sound[960...].allSatisfy { $0 == 5000 })
    }

    @Test(
        "a volume outside 0 to 1 is clamped",
        arguments: [
            (Float(1e30), Int16(10_000)), (.infinity, 10_000), (-1, 0), (.nan, 0),
        ])
    func wildGain(gain: Float, heard: Int16) throws {
        var rig = try PlaybackRig()
        rig.speaker.setGain(gain)
        rig.speaker.enqueue([Int16](repeating: 10_000, count: 960))
        rig.speaker.enqueue([Int16](repeating: 20_000, count: 960))
        rig.speaker.endOfTurn()
        _ = rig.playOut()
        #expect(rig.listener.heard[479] == heard)
    }

    @Test("a reply that follows a flush at once is heard from its first sample")
    func flushRace() throws {
        var rig = try PlaybackRig(room: 1 << 24)
        let stop = StopFlag()
        let speaker = rig.speaker
        let share = rig.share
        // Sample number n of each reply is n, so every reply begins with a 1.
        let reply = (1...1500).map { Int16($0) }
        let control = try OwnedThread(name: "control", priority: .normal) {
            for round in 0..<3000 {
                let target = share.counters.frames.value + 480 * (round % 7)
                speaker.enqueue(reply)
                speaker.endOfTurn()
                // Replies are cut at all places, also within the period being mixed.
                while share.counters.frames.value < target { sched_yield() }
                for _ in 0..<(round % 23) { _ = speaker.pendingFrames }
                speaker.flush()
            }
            speaker.enqueue(reply)
            speaker.endOfTurn()
            stop.raise()
        }
        while !stop.isSet { _ = rig.loop.step() }
        let end = rig.playOut()
        control.join()
        #expect(end == .idle)
        let heard = PlaybackLoopTests.sound(rig.listener)
        #expect(heard.suffix(1500) == reply[...])
        var previous: Int16 = 0
        for sample in heard {
            // The next number, or the beginning of another reply; silence may follow.
            if sample != previous + 1, sample != 1, sample != 0 {
                Issue.record("\(sample) follows \(previous)")
                return
            }
            previous = sample
        }
    }
}
