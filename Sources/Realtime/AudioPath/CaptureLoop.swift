internal import ALSA
internal import AudioCore
internal import Linux

/// The microphone's real-time loop: device to ring, a period at a time.
///
/// It owns the device while it runs and gives up when the device cannot be recovered; its caller
/// then opens another. `step` allocates nothing and takes no lock.
struct CaptureLoop<Device: CaptureDevice & ~Copyable>: ~Copyable {
    /// How a period ended.
    enum Step: Equatable {
        case moved
        /// Nothing came in time; a device that stays like this is stalled.
        case nothing
        /// The device is lost; the code is ALSA's.
        case failed(Int32)
    }

    static var waitMilliseconds: Int32 { 100 }
    /// How often in a row the thread may be preempted between the two; after that the time is wrong
    /// for a period.
    private static var looks: Int { 4 }
    /// A query that takes longer than this means that the thread was preempted (nanoseconds): less
    /// than a millisecond of sound does not matter to a press.
    private static var lookNanoseconds: Int64 { 1_000_000 }

    private var device: Device
    private let port: CapturePort
    private let buffer: SampleBuffer
    private let channels: Int
    private let periodFrames: Int
    private let rate: Int64
    private let bufferFrames: Int
    /// How long the thread rests at a time while nobody listens (milliseconds); 0: it never rests.
    private let restMilliseconds: Int32
    /// Whether the last step was part of a rest.
    private var isResting = false
    private var patience: DevicePatience
    /// How much the device still held after the last read (nanoseconds).
    private var leftNanoseconds: Int64 = 0

    init(device: consuming Device, port: consuming CapturePort) {
        channels = Int(device.grant.channels)
        periodFrames = Int(device.grant.periodFrames)
        rate = Int64(device.grant.rate)
        bufferFrames = Int(device.grant.bufferFrames)
        restMilliseconds = port.demand == nil ? 0 : Self.rest(for: device.grant)
        buffer = SampleBuffer(count: periodFrames * channels)
        patience = DevicePatience(counters: port.counters)
        self.device = device
        self.port = port
    }

    /// Gives the ring back when the device is to be closed.
    consuming func intoPort() -> CapturePort { port }

    /// Runs until it must stop (0) or the device fails (its code).
    mutating func run(until stop: StopFlag) -> Int32 {
        var code = device.start()
        guard code >= 0 else { return code }
        while !stop.isSet {
            if case .failed(let failure) = step() {
                code = failure
                return code
            }
        }
        return 0
    }

    /// The length of a rest: half of the device's buffer, so that a thread that comes late loses
    /// nothing; 0 if that is a period or less.
    private static func rest(for grant: PCMGrant) -> Int32 {
        let half = Int(grant.bufferFrames) * 500 / max(1, Int(grant.rate))
        let period = Int(grant.periodFrames) * 1000 / max(1, Int(grant.rate))
        let rest = min(half, AudioSettings.restMilliseconds)
        return rest > period ? Int32(rest) : 0
    }

    /// Moves one period; while nobody listens, all that arrived during a rest.
    mutating func step() -> Step {
        if restMilliseconds > 0, let demand = port.demand, !demand.isWanted {
            // The device is emptied before the first rest: a late thread may have left half a
            // buffer in it, and a rest fills the other half. A press ends a rest, and what the
            // device already holds is read at once.
            if isResting {
                device.rest(milliseconds: restMilliseconds, orUntil: demand.signal)
            }
            return takeAll()
        }
        isResting = false
        switch device.wait(timeoutMilliseconds: Self.waitMilliseconds) {
        case .ready: break
        case .timedOut, .woken: return afterNothing(patience.bears(waiting: Self.waitMilliseconds))
        case .failed(let code): return repair(code)
        }
        switch device.read(into: buffer.start, frames: periodFrames) {
        case .frames(0), .again: return afterNothing(patience.toleratesStall())
        case .frames(let count):
            patience.moved()
            deliver(count)
            countLateness(count)
            port.wake.signal()
            return .moved
        case .failed(let code): return repair(code)
        }
    }

    /// Reads all that the device holds, and wakes the processing thread once.
    private mutating func takeAll() -> Step {
        let waited = isResting ? restMilliseconds : 0
        isResting = true
        // The device cannot hold more than its buffer.
        var left = bufferFrames
        var hasMoved = false
        // A device without a clock gives whole periods, whether they are due or not.
        let least = device.grant.hasClock ? 1 : periodFrames
        while left > 0, heldFrames() >= least {
            switch device.read(into: buffer.start, frames: periodFrames) {
            case .frames(let count) where count > 0:
                patience.moved()
                deliver(count)
                hasMoved = true
                left -= count
            case .frames, .again: left = 0
            case .failed(let code):
                if hasMoved { port.wake.signal() }
                return repair(code)
            }
        }
        guard hasMoved else { return afterNothing(patience.bears(waiting: waited)) }
        port.wake.signal()
        return .moved
    }

    private mutating func heldFrames() -> Int {
        device.grant.plausible(delayFrames: device.heldFrames())
    }

    private mutating func deliver(_ frames: Int) {
        let samples = frames * channels
        // Write whole frames only, or the channels would be swapped.
        let room = port.writer.room / channels * channels
        let written = port.writer.write(buffer.start, count: min(samples, room))
        port.counters.frames.count(frames)
        if written < samples { port.counters.lostFrames.count((samples - written) / channels) }
        port.anchor.set(frame: port.writer.writtenIndex / channels, time: timeOfLastFrame())
    }

    /// When the last frame read was spoken (nanoseconds, CLOCK_MONOTONIC).
    ///
    /// The device's fill and the time cannot be read atomically; if the thread was preempted
    /// between the two, both are read again, or a press would be matched to the wrong sample.
    private mutating func timeOfLastFrame() -> Int64 {
        var time = device.now()
        for _ in 0..<Self.looks {
            let before = time
            leftNanoseconds = FrameTime.nanoseconds(ofFrames: Int64(heldFrames()), rate: rate)
            time = device.now()
            if FrameTime.difference(time, before) < Self.lookNanoseconds { break }
        }
        return FrameTime.difference(time, leftNanoseconds)
    }

    /// What is left after a whole period arrived while the thread was late.
    private func countLateness(_ frames: Int) {
        guard frames == periodFrames else { return }
        port.counters.lateWakeUps.count(microseconds: Int(leftNanoseconds / 1000))
    }

    private func afterNothing(_ isBorne: Bool) -> Step {
        isBorne ? .nothing : .failed(PlaybackPort.stalledCode)
    }

    /// Resumes, prepares and starts the device, as its error requires.
    private mutating func repair(_ code: Int32) -> Step {
        guard patience.bears(failure: code) else { return .failed(code) }
        let result = device.recover(code)
        // The card is suspended; after the system's resume it may take a while to wake.
        if result == DevicePatience.again { return afterNothing(patience.toleratesSleep()) }
        guard result >= 0 else { return .failed(result) }
        let started = device.start()
        // A card that was resumed, or only interrupted, runs on.
        return started < 0 && started != DevicePatience.badState ? .failed(started) : .nothing
    }
}

/// What the capture thread shares with the processing thread.
struct CapturePort: ~Copyable, Sendable {
    let writer: RingWriter
    let anchor: StreamAnchor
    let counters: AudioCounters
    /// Wakes the processing thread.
    let wake: EventFD
    /// Whether anybody listens; nil if the loop never rests.
    var demand: MicrophoneDemand?
}
