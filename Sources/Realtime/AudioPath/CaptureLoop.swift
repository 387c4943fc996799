internal import ALSA
internal import AudioCore
internal import Linux

/// The microphone's real-time loop: device to ring, a period at a time.
///
/// It owns the device while it runs and gives up when the device cannot be repaired; whoever runs
/// it opens another. `step` allocates nothing and takes no lock.
struct CaptureLoop<Device: CaptureDevice & ~Copyable>: ~Copyable {
    /// How a period ended.
    enum Step: Equatable {
        case moved
        /// Nothing came in time; a device that stays like this is stalled.
        case nothing
        /// The device is gone; the code is ALSA's.
        case failed(Int32)
    }

    static var waitMilliseconds: Int32 { 100 }

    private var device: Device
    private let port: CapturePort
    private let buffer: SampleBuffer
    private let channels: Int
    private let periodFrames: Int
    private let rate: Int64
    private var patience: DevicePatience

    init(device: consuming Device, port: consuming CapturePort) {
        channels = Int(device.grant.channels)
        periodFrames = Int(device.grant.periodFrames)
        rate = Int64(device.grant.rate)
        buffer = SampleBuffer(count: periodFrames * channels)
        patience = DevicePatience(counters: port.counters)
        self.device = device
        self.port = port
    }

    /// Gives the ring back when the device is to be closed.
    consuming func intoPort() -> CapturePort { port }

    /// Runs until told to stop (0) or the device fails (its code).
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

    /// Moves one period.
    mutating func step() -> Step {
        switch device.wait(timeoutMilliseconds: Self.waitMilliseconds) {
        case .ready: break
        case .timedOut, .woken: return afterNothing(patience.bears(waiting: Self.waitMilliseconds))
        case .failed(let code): return repair(code)
        }
        switch device.read(into: buffer.start, frames: periodFrames) {
        case .frames(0), .again: return afterNothing(patience.bearsStandstill())
        case .frames(let count):
            patience.moved()
            deliver(count)
            return .moved
        case .failed(let code): return repair(code)
        }
    }

    private mutating func deliver(_ frames: Int) {
        let samples = frames * channels
        // Whole frames only, or the channels would change places.
        let room = port.writer.room / channels * channels
        let written = port.writer.write(buffer.start, count: min(samples, room))
        port.counters.frames.count(frames)
        if written < samples { port.counters.lostFrames.count((samples - written) / channels) }
        // What a whole period has left behind came while the thread was awaited.
        let heldFrames = device.grant.plausible(delayFrames: device.heldFrames())
        let held = FrameTime.nanoseconds(ofFrames: Int64(heldFrames), rate: rate)
        if frames == periodFrames {
            port.counters.lateWakeUps.count(microseconds: Int(held / 1000))
        }
        port.anchor.set(
            frame: port.writer.writtenIndex / channels,
            time: FrameTime.difference(MonotonicClock.now(), held))
        port.wake.signal()
    }

    private func afterNothing(_ isBorne: Bool) -> Step {
        isBorne ? .nothing : .failed(PlaybackPort.stalledCode)
    }

    /// Wakes, prepares and starts the device, whatever its trouble needs.
    private mutating func repair(_ code: Int32) -> Step {
        guard patience.bears(failure: code) else { return .failed(code) }
        let result = device.recover(code)
        // The card sleeps; what woke the system may take a while to wake it.
        if result == DevicePatience.again { return afterNothing(patience.bearsSleep()) }
        guard result >= 0 else { return .failed(result) }
        let started = device.start()
        // A card that was woken, or only interrupted, runs on.
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
}
