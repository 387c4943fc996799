package import ALSA
package import Linux

/// A microphone as the capture loop sees it; used by one real-time thread.
///
/// No method but the maker allocates, locks or waits longer than asked.
package protocol CaptureDevice: ~Copyable {
    /// What was granted.
    var grant: PCMGrant { get }
    /// Starts capturing; 0 or a negative code.
    mutating func start() -> Int32
    /// Waits until a period can be read.
    mutating func wait(timeoutMilliseconds: Int32) -> WaitResult
    /// Waits for this time even if frames arrive, or until a signal, which it consumes.
    mutating func rest(milliseconds: Int32, orUntil wake: EventFD)
    /// The time (nanoseconds, CLOCK_MONOTONIC).
    func now() -> Int64
    /// Reads interleaved frames.
    mutating func read(into samples: UnsafeMutablePointer<Int16>, frames: Int) -> Transfer
    /// Frames that the device holds; the frame read next was spoken this number of frames ago.
    mutating func heldFrames() -> Int
    /// Repairs the device after a code; 0 when it can be started again.
    mutating func recover(_ code: Int32) -> Int32
}

extension CaptureDevice where Self: ~Copyable {
    package mutating func rest(milliseconds: Int32, orUntil wake: EventFD) {
        _ = wake.wait(timeoutMilliseconds: milliseconds)
    }

    package func now() -> Int64 { MonotonicClock.now() }
}

/// A speaker as the playback loop sees it; used by one real-time thread.
///
/// No method but the maker allocates, locks or waits longer than asked.
package protocol PlaybackDevice: ~Copyable {
    /// What was granted.
    var grant: PCMGrant { get }
    /// Waits until a period can be written.
    ///
    /// A signal of `flushSignal` ends the wait and is consumed: silence cannot wait for a period.
    mutating func wait(timeoutMilliseconds: Int32, orUntil flushSignal: EventFD) -> WaitResult
    /// Checks while nothing is played that the device still exists: 0, or a negative code.
    mutating func trouble() -> Int32
    /// Writes interleaved frames.
    mutating func write(_ samples: UnsafePointer<Int16>, frames: Int) -> Transfer
    /// Frames written and not yet heard, including those that have already left its buffer.
    mutating func heldFrames() -> Int
    /// Frames written and not yet fetched from its buffer; at 0 it underruns; 0 or less after an
    /// error.
    mutating func queuedFrames() -> Int
    /// Waits for this time with nothing to write; true if a signal ended the wait, which it
    /// consumes.
    mutating func rest(milliseconds: Int32, orUntil wake: EventFD) -> Bool
    /// The time (nanoseconds, CLOCK_MONOTONIC).
    func now() -> Int64
    /// Starts playing what was written, even if it is less than `grant.startFrames`; 0 or a
    /// negative code, -EBADFD if it already plays.
    mutating func start() -> Int32
    /// Takes back what was written last, so that other sound can replace it; leaves at least
    /// `margin` frames in its buffer.
    ///
    /// Returns how many frames were taken back: fewer than asked, or 0, if the device cannot do
    /// more.
    mutating func rewind(_ frames: Int, leaving margin: Int) -> Int
    /// Silences the device at once: discards its buffer and is ready for more; 0 or a negative
    /// code.
    mutating func drop() -> Int32
    /// Repairs the device after a code; 0 when it can be written again.
    mutating func recover(_ code: Int32) -> Int32
}

extension PlaybackDevice where Self: ~Copyable {
    package mutating func rest(milliseconds: Int32, orUntil wake: EventFD) -> Bool {
        wake.wait(timeoutMilliseconds: milliseconds)
    }

    package func now() -> Int64 { MonotonicClock.now() }
}
