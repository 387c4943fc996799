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
    /// Waits for this time, whatever comes, or until a signal, which is taken.
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
    /// A signal of `hush` ends the wait and is taken: silence cannot wait for a period.
    mutating func wait(timeoutMilliseconds: Int32, orUntil hush: EventFD) -> WaitResult
    /// Whether it is still there while nothing is played: 0, or a negative code.
    mutating func trouble() -> Int32
    /// Writes interleaved frames.
    mutating func write(_ samples: UnsafePointer<Int16>, frames: Int) -> Transfer
    /// Frames written and not yet heard, those included that are on their way behind its buffer.
    mutating func heldFrames() -> Int
    /// Frames written and not yet fetched from its buffer, which runs dry without them; 0 or less
    /// in trouble.
    mutating func queuedFrames() -> Int
    /// Waits for this time with nothing to write, or until a signal, which is taken: then true.
    mutating func rest(milliseconds: Int32, orUntil wake: EventFD) -> Bool
    /// The time (nanoseconds, CLOCK_MONOTONIC).
    func now() -> Int64
    /// Starts playing what was written, though it is less than `grant.startFrames`; 0 or a negative
    /// code, -EBADFD where it plays already.
    mutating func start() -> Int32
    /// Takes back what was written last, so that other sound is played in its place; `margin`
    /// frames at least are left in its buffer.
    ///
    /// Returns how many frames it gave back: fewer than asked, or 0, where it cannot.
    mutating func rewind(_ frames: Int, leaving margin: Int) -> Int
    /// Silence at once: forgets what is held, ready for more; 0 or a negative code.
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
