import ALSA
import AudioCore
import Linux
import Synchronization
import Testing

@testable import AudioPath

struct CaptureLoopTests {
    static let xrun: Int32 = -32
    static let gone: Int32 = -19

    /// The output of a scripted microphone until its loop ended.
    struct Run {
        var code: Int32
        var samples: [Int16]
        var counters: AudioCounters
        var anchor: StreamAnchor
    }

    static func run(
        _ device: consuming ScriptedCapture, until stop: StopFlag, ringSamples: Int = 1 << 16
    ) throws -> Run {
        var ring = SampleRing(capacity: ringSamples)
        let reader = ring.takeReader()
        let counters = AudioCounters()
        let anchor = StreamAnchor()
        var loop = CaptureLoop(
            device: device,
            port: CapturePort(
                writer: ring.takeWriter(), anchor: anchor, counters: counters,
                wake: try EventFD()))
        let code = loop.run(until: stop)
        var samples = [Int16](repeating: 0, count: reader.available)
        _ = reader.read(into: &samples, count: samples.count)
        return Run(code: code, samples: samples, counters: counters, anchor: anchor)
    }

    static func expected(frames: Int, channels: Int = 1) -> [Int16] {
        (0..<frames).flatMap { frame in
            (0..<channels).map { ScriptedCapture.sample(ofFrame: frame, channel: $0) }
        }
    }

    @Test("all channels of all frames arrive, in order, and the anchor names the last")
    func everything() throws {
        let stop = StopFlag()
        let device = ScriptedCapture(channels: 2, end: (wait: 49, flag: stop))
        let before = MonotonicClock.now()
        let run = try Self.run(device, until: stop)
        #expect(run.code == 0)
        #expect(run.samples == Self.expected(frames: 50 * 320, channels: 2))
        #expect(run.counters.frames.value == 50 * 320)
        let pair = try #require(run.anchor.read())
        #expect(pair.frame == 50 * 320)
        #expect(pair.time >= before && pair.time <= MonotonicClock.now())
    }

    @Test("an overrun in the wait or in the read is counted and ends nothing")
    func overrun() throws {
        let stop = StopFlag()
        let device = ScriptedCapture(
            mishaps: [3: .waitFails(Self.xrun), 9: .readFails(Self.xrun), 11: .again],
            end: (wait: 20, flag: stop))
        let run = try Self.run(device, until: stop)
        #expect(run.code == 0)
        #expect(run.samples == Self.expected(frames: 18 * 320))
        #expect(run.counters.xruns.value == 2)
        #expect(run.counters.lostFrames.value == 0)
    }

    @Test("a device that cannot be repaired is given up with its code")
    func unrepairable() throws {
        let device = ScriptedCapture(
            mishaps: [5: .readFails(Self.gone)], recovery: Self.gone)
        let run = try Self.run(device, until: StopFlag())
        #expect(run.code == Self.gone)
        #expect(run.samples == Self.expected(frames: 5 * 320))
    }

    @Test("a device that delivers nothing for a second is given up, a slow one is not")
    func stall() throws {
        var mishaps: [Int: ScriptedCapture.Mishap] = [:]
        for wait in 2..<11 { mishaps[wait] = .timeOut }
        for wait in 12..<22 { mishaps[wait] = .timeOut }
        let run = try Self.run(ScriptedCapture(mishaps: mishaps), until: StopFlag())
        #expect(run.code == PlaybackPort.stalledCode)
        #expect(run.samples == Self.expected(frames: 3 * 320))
    }

    @Test("frames that find no room are counted, and the channels keep their places")
    func fullRing() throws {
        let stop = StopFlag()
        let device = ScriptedCapture(channels: 3, end: (wait: 9, flag: stop))
        let run = try Self.run(device, until: stop, ringSamples: 2048)
        #expect(run.code == 0)
        // 682 whole frames of three fit into 2048 samples.
        #expect(run.samples == Self.expected(frames: 682, channels: 3))
        #expect(run.counters.frames.value == 3200)
        #expect(run.counters.lostFrames.value == 3200 - 682)
        #expect(try #require(run.anchor.read()).frame == 682)
    }

    @Test("a thread preempted between two queries does not shift the time of the samples")
    func awayBetweenQuestions() throws {
        for awayAt in 0..<20 {
            let clock = InterruptedClock(awayAt: awayAt, nanoseconds: 300_000_000)
            var ring = SampleRing(capacity: 1 << 16)
            let reader = ring.takeReader()
            let anchor = StreamAnchor()
            var loop = CaptureLoop(
                device: InterruptedCapture(clock: clock),
                port: CapturePort(
                    writer: ring.takeWriter(), anchor: anchor, counters: AudioCounters(),
                    wake: try EventFD()))
            for _ in 0..<4 {
                #expect(loop.step() == .moved)
                let pair = try #require(anchor.read())
                // A frame is 62.5 us, and the card began at 0.
                let due = Int64(pair.frame) * 62_500
                #expect(abs(pair.time - due) < 1_000_000, "away at query \(awayAt)")
            }
            #expect(reader.available == 4 * 320)
        }
    }
}

/// The time of a card and of the thread that queries it, which is preempted once, at one of the
/// queries.
private final class InterruptedClock: Sendable {
    private let state: Mutex<(time: Int64, question: Int)>
    private let awayAt: Int
    private let nanoseconds: Int64

    init(awayAt: Int, nanoseconds: Int64) {
        state = Mutex((0, 0))
        self.awayAt = awayAt
        self.nanoseconds = nanoseconds
    }

    /// The time at a query, which takes a microsecond, before the thread is preempted.
    func ask() -> Int64 {
        state.withLock { state in
            state.time += 1000
            defer {
                if state.question == awayAt { state.time += nanoseconds }
                state.question += 1
            }
            return state.time
        }
    }

    func pass(until time: Int64) { state.withLock { $0.time = max($0.time, time) } }
}

/// A microphone that holds the frames of its clock, and gives a period at a time.
private struct InterruptedCapture: CaptureDevice, ~Copyable {
    let grant = PCMGrant(
        rate: 16_000, channels: 1, periodFrames: 320, bufferFrames: 32_000, hasClock: true)
    private let clock: InterruptedClock
    private var position = 0

    init(clock: InterruptedClock) { self.clock = clock }

    mutating func start() -> Int32 { 0 }

    mutating func wait(timeoutMilliseconds: Int32) -> WaitResult {
        clock.pass(until: Int64(position + 320) * 62_500)
        return .ready
    }

    func now() -> Int64 { clock.ask() }

    mutating func read(into target: UnsafeMutablePointer<Int16>, frames: Int) -> Transfer {
        target.update(repeating: 1, count: frames)
        position += frames
        return .frames(frames)
    }

    mutating func heldFrames() -> Int { Int(clock.ask() / 62_500) - position }

    mutating func recover(_ code: Int32) -> Int32 { code }
}
