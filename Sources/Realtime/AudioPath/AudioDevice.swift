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
    /// Waits so long, whatever comes, or for a signal, which is taken.
    mutating func rest(milliseconds: Int32, orUntil wake: EventFD)
    /// The time (nanoseconds, CLOCK_MONOTONIC).
    func now() -> Int64
    /// Reads interleaved frames.
    mutating func read(into samples: UnsafeMutablePointer<Int16>, frames: Int) -> Transfer
    /// Frames that the device holds; the frame read next was spoken so many frames ago.
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
    /// Frames written and not yet heard.
    mutating func heldFrames() -> Int
    /// Starts playing what was written, where the buffer is not full; 0 or a negative code.
    mutating func start() -> Int32
    /// Takes back what was written last, so that other sound is played in its place.
    ///
    /// Returns how many frames it gave back: fewer than asked, or 0, where it cannot.
    mutating func rewind(_ frames: Int) -> Int
    /// Silence at once: forgets what is held, ready for more; 0 or a negative code.
    mutating func drop() -> Int32
    /// Repairs the device after a code; 0 when it can be written again.
    mutating func recover(_ code: Int32) -> Int32
}
