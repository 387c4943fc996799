import AudioCore
import Linux
import Testing

@testable import AudioPath

/// Troubles of a card that stays present: sleep, endless failure, stalls, and lateness.
@Suite(.timeLimit(.minutes(5)))
struct DeviceTroubleTests {
    static let xrun = DevicePatience.xrun
    static let suspended = DevicePatience.suspended

    @Test("a suspended microphone is awaited, counted once, and heard again")
    func sleepingMicrophone() throws {
        let stop = StopFlag()
        // Every call of a sleeping card reports that it sleeps.
        var mishaps: [Int: ScriptedCapture.Mishap] = [:]
        for wait in 5..<12 { mishaps[wait] = .waitFails(Self.suspended) }
        let run = try CaptureLoopTests.run(
            ScriptedCapture(mishaps: mishaps, sleepsOn: 6, end: (wait: 20, flag: stop)),
            until: stop)
        #expect(run.code == 0)
        #expect(run.samples == CaptureLoopTests.expected(frames: 14 * 320))
        #expect(run.counters.suspensions.value == 1)
        #expect(run.counters.xruns.value == 0)
    }

    @Test("a suspended speaker is awaited, counted once, and goes on")
    func sleepingSpeaker() throws {
        var waits: [Int: ScriptedPlayback.Mishap] = [:]
        for wait in 5..<12 { waits[wait] = .fails(Self.suspended) }
        var rig = try PlaybackRig(waits: waits, sleepsOn: 6)
        let reply = AudioEngineTests.pattern(20 * 480)
        rig.speaker.enqueue(reply)
        rig.speaker.endOfTurn()
        let end = rig.playOut()
        #expect(end == .idle)
        #expect(rig.share.counters.suspensions.value == 1)
        #expect(rig.share.counters.xruns.value == 0)
        #expect(rig.speaker.snapshot().drainedCount == 1)
        let heard = rig.listener.heard.filter { $0 != 0 }.count
        #expect(heard == reply.count - rig.listener.lost)
    }

    @Test("a wait interrupted by a signal does not lose the microphone")
    func interrupted() throws {
        let stop = StopFlag()
        let run = try CaptureLoopTests.run(
            ScriptedCapture(mishaps: [5: .waitFails(-4)], end: (wait: 20, flag: stop)),
            until: stop)
        #expect(run.code == 0)
        #expect(run.samples == CaptureLoopTests.expected(frames: 20 * 320))
    }

    @Test("a card that reports to be awake and stays asleep is given up after some wake-ups")
    func sleepwalking() throws {
        var mishaps: [Int: ScriptedCapture.Mishap] = [:]
        for wait in 5..<5000 { mishaps[wait] = .waitFails(Self.suspended) }
        let run = try CaptureLoopTests.run(ScriptedCapture(mishaps: mishaps), until: StopFlag())
        #expect(run.code == Self.suspended)
        #expect(run.counters.suspensions.value == 1)

        var waits: [Int: ScriptedPlayback.Mishap] = [:]
        for wait in 5..<5000 { waits[wait] = .fails(Self.suspended) }
        var rig = try PlaybackRig(waits: waits)
        rig.speaker.enqueue(AudioEngineTests.pattern(20 * 480))
        let end = rig.playOut()
        #expect(end == .failed(Self.suspended))
        #expect(rig.share.counters.suspensions.value == 1)
    }

    @Test("a card that never wakes is given up, to be opened again")
    func neverAwake() throws {
        var mishaps: [Int: ScriptedCapture.Mishap] = [:]
        for wait in 5..<5000 { mishaps[wait] = .waitFails(Self.suspended) }
        let run = try CaptureLoopTests.run(
            ScriptedCapture(mishaps: mishaps, sleepsOn: .max), until: StopFlag())
        #expect(run.code == PlaybackPort.stalledCode)
        #expect(run.counters.suspensions.value == 1)
        #expect(run.counters.stalls.value == 1)
    }

    @Test("a microphone that fails after every recovery is given up eventually")
    func hopelessMicrophone() throws {
        var mishaps: [Int: ScriptedCapture.Mishap] = [:]
        for wait in 5..<5000 { mishaps[wait] = .readFails(Self.xrun) }
        let run = try CaptureLoopTests.run(ScriptedCapture(mishaps: mishaps), until: StopFlag())
        #expect(run.code == Self.xrun)
        #expect(run.samples == CaptureLoopTests.expected(frames: 5 * 320))
    }

    @Test("a microphone that is always ready and delivers nothing is given up as stalled")
    func emptyMicrophone() throws {
        var mishaps: [Int: ScriptedCapture.Mishap] = [:]
        for wait in 5..<5000 { mishaps[wait] = .again }
        let run = try CaptureLoopTests.run(ScriptedCapture(mishaps: mishaps), until: StopFlag())
        #expect(run.code == PlaybackPort.stalledCode)
        #expect(run.counters.stalls.value == 1)
    }

    @Test("a speaker that is always ready and takes nothing is given up as stalled")
    func fullSpeaker() throws {
        var writes: [Int: ScriptedPlayback.Mishap] = [:]
        for index in 5..<5000 { writes[index] = .takes(0) }
        var rig = try PlaybackRig(writes: writes)
        rig.speaker.enqueue(AudioEngineTests.pattern(20 * 480))
        let end = rig.playOut()
        #expect(end == .failed(PlaybackPort.stalledCode))
        #expect(rig.share.counters.stalls.value == 1)
    }

    @Test("a speaker that takes part of a period and then nothing is given up within a second")
    func halfFullSpeaker() throws {
        var writes: [Int: ScriptedPlayback.Mishap] = [5: .takes(100)]
        for index in 6..<30 { writes[index] = .takes(0) }
        var waits: [Int: ScriptedPlayback.Mishap] = [:]
        for index in 6..<30 { waits[index] = .timeOut }
        var rig = try PlaybackRig(waits: waits, writes: writes)
        rig.speaker.enqueue(AudioEngineTests.pattern(20 * 480))
        let end = rig.playOut()
        #expect(end == .failed(PlaybackPort.stalledCode))
        #expect(rig.share.counters.stalls.value == 1)
    }

    @Test("wake-ups are counted by how late they come, in both directions")
    func lateness() throws {
        // At 16 kHz: 0.25, 0.75, 1.5, 4, 8, 15 and 40 ms.
        let frames = [4, 12, 24, 64, 128, 240, 640]
        let stop = StopFlag()
        var mishaps: [Int: ScriptedCapture.Mishap] = [:]
        for (index, late) in frames.enumerated() { mishaps[2 * index] = .late(late) }
        let run = try CaptureLoopTests.run(
            ScriptedCapture(mishaps: mishaps, end: (wait: 19, flag: stop)), until: stop)
        #expect(run.counters.lateWakeUps.counts == [14, 1, 1, 1, 1, 1, 1])

        // At 24 kHz, and only once the device has been full: 3 and 30 ms.
        var rig = try PlaybackRig(waits: [1: .late(72), 8: .late(72), 12: .late(720)])
        rig.speaker.enqueue(AudioEngineTests.pattern(16 * 480))
        for _ in 0..<12 { _ = rig.loop.step() }
        #expect(rig.share.counters.lateWakeUps.counts == [7, 0, 0, 1, 0, 0, 0])
        _ = rig.loop.step()
        #expect(rig.share.counters.lateWakeUps.counts.last == 1)
    }
}
