private import CALSA
private import Glibc
package import Linux

/// How waiting for a sound device ended.
package enum WaitResult: Sendable, Equatable {
    /// A period can be read or written.
    case ready
    case timedOut
    /// The caller was woken to do something else first.
    case woken
    /// The device is in trouble; the code is negative and meant for `PCM.recover`.
    case failed(Int32)
}

/// How a read or a write ended.
package enum Transfer: Sendable, Equatable {
    /// This number of frames has passed, perhaps fewer than offered.
    case frames(Int)
    /// Nothing can pass now; wait first.
    case again
    /// The device is in trouble; the code is negative and meant for `PCM.recover`.
    case failed(Int32)
}

/// A sound device, open for one direction, not blocking.
///
/// All methods take and return frames of interleaved 16-bit samples, whatever the device's format;
/// a frame has `grant.channels` samples. Playback starts by itself once it has `grant.startFrames`,
/// capture with the first read; `start` starts it earlier. The device is closed with its owner, and
/// what it still holds is then lost.
///
/// ## Concurrency
/// One thread at a time, which may be a real-time thread: no method but `init` and `deinit`
/// allocates, takes a contended lock or throws. Codes are negative errno values, as ALSA has them.
package struct PCM: ~Copyable {
    /// The device's settled configuration.
    package let grant: PCMGrant
    /// What the device refused and what it granted instead, in words; nil if it granted everything.
    package let concession: String?

    private let handle: OpaquePointer
    /// Empty for a device with 16 bits, which does not need it.
    private let wide: WideSamples
    private let isWide: Bool
    /// How much is cleared before a read, per frame (bytes).
    private let clearedFrameBytes: Int

    /// Opens and configures a device, and leaves it prepared.
    ///
    /// Does not wait for a busy device. The corresponding C function is `snd_pcm_open`.
    package init(_ request: PCMRequest) throws(ALSAError) {
        var negotiation = try PCMNegotiation(request)
        grant = try negotiation.settle()
        concession = negotiation.concession
        handle = negotiation.takeHandle()
        wide = WideSamples(
            format: grant.format, channels: Int(grant.channels),
            frames: grant.format == .bits16 ? 0 : Int(grant.periodFrames))
        isWide = grant.format != .bits16
        // At the end of its file, and after a short read, ALSA's `file` plugin counts frames that
        // it never wrote: without this the last sounds would be repeated.
        clearedFrameBytes = grant.hasClock ? 0 : Int(grant.channels) * grant.format.bytes
    }

    deinit {
        snd_pcm_close(handle)
        wide.deallocate()
    }

    /// Waits until a period can pass.
    ///
    /// Capture must have been started. The corresponding C function is `snd_pcm_wait`.
    @_noAllocation @_noLocks
    package func wait(timeoutMilliseconds: Int32) -> WaitResult {
        let result = martlet_pcm_wait(handle, timeoutMilliseconds)
        if result < 0 { return .failed(result) }
        return result == 0 ? .timedOut : .ready
    }

    /// Checks that a device that is not in use still exists: 0, or a negative code.
    ///
    /// The corresponding C function is `snd_pcm_state`.
    @_noAllocation @_noLocks
    package func trouble() -> Int32 { martlet_pcm_trouble(handle) }

    /// Waits until a period can be written, or for a signal, which is consumed.
    @_noAllocation @_noLocks
    package func wait(timeoutMilliseconds: Int32, orUntil wake: EventFD) -> WaitResult {
        let frames = Int(grant.periodFrames)
        let result = martlet_pcm_wait_or(handle, timeoutMilliseconds, frames, wake.descriptor)
        switch result {
        case ..<0: return .failed(result)
        case 0: return .timedOut
        case 1: return .ready
        default:
            wake.drain()
            return .woken
        }
    }

    /// Reads at most `frames` frames into memory for `frames * grant.channels` samples.
    ///
    /// The corresponding C function is `snd_pcm_readi`.
    @_noAllocation @_noLocks
    package func read(into samples: UnsafeMutablePointer<Int16>, frames: Int) -> Transfer {
        guard isWide else {
            let cleared = frames * clearedFrameBytes
            return Transfer(martlet_pcm_read(handle, samples, UInt(frames), cleared))
        }
        let count = min(frames, wide.frames)
        let result = martlet_pcm_read(handle, wide.memory, UInt(count), count * clearedFrameBytes)
        if result > 0 { wide.narrow(into: samples, frames: result) }
        return Transfer(result)
    }

    /// Writes at most `frames` frames.
    ///
    /// The corresponding C function is `snd_pcm_writei`.
    @_noAllocation @_noLocks
    package func write(_ samples: UnsafePointer<Int16>, frames: Int) -> Transfer {
        guard isWide else {
            return Transfer(martlet_pcm_write(handle, samples, UInt(frames)))
        }
        let count = min(frames, wide.frames)
        wide.widen(samples, frames: count)
        return Transfer(martlet_pcm_write(handle, wide.memory, UInt(count)))
    }

    /// Frames that can pass now, by the hardware's current position; nil when the device is in
    /// trouble.
    ///
    /// The corresponding C function is `snd_pcm_avail`.
    @_noAllocation @_noLocks
    package func available() -> Int? {
        let frames = martlet_pcm_available(handle)
        return frames < 0 ? nil : frames
    }

    /// Frames between the caller and the converter; nil when the device is in trouble.
    ///
    /// For playback the frame written next is heard after this number of frames; for capture the
    /// frame read next was spoken this number of frames ago. The corresponding C function is
    /// `snd_pcm_delay`.
    @_noAllocation @_noLocks
    package func delayFrames() -> Int? {
        let frames = martlet_pcm_delay(handle)
        return frames < 0 ? nil : frames
    }

    /// Takes back frames that were written last and not fetched yet, so that others can be written
    /// in their place; returns how many were taken back.
    ///
    /// At least `margin` frames stay ahead of the device's read position, so that it does not get
    /// there before the new frames do. Returns 0 if the grant does not allow rewinding. The
    /// corresponding C function is `snd_pcm_rewind`.
    @_noAllocation @_noLocks
    package func rewind(_ frames: Int, leaving margin: Int) -> Int {
        grant.rewinds ? martlet_pcm_rewind(handle, frames, margin) : 0
    }

    /// Makes the device ready to start again, empty.
    ///
    /// 0 or a negative code. The corresponding C function is `snd_pcm_prepare`.
    @_noAllocation @_noLocks
    package func prepare() -> Int32 {
        martlet_pcm_prepare(handle)
    }

    /// Starts the device now.
    ///
    /// 0 or a negative code. The corresponding C function is `snd_pcm_start`.
    @_noAllocation @_noLocks
    package func start() -> Int32 {
        martlet_pcm_start(handle)
    }

    /// Stops at once; what the device holds is neither heard nor read.
    ///
    /// `prepare` must follow before the next transfer. 0 or a negative code. The corresponding C
    /// function is `snd_pcm_drop`.
    @_noAllocation @_noLocks
    package func drop() -> Int32 {
        martlet_pcm_drop(handle)
    }

    /// Lets the device play out what it holds.
    ///
    /// It does not wait: it returns -EAGAIN while sound is left, then 0; after that `prepare` must
    /// follow. The corresponding C function is `snd_pcm_drain`.
    @_noAllocation @_noLocks
    package func drain() -> Int32 {
        martlet_pcm_drain(handle)
    }

    /// Recovers from an overrun or underrun (-EPIPE), a suspended card (-ESTRPIPE), or an
    /// interruption.
    ///
    /// Returns 0 when the device is ready to start again, -EAGAIN when the card is not awake yet
    /// (try later), else a code from which it cannot recover: close the device. It never waits. The
    /// corresponding C function is `snd_pcm_recover`.
    @_noAllocation @_noLocks
    package func recover(_ code: Int32) -> Int32 {
        martlet_pcm_recover(handle, code)
    }
}

extension Transfer {
    /// The result of `snd_pcm_readi` and `snd_pcm_writei`.
    @_noAllocation @_noLocks
    fileprivate init(_ result: Int) {
        if result >= 0 {
            self = .frames(result)
        } else if result == Int(-EAGAIN) {
            self = .again
        } else {
            self = .failed(Int32(truncatingIfNeeded: result))
        }
    }
}
