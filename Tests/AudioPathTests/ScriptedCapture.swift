import ALSA
import AudioCore

@testable import AudioPath

/// A microphone whose every frame is known, and which fails as scripted.
///
/// It has no clock: a period is ready at each request.
struct ScriptedCapture: CaptureDevice, ~Copyable {
    /// What happens to a wait, counted from 0; all other waits give a period.
    enum Mishap: Equatable {
        /// The wait itself fails with a code.
        case waitFails(Int32)
        /// The wait is over, and the read fails with a code.
        case readFails(Int32)
        /// The wait is over, and there is nothing to read.
        case again
        /// Nothing arrives in time.
        case timeOut
        /// The thread is late: this many frames wait behind the period that is read.
        case late(Int)
        /// The read makes a call that is forbidden on an audio thread.
        case misbehaves(Misdeed)
    }

    let grant: PCMGrant
    private let mishaps: [Int: Mishap]
    /// The result of `recover`.
    private let recovery: Int32
    /// How often a sleeping card is not awake yet.
    private var sleepsOn: Int
    /// Ends the loop that uses this microphone, at a wait.
    private let end: (wait: Int, flag: StopFlag)?
    private var waits = 0
    private var position = 0
    private var readMishap: Mishap?
    private var isRunning = false

    /// A microphone with periods of 20 ms.
    init(
        rate: Int32 = 16_000, channels: Int32 = 1, mishaps: [Int: Mishap] = [:],
        recovery: Int32 = 0, sleepsOn: Int = 0, end: (wait: Int, flag: StopFlag)? = nil
    ) {
        grant = PCMGrant(
            rate: rate, channels: channels, periodFrames: rate / 50, bufferFrames: rate / 50 * 4,
            hasClock: true)
        self.mishaps = mishaps
        self.recovery = recovery
        self.sleepsOn = sleepsOn
        self.end = end
    }

    /// The value of one channel of one frame; no two frames near each other are alike.
    static func sample(ofFrame frame: Int, channel: Int = 0) -> Int16 {
        Int16(truncatingIfNeeded: (frame &* 2 + channel) &* 40_503)
    }

    mutating func start() -> Int32 {
        // -EBADFD: it runs already, and ALSA starts only what is prepared.
        if isRunning { return -77 }
        isRunning = true
        return 0
    }

    mutating func wait(timeoutMilliseconds: Int32) -> WaitResult {
        defer { waits += 1 }
        readMishap = nil
        if let end, end.wait == waits { end.flag.raise() }
        switch mishaps[waits] {
        case nil: return .ready
        case .timeOut: return .timedOut
        case .waitFails(let code): return .failed(code)
        case .readFails, .again, .late, .misbehaves:
            readMishap = mishaps[waits]
            return .ready
        }
    }

    mutating func read(into samples: UnsafeMutablePointer<Int16>, frames: Int) -> Transfer {
        switch readMishap {
        case .readFails(let code): return .failed(code)
        case .again: return .again
        case .misbehaves(let misdeed): misdeed.commit()
        case nil, .waitFails, .timeOut, .late: break
        }
        let channels = Int(grant.channels)
        for frame in 0..<frames {
            for channel in 0..<channels {
                samples[frame * channels + channel] = Self.sample(
                    ofFrame: position + frame, channel: channel)
            }
        }
        position += frames
        return .frames(frames)
    }

    mutating func heldFrames() -> Int {
        if case .late(let frames) = readMishap { frames } else { 0 }
    }

    mutating func recover(_ code: Int32) -> Int32 {
        // Like ALSA: an interruption is no error, only the other two can be recovered, and a woken
        // card continues to run.
        if code == -4 { return 0 }
        guard code == DevicePatience.suspended || code == DevicePatience.xrun else { return code }
        if code == DevicePatience.xrun { isRunning = false }
        guard code == DevicePatience.suspended, sleepsOn > 0 else { return recovery }
        sleepsOn -= 1
        return DevicePatience.again
    }
}
