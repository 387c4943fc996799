import ALSA
import AudioCore
import Linux

@testable import AudioPath

/// The output of a speaker, for the test that listens to it.
///
/// Its memory is allocated beforehand and accessed by pointers, so that listening allocates nothing
/// even without optimization.
final class Listener {
    private let room: SampleBuffer
    private var count = 0
    /// How often the device was told to drop.
    private(set) var drops = 0
    /// Samples that a failing device lost.
    private(set) var lost = 0

    /// With room for this many samples.
    init(room: Int) { self.room = SampleBuffer(count: room) }

    /// Interleaved, in order.
    var heard: [Int16] { Array(UnsafeBufferPointer(start: room.start, count: count)) }

    func hear(_ samples: UnsafePointer<Int16>, count more: Int) {
        precondition(count + more <= room.count, "more was played than the test has room for")
        (room.start + count).update(from: samples, count: more)
        count += more
    }

    // The two counters change in methods of their own: under --sanitize=thread the compiler fails
    // where a non-copyable struct adds to a property of its reference.

    func lose(_ samples: Int) { lost += samples }

    func fallSilent() { drops += 1 }

    /// Forgets the samples heard, but keeps the memory.
    func forget() { count = 0 }
}

/// A speaker that holds four periods, like a card, unless its grant says otherwise; time passes
/// only during waits.
struct ScriptedPlayback: PlaybackDevice, ~Copyable {
    /// What happens to a wait or a write, each counted from 0.
    enum Mishap: Equatable {
        /// It fails with a code, and the device's buffer is lost.
        case fails(Int32)
        /// A write takes only this many frames.
        case takes(Int)
        /// A wait ends without room.
        case timeOut
        /// A wait ends late: this many more frames have been played.
        case late(Int)
        /// A write makes a call that is forbidden on an audio thread.
        case misbehaves(Misdeed)
    }

    let grant: PCMGrant
    private let listener: Listener
    private let waitMishaps: [Int: Mishap]
    private let writeMishaps: [Int: Mishap]
    private let recovery: Int32
    /// How often a sleeping card is not awake yet.
    private var sleepsOn: Int
    private let canRewind: Bool
    /// Ends the loop that uses this speaker, at a wait.
    private let end: (wait: Int, flag: StopFlag)?
    /// Error of a device that was lost while idle.
    var idleTrouble: Int32 = 0
    /// Runs while it has nothing to write.
    var duringRest: (() -> Void)?
    /// The driver's reported delay at each query, in turn; if empty, the truth.
    var reports: [Int] = []
    private var asked = 0
    private var waits = 0
    private var writes = 0
    private let held: SampleBuffer
    private var heldCount = 0
    /// The fill that starts it; a card gets it from the software parameters.
    private let startFrames: Int
    private var isRunning = false

    /// A speaker with periods of 20 ms.
    init(
        listener: Listener, rate: Int32 = 24_000, channels: Int32 = 1,
        waitMishaps: [Int: Mishap] = [:], writeMishaps: [Int: Mishap] = [:], recovery: Int32 = 0,
        sleepsOn: Int = 0, end: (wait: Int, flag: StopFlag)? = nil, canRewind: Bool = false,
        grant other: PCMGrant? = nil
    ) {
        grant =
            other
            ?? PCMGrant(
                rate: rate, channels: channels, periodFrames: rate / 50,
                bufferFrames: rate / 50 * 4, hasClock: true)
        startFrames = Int(grant.startFrames)
        self.listener = listener
        self.waitMishaps = waitMishaps
        self.writeMishaps = writeMishaps
        self.recovery = recovery
        self.sleepsOn = sleepsOn
        self.end = end
        self.canRewind = canRewind
        held = SampleBuffer(count: Int(grant.bufferFrames * channels))
    }

    mutating func wait(timeoutMilliseconds: Int32, orUntil flushSignal: EventFD) -> WaitResult {
        defer { waits += 1 }
        if let end, end.wait == waits { end.flag.raise() }
        var late = 0
        switch waitMishaps[waits] {
        case .fails(let code):
            lose()
            return .failed(code)
        case .timeOut: return .timedOut
        case .late(let frames): late = frames * Int(grant.channels)
        case nil, .takes, .misbehaves: break
        }
        let period = Int(grant.periodFrames * grant.channels)
        let room = Int(grant.bufferFrames * grant.channels) - heldCount
        if room < period {
            guard isRunning else { return .timedOut }
            play(period - room)
        }
        play(min(heldCount, late))
        return .ready
    }

    mutating func rest(milliseconds: Int32, orUntil wake: EventFD) -> Bool {
        duringRest?()
        if wake.wait(timeoutMilliseconds: 0) { return true }
        if isRunning {
            let frames = Int(milliseconds) * Int(grant.rate) / 1000
            play(min(heldCount, frames * Int(grant.channels)))
        }
        return false
    }

    mutating func trouble() -> Int32 { idleTrouble }

    private mutating func play(_ samples: Int) {
        listener.hear(held.start, count: samples)
        heldCount -= samples
        held.start.update(from: held.start + samples, count: heldCount)
    }

    private mutating func lose() {
        listener.lose(heldCount)
        heldCount = 0
        isRunning = false
    }

    mutating func write(_ samples: UnsafePointer<Int16>, frames: Int) -> Transfer {
        defer { writes += 1 }
        var taken = min(frames, Int(grant.bufferFrames) - heldCount / Int(grant.channels))
        switch writeMishaps[writes] {
        case .fails(let code):
            lose()
            return .failed(code)
        case .takes(let limit): taken = min(taken, limit)
        case .misbehaves(let misdeed): misdeed.commit()
        case nil, .timeOut, .late: break
        }
        let count = taken * Int(grant.channels)
        (held.start + heldCount).update(from: samples, count: count)
        heldCount += count
        if heldCount >= startFrames * Int(grant.channels) { isRunning = true }
        return .frames(taken)
    }

    mutating func queuedFrames() -> Int { heldCount / Int(grant.channels) }

    mutating func heldFrames() -> Int {
        guard !reports.isEmpty else { return heldCount / Int(grant.channels) }
        defer { asked += 1 }
        return reports[asked % reports.count]
    }

    mutating func start() -> Int32 {
        if isRunning { return DevicePatience.badState }
        if heldCount == 0 { return DevicePatience.xrun }
        isRunning = true
        return 0
    }

    mutating func rewind(_ frames: Int, leaving margin: Int) -> Int {
        guard canRewind else { return 0 }
        let given = max(0, min(frames, heldCount / Int(grant.channels) - margin))
        heldCount -= given * Int(grant.channels)
        return given
    }

    mutating func drop() -> Int32 {
        heldCount = 0
        isRunning = false
        listener.fallSilent()
        return 0
    }

    mutating func recover(_ code: Int32) -> Int32 {
        // Like ALSA: only these two can be recovered.
        guard code == DevicePatience.suspended || code == DevicePatience.xrun else { return code }
        guard code == DevicePatience.suspended, sleepsOn > 0 else { return recovery }
        sleepsOn -= 1
        return DevicePatience.again
    }
}
