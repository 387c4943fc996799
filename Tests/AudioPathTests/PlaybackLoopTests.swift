import ALSA
import AudioCore
import Testing

@testable import AudioPath

struct PlaybackLoopTests {
    static let xrun: Int32 = -32
    /// -ENODEV: unplugged.
    static let gone: Int32 = -19

    /// The sound that was heard, without trailing silence.
    static func sound(_ listener: Listener, channels: Int = 1) -> [Int16] {
        Array(listener.heard.reversed().drop { $0 == 0 }.reversed())
    }

    @Test("a reply is heard bit for bit, even when the device takes it in pieces")
    func bitForBit() throws {
        let writes: [Int: ScriptedPlayback.Mishap] = [
            0: .takes(1), 1: .takes(0), 4: .takes(479), 7: .takes(100), 8: .takes(0),
        ]
        var rig = try PlaybackRig(writes: writes)
        let reply = AudioEngineTests.pattern(10_007)
        rig.speaker.enqueue(reply)
        rig.speaker.endOfTurn()
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(Self.sound(rig.listener) == reply)
        #expect(rig.speaker.snapshot().startedCount == 1)
        #expect(rig.speaker.snapshot().drainedCount == 1)
        #expect(rig.speaker.snapshot().speechPlayed == reply.count)
    }

    @Test("a reply of many ring lengths waits behind the ring, and nothing of it is dropped")
    func spill() throws {
        var rig = try PlaybackRig()
        let reply = AudioEngineTests.pattern(5 * PlaybackVoice.speech.ringSamples + 77)
        for start in stride(from: 0, to: reply.count, by: 30_001) {
            let accepted = rig.speaker.enqueue(
                Array(reply[start..<min(start + 30_001, reply.count)]))
            #expect(accepted)
        }
        rig.speaker.endOfTurn()
        #expect(rig.speaker.pendingFrames == reply.count)
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(Self.sound(rig.listener) == reply)
        #expect(rig.speaker.pendingFrames == 0)
        #expect(rig.speaker.snapshot().drainedCount == 1)
    }

    @Test("a flush drops what waits behind the ring, too")
    func flushOfSpill() throws {
        var rig = try PlaybackRig()
        let old = AudioEngineTests.pattern(4 * PlaybackVoice.speech.ringSamples)
        rig.speaker.enqueue(old)
        for _ in 0..<10 { _ = rig.loop.step() }
        rig.speaker.flush()
        let before = rig.listener.heard
        #expect(before == Array(old.prefix(before.count)))
        rig.listener.forget()
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(rig.listener.heard.isEmpty)
        #expect(rig.speaker.pendingFrames == 0)
        #expect(rig.speaker.snapshot().silentCount == 1)
        #expect(rig.speaker.snapshot().drainedCount == 0)
        let next = AudioEngineTests.pattern(3000, seed: 5)
        rig.speaker.enqueue(next)
        rig.speaker.endOfTurn()
        _ = rig.playOut()
        #expect(Self.sound(rig.listener) == next)
    }

    @Test("nothing is heard before the prebuffer is full or the reply is whole")
    func prebuffer() throws {
        var rig = try PlaybackRig()
        let prebuffer = rig.settings.prebufferMilliseconds * 24
        let reply = AudioEngineTests.pattern(prebuffer)
        rig.speaker.enqueue(Array(reply.dropLast()))
        let early = rig.playOut()
        #expect(early == .idle)
        #expect(rig.listener.heard.isEmpty)
        #expect(rig.speaker.snapshot().startedCount == 0)
        rig.speaker.enqueue([reply[prebuffer - 1]])
        _ = rig.playOut()
        #expect(Self.sound(rig.listener) == reply)
        #expect(rig.speaker.snapshot().startedCount == 1)
    }

    @Test("a device that waits loses only its buffer, and the reply goes on after it")
    func underrunInWait() throws {
        var rig = try PlaybackRig(waits: [20: .fails(Self.xrun)])
        let reply = AudioEngineTests.pattern(24_000)
        rig.speaker.enqueue(reply)
        rig.speaker.endOfTurn()
        let end = rig.playOut()
        #expect(end == .idle)
        try expectGap(of: rig.listener.lost, in: reply, heard: Self.sound(rig.listener))
        #expect(rig.share.counters.xruns.value == 1)
        #expect(rig.speaker.snapshot().drainedCount == 1)
    }

    @Test("a period that could not be written is written after the recovery")
    func underrunInWrite() throws {
        var rig = try PlaybackRig(writes: [9: .takes(100), 10: .fails(Self.xrun)])
        let reply = AudioEngineTests.pattern(24_000)
        rig.speaker.enqueue(reply)
        rig.speaker.endOfTurn()
        let end = rig.playOut()
        #expect(end == .idle)
        try expectGap(of: rig.listener.lost, in: reply, heard: Self.sound(rig.listener))
        #expect(rig.share.counters.xruns.value == 1)
    }

    /// `heard` is the reply without exactly `lost` samples in one place.
    private func expectGap(of lost: Int, in reply: [Int16], heard: [Int16]) throws {
        #expect(lost > 0)
        try #require(heard.count == reply.count - lost)
        let before = zip(heard, reply).prefix { $0 == $1 }.count
        #expect(Array(heard[before...]) == Array(reply[(before + lost)...]))
    }

    @Test("a device that fails at every write is given up")
    func hopelessWrite() throws {
        var writes: [Int: ScriptedPlayback.Mishap] = [:]
        for index in 0..<1000 { writes[index] = .fails(Self.xrun) }
        var rig = try PlaybackRig(writes: writes)
        rig.speaker.enqueue(AudioEngineTests.pattern(4000))
        rig.speaker.endOfTurn()
        let end = rig.playOut()
        #expect(end == .failed(Self.xrun))
    }

    @Test("a device that cannot be recovered, or takes nothing for a second, is given up")
    func failure() throws {
        var rig = try PlaybackRig(waits: [3: .fails(Self.xrun)], recovery: Self.gone)
        rig.speaker.enqueue(AudioEngineTests.pattern(24_000))
        let end = rig.playOut()
        #expect(end == .failed(Self.gone))

        var waits: [Int: ScriptedPlayback.Mishap] = [:]
        for wait in 5..<15 { waits[wait] = .timeOut }
        var stalled = try PlaybackRig(waits: waits)
        stalled.speaker.enqueue(AudioEngineTests.pattern(24_000))
        let stall = stalled.playOut()
        #expect(stall == .failed(PlaybackPort.stalledCode))
    }

    @Test("a device that is lost while idle is given up at once, not at the next reply")
    func goneWhileIdle() throws {
        var rig = try PlaybackRig()
        let before = rig.loop.step()
        #expect(before == .idle)
        rig.loop.device.idleTrouble = Self.gone
        let after = rig.loop.step()
        #expect(after == .failed(Self.gone))
    }

    @Test("a reply whose device is lost goes on with the next device and ends once")
    func replyOutlivesDevice() throws {
        // It fails in the middle of the reply, and when only the silence after it is left.
        for wait in [10, 21] {
            var rig = try PlaybackRig(waits: [wait: .fails(Self.gone)], recovery: Self.gone)
            let reply = AudioEngineTests.pattern(20 * 480)
            rig.speaker.enqueue(reply)
            rig.speaker.endOfTurn()
            let first = rig.playOut()
            #expect(first == .failed(Self.gone))
            let lost = rig.listener.lost
            var next = rig.onAnotherDevice()
            let second = next.playOut()
            #expect(second == .idle)
            #expect(next.speaker.snapshot().startedCount == 1)
            #expect(next.speaker.snapshot().drainedCount == 1)
            if wait == 10 {
                try expectGap(of: lost, in: reply, heard: Self.sound(next.listener))
            }
        }
    }

    @Test("a flush without a device applies to the next one")
    func flushWithoutDevice() throws {
        var rig = try PlaybackRig(waits: [4: .fails(Self.gone)], recovery: Self.gone)
        rig.speaker.enqueue(AudioEngineTests.pattern(20 * 480))
        rig.speaker.endOfTurn()
        let first = rig.playOut()
        #expect(first == .failed(Self.gone))
        rig.speaker.flush()
        rig.listener.forget()
        var next = rig.onAnotherDevice()
        let second = next.playOut()
        #expect(second == .idle)
        #expect(next.listener.heard.isEmpty)
        #expect(next.speaker.snapshot().silentCount == 1)
        #expect(next.speaker.snapshot().drainedCount == 0)
    }
}
