import ALSA
import AudioCore

@testable import AudioPath

/// A microphone whose every frame is known, and which fails where it is told to.
///
/// It has no clock: a period is there whenever it is asked for.
struct ScriptedCapture: CaptureDevice, ~Copyable {
    /// What befalls a wait, counted from 0; waits that are not named give a period.
    enum Mishap: Equatable {
        /// The wait itself fails with a code.
        case waitFails(Int32)
        /// The wait is over, and the read fails with a code.
        case readFails(Int32)
        /// The wait is over, and there is nothing to read.
        case again
        /// Nothing comes in time.
        case timeOut
        /// The thread comes late: behind the period that is read so many frames wait.
        case late(Int)
        /// The read does what an audio thread must not.
        case misbehaves(Misdeed)
    }

    let grant: PCMGrant
    private let mishaps: [Int: Mishap]
    /// What `recover` answers.
    private let recovery: Int32
    /// How often a card that sleeps is not awake yet.
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

    /// What one channel of one frame is; no two frames near each other are alike.
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
        // As ALSA: an interruption is none, nothing but the other two can be repaired, and a card
        // that was woken runs on.
        if code == -4 { return 0 }
        guard code == DevicePatience.suspended || code == DevicePatience.xrun else { return code }
        if code == DevicePatience.xrun { isRunning = false }
        guard code == DevicePatience.suspended, sleepsOn > 0 else { return recovery }
        sleepsOn -= 1
        return DevicePatience.again
    }
}
