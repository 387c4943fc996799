package import ALSA
internal import AudioCore
package import Linux

/// An ALSA microphone, paced by the system's clock if it has no clock of its own.
package struct ALSACapture: CaptureDevice, ~Copyable {
    private let pcm: PCM
    private var clock: SoftwareClock

    /// Opens the device.
    package init(_ request: PCMRequest) throws(ALSAError) {
        pcm = try PCM(request)
        clock = SoftwareClock(rate: pcm.grant.rate, now: MonotonicClock.now())
    }

    package var grant: PCMGrant { pcm.grant }

    /// What the device refused and what it granted instead; nil if it granted everything.
    package var concession: String? { pcm.concession }

    package mutating func start() -> Int32 {
        clock.restart(at: MonotonicClock.now())
        // Starting a device that already runs is not an error that we report.
        let code = pcm.start()
        return pcm.grant.hasClock ? code : 0
    }

    package mutating func wait(timeoutMilliseconds: Int32) -> WaitResult {
        guard !pcm.grant.hasClock else { return pcm.wait(timeoutMilliseconds: timeoutMilliseconds) }
        return clock.wait(forFrames: Int(pcm.grant.periodFrames), at: timeoutMilliseconds)
    }

    package mutating func read(
        into samples: UnsafeMutablePointer<Int16>, frames: Int
    ) -> Transfer {
        let result = pcm.read(into: samples, frames: frames)
        guard !pcm.grant.hasClock, case .frames(let count) = result else { return result }
        // When a file stands in for a microphone, silence follows its end; the clock runs on.
        if count == 0 {
            samples.update(repeating: 0, count: frames * Int(pcm.grant.channels))
            clock.pass(frames)
            return .frames(frames)
        }
        clock.pass(count)
        return result
    }

    package mutating func heldFrames() -> Int {
        pcm.grant.hasClock
            ? pcm.delayFrames() ?? 0 : max(0, clock.due(at: MonotonicClock.now()))
    }

    package mutating func recover(_ code: Int32) -> Int32 { pcm.recover(code) }
}

/// An ALSA speaker, paced by the system's clock if it has no clock of its own.
package struct ALSAPlayback: PlaybackDevice, ~Copyable {
    private let pcm: PCM
    private var clock: SoftwareClock
    private var isClockRunning = false

    /// Opens the device.
    package init(_ request: PCMRequest) throws(ALSAError) {
        pcm = try PCM(request)
        clock = SoftwareClock(rate: pcm.grant.rate, now: MonotonicClock.now())
    }

    package var grant: PCMGrant { pcm.grant }

    /// What the device refused and what it granted instead; nil if it granted everything.
    package var concession: String? { pcm.concession }

    package mutating func wait(timeoutMilliseconds: Int32, orUntil flushSignal: EventFD)
        -> WaitResult
    {
        guard !pcm.grant.hasClock else {
            return pcm.wait(timeoutMilliseconds: timeoutMilliseconds, orUntil: flushSignal)
        }
        guard isClockRunning else { return .ready }
        // There is room for a period once no more than the rest of the buffer is still unheard.
        let spare = Int(pcm.grant.bufferFrames - pcm.grant.periodFrames)
        return clock.wait(forFrames: -spare, at: timeoutMilliseconds, orUntil: flushSignal)
    }

    package mutating func trouble() -> Int32 { pcm.grant.hasClock ? pcm.trouble() : 0 }

    package mutating func write(
        _ samples: UnsafePointer<Int16>, frames: Int
    ) -> Transfer {
        let result = pcm.write(samples, frames: frames)
        guard !pcm.grant.hasClock, case .frames(let count) = result else { return result }
        if !isClockRunning || clock.due(at: MonotonicClock.now()) > 0 {
            // Like a card after an underrun, it restarts with what is written now.
            clock.restart(at: MonotonicClock.now())
            isClockRunning = true
        }
        clock.pass(count)
        return result
    }

    package mutating func heldFrames() -> Int {
        guard !pcm.grant.hasClock else { return pcm.delayFrames() ?? 0 }
        return isClockRunning ? max(0, -clock.due(at: MonotonicClock.now())) : 0
    }

    package mutating func queuedFrames() -> Int {
        guard pcm.grant.hasClock else { return heldFrames() }
        guard let room = pcm.available() else { return 0 }
        return Int(pcm.grant.bufferFrames) - room
    }

    package mutating func start() -> Int32 { pcm.grant.hasClock ? pcm.start() : 0 }

    package mutating func rewind(_ frames: Int, leaving margin: Int) -> Int {
        pcm.grant.hasClock ? pcm.rewind(frames, leaving: margin) : 0
    }

    package mutating func drop() -> Int32 {
        isClockRunning = false
        let code = pcm.drop()
        return code < 0 ? code : pcm.prepare()
    }

    package mutating func recover(_ code: Int32) -> Int32 {
        isClockRunning = false
        return pcm.recover(code)
    }
}

extension SoftwareClock {
    /// Sleeps until this number of frames after those that passed is due, or until the time-out.
    func wait(forFrames frames: Int, at timeoutMilliseconds: Int32) -> WaitResult {
        let due = time(ofFrame: frames)
        let limit = MonotonicClock.now() + Int64(timeoutMilliseconds) * 1_000_000
        MonotonicClock.block(until: min(due, limit))
        return due <= limit ? .ready : .timedOut
    }

    /// The same, but a signal also ends the wait and is consumed.
    func wait(
        forFrames frames: Int, at timeoutMilliseconds: Int32, orUntil wake: EventFD
    ) -> WaitResult {
        let due = time(ofFrame: frames)
        // Descriptors are waited for in whole milliseconds; the rest is slept.
        let whole = MonotonicClock.milliseconds(until: FrameTime.sum(due, -999_999))
        if wake.wait(timeoutMilliseconds: min(whole, timeoutMilliseconds)) { return .woken }
        guard whole <= timeoutMilliseconds else { return .timedOut }
        MonotonicClock.block(until: due)
        return .ready
    }
}
