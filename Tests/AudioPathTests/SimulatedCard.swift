import ALSA
import AudioCore
import Linux
import TestInputs

@testable import AudioPath

// Swift 6.3 compiles the cards to invalid code with the thread sanitizer and -O; each is on one
// thread.
#if !MARTLET_TSAN

/// The time of a simulated card, and its events.
final class CardWorld {
    /// Nanoseconds.
    private(set) var now: Int64 = 1_000_000_000
    private var happenings: [(time: Int64, what: () -> Void)] = []
    private var next = 0
    var random: SeededGenerator

    /// How late the thread is at most (nanoseconds).
    private let lateness: Int64

    init(seed: UInt64, lateness: Int64) {
        random = SeededGenerator(seed: seed)
        self.lateness = lateness
    }

    /// The same as `now`: Swift 6.0 fails on a borrowed card that only reads a property of a class.
    func moment() -> Int64 { now }

    /// Adds an event; events are added in the order of their times.
    func plan(at time: Int64, _ what: @escaping () -> Void) { happenings.append((time, what)) }

    /// When the next event happens.
    var nextTime: Int64? { next < happenings.count ? happenings[next].time : nil }

    /// Lets time and its events pass until a time, or until a signal of `wake`, which is consumed:
    /// then true.
    func pass(until end: Int64, orUntil wake: EventFD?) -> Bool {
        if let wake, wake.wait(timeoutMilliseconds: 0) { return true }
        while next < happenings.count, happenings[next].time <= end {
            now = max(now, happenings[next].time)
            happenings[next].what()
            next += 1
            if let wake, wake.wait(timeoutMilliseconds: 0) { return true }
        }
        now = max(now, end)
        return false
    }

    /// The thread is late: mostly by fractions of a millisecond, at times by some.
    func comeLate() {
        let most = random.next() % 32 == 0 ? lateness : min(lateness, 300_000)
        _ = pass(until: now + Int64.random(in: 0...most, using: &random), orUntil: nil)
    }
}

/// The input and output of a simulated card.
final class CardLog {
    /// Sound without a stop: its start, and the frames of one channel.
    struct Stretch {
        let start: Int64
        var frames: [Int16]
    }

    var stretches: [Stretch] = []
    /// Frames written since the last stop, less those taken back.
    var count = 0
    let written: Room
    var underruns = 0
    var drops = 0
    var rewinds = 0
    /// Whether two channels ever differed.
    var hasSplit = false

    init(_ room: Room) { written = room }

    /// Memory for a run of a few seconds, which later runs may reuse.
    final class Room {
        private let samples = SampleBuffer(count: 1 << 19)
        var start: UnsafeMutablePointer<Int16> { samples.start }
    }
}

/// A loudspeaker's card as its driver presents it, in simulated time.
///
/// Every call of it takes time, in which it plays on.
struct SimulatedCard: PlaybackDevice, ~Copyable {
    let shape: CardShape
    let world: CardWorld
    let log: CardLog
    private var startTime: Int64?
    private var hasRunDry = false
    private let rate: Double
    private let buffer: Int
    private let period: Int

    init(_ shape: CardShape, world: CardWorld, log: CardLog) {
        self.shape = shape
        self.world = world
        self.log = log
        rate = Double(shape.grant.rate) * (1 + shape.driftPPM / 1_000_000)
        buffer = Int(shape.grant.bufferFrames)
        period = Int(shape.grant.periodFrames)
    }

    var grant: PCMGrant { shape.grant }

    func now() -> Int64 { world.moment() }

    /// Frames that its clock has counted since the start.
    private var elapsed: Int {
        guard let startTime else { return 0 }
        return Int(Double(world.moment() - startTime) * rate / 1e9)
    }

    /// When this many frames will have passed.
    private func time(of frames: Int) -> Int64 {
        (startTime ?? world.moment()) + Int64((Double(frames) * 1e9 / rate).rounded(.up)) + 1
    }

    /// The wake-up for a condition that holds at a frame: at once, or with the card's own next
    /// period.
    private func wakeUp(at frame: Int) -> Int {
        guard let phase = shape.phaseFrames else { return frame }
        return (frame + phase + period - 1) / period * period - phase
    }

    /// Frames of the buffer that were actually fetched.
    private var fetched: Int {
        guard startTime != nil else { return 0 }
        let step = shape.stepFrames
        return shape.isAhead ? (elapsed / step + 1) * step : elapsed
    }

    /// The same as the driver reports it.
    private var told: Int {
        guard startTime != nil else { return 0 }
        return shape.isAhead ? fetched : elapsed / shape.stepFrames * shape.stepFrames
    }

    /// A card that has fetched unwritten frames plays its old memory, and stops.
    private mutating func findDry() -> Bool {
        if startTime != nil, fetched >= log.count {
            log.underruns += 1
            stop(heard: log.count)
            hasRunDry = true
        }
        return hasRunDry
    }

    /// Written frames are heard up to this count, and dropped beyond it.
    private mutating func stop(heard count: Int) {
        if let startTime {
            let delay = Double(shape.beyondFrames) * 1e9 / rate
            let frames = Array(
                UnsafeBufferPointer(start: log.written.start, count: max(0, min(count, log.count))))
            log.stretches.append(
                CardLog.Stretch(start: startTime + Int64(delay), frames: frames))
        }
        log.count = 0
        startTime = nil
    }

    /// At the end of a run: the current sound is heard as far as it got.
    mutating func finish() { stop(heard: elapsed - shape.beyondFrames) }

    mutating func wait(timeoutMilliseconds: Int32, orUntil flushSignal: EventFD) -> WaitResult {
        let limit = world.moment() + Int64(timeoutMilliseconds) * 1_000_000
        if findDry() { return .failed(DevicePatience.xrun) }
        let wanted = log.count - (buffer - period)
        var due = world.moment()
        if told < wanted {
            guard startTime != nil else {
                return world.pass(until: limit, orUntil: flushSignal) ? .woken : .timedOut
            }
            let step = shape.stepFrames
            let steps = (wanted + step - 1) / step
            due = time(of: wakeUp(at: shape.isAhead ? (steps - 1) * step : steps * step))
        }
        if world.pass(until: min(due, limit), orUntil: flushSignal) { return .woken }
        if due > limit { return .timedOut }
        world.comeLate()
        return findDry() ? .failed(DevicePatience.xrun) : .ready
    }

    mutating func rest(milliseconds: Int32, orUntil wake: EventFD) -> Bool {
        let end = world.moment() + Int64(milliseconds) * 1_000_000
        let isWoken = world.pass(until: end, orUntil: wake)
        world.comeLate()
        return isWoken
    }

    mutating func trouble() -> Int32 { 0 }

    mutating func write(_ samples: UnsafePointer<Int16>, frames: Int) -> Transfer {
        if findDry() { return .failed(DevicePatience.xrun) }
        let taken = min(frames, buffer - (log.count - told))
        guard taken > 0 else { return .again }
        let channels = Int(shape.grant.channels)
        let target = log.written.start + log.count
        if channels == 1 {
            target.update(from: samples, count: taken)
        } else {
            for frame in 0..<taken { target[frame] = samples[frame * channels] }
            let last = (taken - 1) * channels
            if samples[last] != samples[last + channels - 1] { log.hasSplit = true }
        }
        log.count += taken
        if startTime == nil, log.count >= shape.grant.startFrames { startTime = world.moment() }
        return .frames(taken)
    }

    mutating func heldFrames() -> Int {
        guard startTime != nil else { return log.count }
        let place = shape.isAhead ? elapsed : told
        return max(0, log.count - place + shape.beyondFrames)
    }

    mutating func queuedFrames() -> Int { findDry() ? 0 : log.count - told }

    mutating func start() -> Int32 {
        if findDry() { return DevicePatience.xrun }
        if startTime != nil { return DevicePatience.badState }
        if log.count == 0 { return DevicePatience.xrun }
        startTime = world.moment()
        return 0
    }

    mutating func rewind(_ frames: Int, leaving margin: Int) -> Int {
        if findDry() || !shape.driver.rewinds { return 0 }
        let given = min(frames, log.count - told - margin)
        guard given > 0 else { return 0 }
        log.rewinds += 1
        log.count -= given
        // The replacement takes a while to arrive.
        let pause = Int64.random(in: 0...300_000, using: &world.random)
        _ = world.pass(until: world.moment() + pause, orUntil: nil)
        return given
    }

    mutating func drop() -> Int32 {
        log.drops += 1
        switch shape.driver.rest {
        case .nothing: stop(heard: elapsed - shape.beyondFrames)
        case .fetched: stop(heard: fetched)
        case .all: stop(heard: log.count)
        }
        hasRunDry = false
        return 0
    }

    mutating func recover(_ code: Int32) -> Int32 {
        guard code == DevicePatience.xrun else { return code }
        hasRunDry = false
        return 0
    }
}

#endif
