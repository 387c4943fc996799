import ALSA
import AudioCore
import CAllocationCounter
import Linux
import SignalProcessing
import TestEchoDoor
import Testing

@testable import AudioPath

/// The real-time loops neither allocate nor release memory, errors included; under `make rtsan`
/// they take no lock either, and wait only where they are meant to.
@Suite(.enabled(if: RealtimeWatch.isAvailable))
struct AllocationTests {
    static let periods = 10_000
    static let xrun = DevicePatience.xrun
    static let suspended = DevicePatience.suspended
    /// -ENODEV: unplugged.
    static let gone: Int32 = -19

    @Test(
        "the counter sees what a thread allocates and releases",
        .enabled(if: martlet_allocations_counted() != 0))
    func counterCounts() {
        let watch = RealtimeWatch(isStrict: false)
        let memory = UnsafeMutablePointer<Int>.allocate(capacity: 4)
        memory.deallocate()
        #expect(watch.end() == 2)
    }

    @Test(
        "the capture loop allocates nothing in 10 000 periods, every trouble included",
        arguments: [Int32(1), 2])
    func capture(channels: Int32) throws {
        _ = try countCapture(periods: 300, channels: channels, isStrict: false)
        let run = try countCapture(periods: Self.periods, channels: channels, isStrict: true)
        let counters = run.counters
        #expect(run.code == Self.gone)
        #expect(run.allocations == 0)
        #expect(counters.xruns.value > 200)
        #expect(counters.suspensions.value > 100)
        #expect(counters.frames.value == (Self.periods - run.mishaps) * 320)
        #expect(counters.lostFrames.value == 0)
    }

    private func countCapture(
        periods: Int, channels: Int32, isStrict: Bool
    ) throws -> (code: Int32, allocations: Int, mishaps: Int, counters: AudioCounters) {
        let troubles: [ScriptedCapture.Mishap] = [
            .waitFails(Self.xrun), .readFails(Self.xrun), .waitFails(Self.suspended), .again,
            .timeOut,
        ]
        var mishaps: [Int: ScriptedCapture.Mishap] = [:]
        for wait in stride(from: 7, to: periods, by: 17) {
            mishaps[wait] = troubles[wait % troubles.count]
        }
        let failed = mishaps.count
        for wait in stride(from: 18, to: periods, by: 410) {
            mishaps[wait] = mishaps[wait] ?? .late(100)
        }
        mishaps[periods] = .readFails(Self.gone)
        let device = ScriptedCapture(channels: channels, mishaps: mishaps, sleepsOn: 3)
        var ring = SampleRing(capacity: periods * 320 * Int(channels))
        let counters = AudioCounters()
        let stop = StopFlag()
        var loop = CaptureLoop(
            device: device,
            port: CapturePort(
                writer: ring.takeWriter(), anchor: StreamAnchor(), counters: counters,
                wake: try EventFD()))
        let watch = RealtimeWatch(isStrict: isStrict)
        let code = loop.run(until: stop)
        return (code, watch.end(), failed, counters)
    }

    struct Speaking: Sendable, CustomTestStringConvertible {
        let rate: Int32
        let channels: Int32
        var testDescription: String { "\(rate) Hz, \(channels) channels" }
    }

    @Test(
        "the mixer, silence, resuming and recovery allocate nothing in 10 000 periods",
        arguments: [
            Speaking(rate: 24_000, channels: 1), Speaking(rate: 48_000, channels: 2),
            Speaking(rate: 44_100, channels: 1),
        ])
    func playback(_ speaking: Speaking) throws {
        _ = try countPlayback(periods: 500, speaking, isStrict: false)
        let run = try countPlayback(periods: Self.periods, speaking, isStrict: true)
        #expect(run.allocations == 0)
        #expect(run.share.counters.xruns.value > 200)
        #expect(run.share.counters.suspensions.value >= 10)
        #expect(run.share.silentCount.value > 30)
        #expect(run.share.speechPlayed.value > Self.periods * 300)
    }

    /// Steps that are counted together; Control's part, which may allocate, runs between.
    private static let stepsAtOnce = 25

    private func countPlayback(
        periods: Int, _ speaking: Speaking, isStrict: Bool
    ) throws -> (allocations: Int, share: PlaybackShare) {
        typealias Mishaps = [Int: ScriptedPlayback.Mishap]
        var waits: Mishaps = [:]
        var writes: Mishaps = [:]
        for index in stride(from: 7, to: periods, by: 83) { waits[index] = .fails(Self.xrun) }
        for index in stride(from: 9, to: periods, by: 89) { writes[index] = .fails(Self.xrun) }
        // A card that sleeps, and is awake at the first attempt, is recovered in the same way.
        for index in stride(from: 19, to: periods, by: 830) {
            waits[index] = .fails(Self.suspended)
        }
        for index in stride(from: 29, to: periods, by: 830) { waits[index] = .late(100) }
        for index in stride(from: 39, to: periods, by: 830) { waits[index] = .timeOut }
        for index in stride(from: 49, to: periods, by: 83) { writes[index] = .takes(index % 101) }
        let room = (periods + 8) * Int(speaking.rate / 50 * speaking.channels)
        var rig = try PlaybackRig(
            rate: speaking.rate, channels: speaking.channels, room: room, waits: waits,
            writes: writes, sleepsOn: 3, canRewind: speaking.channels == 2)
        let piece = AudioEngineTests.pattern(Self.stepsAtOnce * 480)
        var allocations = 0
        for round in 0..<(periods / Self.stepsAtOnce) {
            instruct(rig.speaker, round: round, piece: piece)
            let watch = RealtimeWatch(isStrict: isStrict)
            for _ in 0..<Self.stepsAtOnce { _ = rig.loop.step() }
            allocations += watch.end()
            if rig.share.refillSignal.wait(timeoutMilliseconds: 0) { rig.speaker.refill() }
        }
        return (allocations, rig.share)
    }

    /// Everything that Control may do, in turn.
    private func instruct(_ speaker: Speaker, round: Int, piece: [Int16]) {
        speaker.enqueue(piece)
        switch round % 10 {
        case 1: speaker.play(Array(piece.prefix(700)), on: .earcon)
        case 2: speaker.loop(Array(piece.prefix(900)), on: .alarm)
        case 3: speaker.play(piece + piece, on: .music)
        case 4: speaker.duck(.reply)
        case 5: speaker.hold()
        case 6: speaker.resume()
        case 7: speaker.unduck(.reply)
        case 8:
            speaker.stop(.alarm)
            speaker.setGain(round % 20 < 10 ? 0.5 : 1)
        case 9:
            speaker.flush()
            speaker.enqueue(piece)
        default: break
        }
    }

    @Test("a reply's start and end, silence and a new gain allocate nothing")
    func turns() throws {
        var rig = try PlaybackRig(room: 400_000)
        let reply = AudioEngineTests.pattern(2000)
        var allocations = 0
        for turn in 0..<60 {
            rig.speaker.enqueue(reply)
            rig.speaker.endOfTurn()
            rig.speaker.play(Array(reply.prefix(100)), on: .earcon)
            rig.speaker.setGain(turn % 2 == 0 ? 0.3 : 1)
            let watch = RealtimeWatch(isStrict: turn > 2)
            for _ in 0..<12 { _ = rig.loop.step() }
            let counted = watch.end()
            // The runtime builds its tables in the first turns.
            if turn > 2 { allocations += counted }
            if turn % 3 == 0 { rig.speaker.flush() }
        }
        #expect(allocations == 0)
        #expect(rig.speaker.snapshot().drainedCount > 30)
        #expect(rig.speaker.snapshot().silentCount == 20)
    }

    @Test("speech detection, echo cancellation, noise and gain allocate nothing in 10 000 frames")
    func upPath() throws {
        var settings = AudioSettings()
        settings.echo.mode = .cancel
        settings.echo.canceller = .speex
        settings.noiseSuppressionDecibels = 10
        settings.gainLimitDecibels = 12
        // The runtime builds its tables in a first run.
        let first = try #require(MicrophoneStages.make(settings))
        _ = countUpPath(first, settings, periods: 1500, isStrict: false)
        let stages = try #require(MicrophoneStages.make(settings))
        #expect(countUpPath(stages, settings) == 0)
        #expect(stages.status.isActive == false)
    }

    @Test(
        "nor does the code around a loaded canceller, whether it works, refuses or is shut",
        .enabled(if: FakeDoor.isPossible, Comment(rawValue: FakeDoor.absence)))
    func upPathBehindDoor() async throws {
        let fake = try await FakeDoor()
        var settings = AudioSettings()
        settings.echo.mode = .cancel
        settings.echo.canceller = .webrtc
        settings.echo.pluginPath = fake.path
        let stages = try #require(MicrophoneStages.make(settings))
        var states: Set<EchoGate.State> = []
        // The fake library refuses a frame that begins with -1.
        let allocations = countUpPath(stages, settings, pieces: 100) { index, frame in
            if index % 2000 >= 1000 { frame[0] = -1 }
            if index % 1000 == 999, let state = stages.status.gate { states.insert(state) }
        }
        #expect(allocations == 0)
        #expect(stages.status.refusals > 100)
        #expect(states == [.open, .shut])
    }

    /// Counts the allocations of the capture path in some frames, with different loudspeaker pieces
    /// in turn.
    ///
    /// With a single piece the echo could be at any of its repetitions, so that the delay jumps;
    /// `change` may change the microphone's sound.
    private func countUpPath(
        _ stages: MicrophoneStages, _ settings: AudioSettings, periods: Int = Self.periods,
        isStrict isEverStrict: Bool = true, pieces: Int = 1,
        change: (Int, UnsafeMutablePointer<Int16>) -> Void = { _, _ in }
    ) -> Int {
        let reference = EchoReference()
        var detector = VoiceDetector(settings: settings.voice, frameMilliseconds: 20)
        var filter = HighPass(frequency: 80, rate: 16_000)
        let played = SampleBuffer(count: 480 * pieces)
        played.start.update(from: AudioEngineTests.pattern(played.count), count: played.count)
        let heard = SampleBuffer(count: 320)
        var allocations = 0
        for index in 0..<periods {
            // With pauses, so that all of it is switched on and off.
            let isPlaying = index % 100 < 70
            let start = Int64(index) * 20_000_000
            let piece = played.start + 480 * (index % pieces)
            for offset in 0..<320 { heard.start[offset] = isPlaying ? piece[offset + 100] : 0 }
            // The resampler is made with the first piece, the runtime's tables with the first
            // frames.
            let isStrict = isEverStrict && index > 30
            let first = RealtimeWatch(isStrict: isStrict)
            filter.process(heard.start, count: 320)
            let filtering = first.end()
            change(index, heard.start)
            let watch = RealtimeWatch(isStrict: isStrict)
            if isPlaying {
                reference.wrote(piece, channels: 1, frames: 480, rate: 24_000, heardAt: start)
            }
            stages.take(from: reference) { $0 * 16_000 / 1_000_000_000 }
            let echo = stages.process(heard.start, at: Int64(index * 320))
            _ = detector.process(
                UnsafeBufferPointer(start: heard.start, count: 320), echo: echo)
            let counted = filtering + watch.end()
            if isStrict { allocations += counted }
        }
        return allocations
    }
}
