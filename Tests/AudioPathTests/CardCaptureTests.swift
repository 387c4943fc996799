import ALSA
import AudioCore
import Linux
import TestInputs
import Testing

@testable import AudioPath

// Swift 6.3 compiles the cards to invalid code with the thread sanitizer and -O; each is on one
// thread.
#if !MARTLET_TSAN

/// A microphone's card as its driver presents it, in simulated time.
struct SimulatedMicrophone: CaptureDevice, ~Copyable {
    let shape: CardShape
    let world: CardWorld
    let end: (frames: Int, flag: StopFlag)
    private var startTime: Int64?
    private var taken = 0

    init(_ shape: CardShape, world: CardWorld, end: (frames: Int, flag: StopFlag)) {
        self.shape = shape
        self.world = world
        self.end = end
    }

    var grant: PCMGrant { shape.grant }
    private var rate: Double { Double(shape.grant.rate) * (1 + shape.driftPPM / 1_000_000) }

    /// Captured frames, as the driver reports them.
    private var told: Int {
        guard let startTime else { return 0 }
        let frames = Int(Double(world.moment() - startTime) * rate / 1e9)
        return frames / shape.stepFrames * shape.stepFrames
    }

    mutating func start() -> Int32 {
        startTime = startTime ?? world.moment()
        return 0
    }

    mutating func wait(timeoutMilliseconds: Int32) -> WaitResult {
        guard let startTime else { return .failed(DevicePatience.badState) }
        let limit = world.moment() + Int64(timeoutMilliseconds) * 1_000_000
        let step = shape.stepFrames
        let wanted = (taken + Int(shape.grant.periodFrames) + step - 1) / step * step
        let due = startTime + Int64((Double(wanted) * 1e9 / rate).rounded(.up)) + 1
        _ = world.pass(until: min(due, limit), orUntil: nil)
        guard due <= limit else { return .timedOut }
        world.comeLate()
        return told - taken > shape.grant.bufferFrames ? .failed(DevicePatience.xrun) : .ready
    }

    mutating func read(into samples: UnsafeMutablePointer<Int16>, frames: Int) -> Transfer {
        let count = min(frames, told - taken)
        let channels = Int(shape.grant.channels)
        for frame in 0..<count {
            let sample = Int16(truncatingIfNeeded: taken + frame)
            for channel in 0..<channels { samples[frame * channels + channel] = sample }
        }
        taken += count
        if taken >= end.frames { end.flag.raise() }
        return count > 0 ? .frames(count) : .again
    }

    mutating func heldFrames() -> Int { told - taken }

    mutating func recover(_ code: Int32) -> Int32 {
        startTime = nil
        taken = 0
        return 0
    }
}

extension CardPropertyTests {
    @Test("on every card the microphone loses nothing")
    func capture() throws {
        let start: UInt64 = 0
        var faults = 0
        for seed in start..<start + Self.grants where faults < 10 {
            guard let fault = try Self.captureFault(seed: seed) else { continue }
            Issue.record("seed \(seed): \(fault)")
            faults += 1
        }
    }

    private static func captureFault(seed: UInt64) throws -> String? {
        var random = SeededGenerator(seed: seed)
        let drivers = CardDriver.all
        let shape = CardShape(
            of: drivers[Int(seed % UInt64(drivers.count))], isMicrophone: true, using: &random)
        let spare = Int64(shape.grant.bufferFrames - shape.grant.periodFrames) * 1_000_000_000
        let world = CardWorld(
            seed: random.next(),
            lateness: min(5_000_000, spare / Int64(shape.grant.rate) / 4))
        let frames = 3 * Int(shape.grant.periodFrames)
        let channels = Int(shape.grant.channels)
        let flag = StopFlag()
        var ring = SampleRing(capacity: (frames + Int(shape.grant.bufferFrames) * 2) * channels)
        let reader = ring.takeReader()
        let counters = AudioCounters()
        var loop = CaptureLoop(
            device: SimulatedMicrophone(shape, world: world, end: (frames, flag)),
            port: CapturePort(
                writer: ring.takeWriter(), anchor: StreamAnchor(), counters: counters,
                wake: try EventFD()))
        let code = loop.run(until: flag)
        guard code == 0 else { return "the loop failed: \(code) (\(shape))" }
        var samples = [Int16](repeating: 0, count: reader.available)
        _ = reader.read(into: &samples, count: samples.count)
        guard samples.count >= frames * channels, counters.xruns.value == 0 else {
            return "\(samples.count / channels) of \(frames) frames (\(shape))"
        }
        for index in 0..<samples.count
        where samples[index] != Int16(truncatingIfNeeded: index / channels) {
            return "frame \(index / channels) is another (\(shape))"
        }
        return nil
    }
}

#endif
