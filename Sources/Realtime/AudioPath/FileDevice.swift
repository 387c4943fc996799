package import ALSA
package import AudioCore
package import Linux

/// A microphone that plays a WAV file in real time, then silence; without a file, only silence.
package struct FileCapture: CaptureDevice, ~Copyable {
    package let grant: PCMGrant
    private let samples: [Int16]
    private var position = 0
    private var clock: SoftwareClock

    /// A microphone with the file's rate and channels; without a file, mono at the given rate.
    package init(file: WAVFile?, rate: Int32, periodMilliseconds: Int) {
        let rate = file?.rate ?? rate
        let period = rate * Int32(periodMilliseconds) / 1000
        // The file holds all future sound, so a late thread loses nothing.
        grant = PCMGrant(
            rate: rate, channels: file?.channels ?? 1, periodFrames: period,
            bufferFrames: max(period * 4, rate / 2), hasClock: false)
        samples = file?.samples ?? []
        clock = SoftwareClock(rate: rate, now: MonotonicClock.now())
    }

    package mutating func start() -> Int32 {
        clock.restart(at: MonotonicClock.now())
        return 0
    }

    package mutating func wait(timeoutMilliseconds: Int32) -> WaitResult {
        clock.wait(forFrames: Int(grant.periodFrames), at: timeoutMilliseconds)
    }

    package mutating func read(
        into target: UnsafeMutablePointer<Int16>, frames: Int
    ) -> Transfer {
        let wanted = frames * Int(grant.channels)
        let count = min(wanted, samples.count - position)
        samples.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { target.update(from: base + position, count: count) }
        }
        (target + count).update(repeating: 0, count: wanted - count)
        position += count
        clock.pass(frames)
        return .frames(frames)
    }

    package mutating func heldFrames() -> Int { max(0, clock.due(at: MonotonicClock.now())) }

    package mutating func recover(_ code: Int32) -> Int32 { code }
}

/// A speaker that writes a WAV file in real time; without a file, it discards its sound.
///
/// Silence between replies is not written, as no device plays it.
package struct FilePlayback: PlaybackDevice, ~Copyable {
    package let grant: PCMGrant
    private let file: FileDescriptor?
    private var writtenBytes = 0
    private var clock: SoftwareClock
    private var isRunning = false

    /// A speaker that creates its file, or overwrites it.
    package init(path: String?, rate: Int32, periodMilliseconds: Int) throws(WAVError) {
        let period = rate * Int32(periodMilliseconds) / 1000
        grant = PCMGrant(
            rate: rate, channels: 1, periodFrames: period, bufferFrames: period * 4,
            hasClock: false)
        clock = SoftwareClock(rate: rate, now: MonotonicClock.now())
        guard let path else {
            file = nil
            return
        }
        do throws(SystemError) {
            let made = try Files.create(path, mode: 0o644)
            try made.writeAll(WAVFile.header(rate: rate, channels: 1, dataBytes: 0))
            file = consume made
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
    }

    deinit {
        // The sizes are known only now.
        let header = WAVFile.header(rate: grant.rate, channels: 1, dataBytes: writtenBytes)
        file?.overwriteStart(with: header)
    }

    package mutating func wait(timeoutMilliseconds: Int32, orUntil flushSignal: EventFD)
        -> WaitResult
    {
        guard isRunning else { return .ready }
        return clock.wait(
            forFrames: Int(grant.periodFrames - grant.bufferFrames), at: timeoutMilliseconds,
            orUntil: flushSignal)
    }

    package mutating func trouble() -> Int32 { 0 }

    package mutating func write(_ samples: UnsafePointer<Int16>, frames: Int) -> Transfer {
        if !isRunning || clock.due(at: MonotonicClock.now()) > 0 {
            clock.restart(at: MonotonicClock.now())
            isRunning = true
        }
        clock.pass(frames)
        // A full disk must not stop the clock.
        let memory = UnsafeRawBufferPointer(start: samples, count: frames * 2)
        writtenBytes += file?.writeRaw(memory) ?? 0
        return .frames(frames)
    }

    package mutating func heldFrames() -> Int {
        isRunning ? max(0, -clock.due(at: MonotonicClock.now())) : 0
    }

    package mutating func queuedFrames() -> Int { heldFrames() }

    package mutating func start() -> Int32 { 0 }

    /// A file is not heard, so nothing needs to be faded in it.
    package mutating func rewind(_ frames: Int, leaving margin: Int) -> Int { 0 }

    package mutating func drop() -> Int32 {
        isRunning = false
        return 0
    }

    package mutating func recover(_ code: Int32) -> Int32 { code }
}
