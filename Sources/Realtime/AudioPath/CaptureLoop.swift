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

    /// A device that moves nothing for so many waits is stalled.
    static var stallSteps: Int { 10 }
    static var waitMilliseconds: Int32 { 100 }

    private var device: Device
    private let port: CapturePort
    private let buffer: SampleBuffer
    private let channels: Int
    private let periodFrames: Int
    private let rate: Int64
    private var idleSteps = 0

    init(device: consuming Device, port: consuming CapturePort) {
        channels = Int(device.grant.channels)
        periodFrames = Int(device.grant.periodFrames)
        rate = Int64(device.grant.rate)
        buffer = SampleBuffer(count: periodFrames * channels)
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
        case .timedOut: return stall()
        case .failed(let code): return repair(code)
        }
        switch device.read(into: buffer.start, frames: periodFrames) {
        case .frames(0): return stall()
        case .frames(let count):
            idleSteps = 0
            deliver(count)
            return .moved
        case .again: return stall()
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
        let held = Int64(device.heldFrames()) * 1_000_000_000 / rate
        port.anchor.set(
            frame: port.writer.writtenIndex / channels, time: MonotonicClock.now() - held)
        port.wake.signal()
    }

    private mutating func stall() -> Step {
        idleSteps += 1
        return idleSteps < Self.stallSteps ? .nothing : .failed(PlaybackPort.stalledCode)
    }

    private mutating func repair(_ code: Int32) -> Step {
        port.counters.xruns.count()
        let result = device.recover(code)
        guard result >= 0 else { return .failed(result) }
        let started = device.start()
        return started < 0 ? .failed(started) : .nothing
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
