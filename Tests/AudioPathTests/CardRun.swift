import ALSA
import AudioCore
import Linux
import TestInputs

@testable import AudioPath

// Swift 6.3 compiles the cards to invalid code with the thread sanitizer and -O; each is on one
// thread.
#if !MARTLET_TSAN

/// A reply and the times at which its samples arrive.
struct Delivery {
    let samples: [Int16]
    /// Each piece's end within the samples, and its arrival.
    private(set) var pieces: [(end: Int, time: Int64)] = []
    /// When its end is reported.
    private(set) var ended: Int64 = 0

    /// As on the wire: 40 ms at a time, in real time with jitter, in bursts, or too slowly.
    init(_ samples: [Int16], from start: Int64, using random: inout SeededGenerator) {
        self.samples = samples
        let kind = Int.random(in: 0..<4, using: &random)
        let jitters: [Int64] = [0, 10_000_000, 25_000_000]
        let jitter: Int64 = jitters.randomElement(using: &random) ?? 0
        var time = start
        var sent = start
        var end = 0
        while end < samples.count {
            let bursts = Int.random(in: 1...6, using: &random)
            let piece = kind == 0 ? 960 * bursts : 960
            end = min(samples.count, end + piece)
            pieces.append((end, time))
            // In order, as on any connection.
            let slow = Int64.random(in: 41...90, using: &random)
            let rhythm: Int64 = kind == 0 ? 0 : kind == 1 ? slow : 40
            sent += rhythm * 1_000_000
            time = max(time, sent + Int64.random(in: 0...jitter, using: &random))
        }
        ended = time + Int64.random(in: 0...60_000_000, using: &random)
    }

    /// When all samples up to an index had arrived.
    func arrival(upTo index: Int) -> Int64 {
        pieces.first { $0.end >= min(index, samples.count) }?.time ?? ended
    }
}

/// One grant, one or two replies on it, and the faults in what the card played.
struct CardRun {
    /// How late the thread may be, and how long a call of the device may last: see `CardWorld`.
    static let lateness: Int64 = 6_000_000
    private static let millisecond: Int64 = 1_000_000

    let shape: CardShape
    let world: CardWorld
    private let log: CardLog
    private let settings: AudioSettings
    private var first: Delivery
    private var second: Delivery?
    private var stopped: Int64?
    private var snapshot: PlaybackSnapshot?
    /// The prebuffer of a later reply, which an earlier one may have lengthened (samples).
    private final class Prebuffer { var samples = 0 }
    private let later = Prebuffer()

    init(seed: UInt64, room: CardLog.Room) {
        log = CardLog(room)
        var random = SeededGenerator(seed: seed)
        let drivers = CardDriver.all
        let driver = drivers[Int(seed % UInt64(drivers.count))]
        shape = CardShape(of: driver, using: &random)
        // A card with a buffer of a few milliseconds cannot be served by a thread that is later
        // than that.
        let spare = Int64(shape.grant.bufferFrames - shape.grant.periodFrames) * 1_000_000_000
        let lateness = min(5_000_000, spare / Int64(shape.grant.rate) / 4)
        world = CardWorld(seed: random.next(), lateness: lateness)
        var settings = AudioSettings()
        settings.keepRunningSeconds = Int.random(in: 0..<8, using: &random) == 0 ? nil : 0
        settings.leadInMilliseconds = Int.random(in: 0..<8, using: &random) == 0 ? 100 : 0
        self.settings = settings
        let start = world.now + Int64.random(in: 0...50_000_000, using: &random)
        first = Delivery(
            Self.reply(shape, seed: 1, using: &random), from: start, using: &random)
        guard Int.random(in: 0..<3, using: &random) == 0 else { return }
        let stop = start + Int64.random(in: 0...400_000_000, using: &random)
        stopped = stop
        let next = max(stop, first.ended) + Int64.random(in: 0...300_000_000, using: &random)
        second = Delivery(
            Self.reply(shape, seed: 77, using: &random), from: next + 60_000_000, using: &random)
    }

    /// Never silent, and below the limiter's threshold; when it is converted, constant, so that a
    /// gap shows in its length.
    private static func reply(
        _ shape: CardShape, seed: UInt32, using random: inout SeededGenerator
    ) -> [Int16] {
        let count = 24 * Int.random(in: 10...200, using: &random)
        return shape.grant.rate == AudioSettings.speechRate
            ? AudioEngineTests.pattern(count, seed: seed)
            : [Int16](repeating: 12_000, count: count)
    }

    // MARK: - Running

    /// Plays everything; returns the fault, or nil.
    mutating func fault() -> String? {
        do {
            return try played()
        } catch {
            return "\(error)"
        }
    }

    private mutating func played() throws -> String? {
        let converter = try RateConverter.make(from: 24_000, to: shape.grant.rate, quality: 4)
        let ends = try PlaybackEnds(settings: settings)
        var loop = PlaybackLoop(
            device: SimulatedCard(shape, world: world, log: log), port: ends.takePort(),
            converter: converter, settings: settings)
        plan(ends.speaker)
        let limit = (second ?? first).ended + 5_000_000_000
        // A card that is kept running is left when everything must have been heard.
        let enough = (second ?? first).ended + 500_000_000 + 2 * time(Int(shape.grant.bufferFrames))
        var steps = 0
        while world.now < limit {
            steps += 1
            if steps > 20_000 { return "the loop hangs" }
            let step = loop.step()
            let share = ends.speaker.share
            if share.refillSignal.wait(timeoutMilliseconds: 0) { ends.speaker.refill() }
            if case .failed(let code) = step { return "the loop failed: \(code)" }
            guard step == .idle else {
                if settings.keepRunningSeconds == nil, world.now > enough { break }
                continue
            }
            guard world.nextTime != nil || ends.speaker.pendingFrames > 0 else { break }
            let end = world.now + Int64(loop.idleWait) * Self.millisecond
            _ = world.pass(until: end, orUntil: share.wake)
            world.comeLate()
        }
        loop.device.finish()
        snapshot = ends.speaker.snapshot()
        return verdict().map { "\($0): \(story)" }
    }

    /// What arrived and what was heard, in milliseconds.
    private var story: String {
        let start = first.pieces.first?.time ?? 0
        func text(_ time: Int64) -> String { "\((time - start) / 100_000)" }
        let came = [first, second].compactMap(\.self).map { delivery in
            delivery.pieces.map { "\($0.end)@\(text($0.time))" }.joined(separator: " ")
                + " end@\(text(delivery.ended))"
        }
        let heard = runs().map { "\($0.frames.count)@\(text($0.start))-\(text($0.end))" }
        return "lead \(settings.leadInMilliseconds), "
            + (settings.keepRunningSeconds == nil ? "awake, " : "")
            + (stopped.map { "stopped@\(text($0)), " } ?? "")
            + "came \(came), heard \(heard.joined(separator: " ")); \(shape)"
    }

    private func plan(_ speaker: Speaker) {
        var all: [(time: Int64, what: () -> Void)] = []
        for delivery in [first, second].compactMap(\.self) {
            var begin = 0
            for piece in delivery.pieces {
                // Samples after a stop belong to a reply that is not wanted any more.
                let samples = Array(delivery.samples[begin..<piece.end])
                begin = piece.end
                if isUnwanted(piece.time, of: delivery) { continue }
                let later = later
                let isFirst = piece.end == samples.count && delivery.ended != first.ended
                all.append(
                    (
                        piece.time,
                        {
                            if isFirst { later.samples = speaker.snapshot().prebufferSamples }
                            speaker.enqueue(samples)
                        }
                    ))
            }
            if !isUnwanted(delivery.ended, of: delivery) {
                all.append((delivery.ended, { speaker.endOfTurn() }))
            }
        }
        if let stopped { all.append((stopped, { speaker.flush() })) }
        // In their order where the times are the same.
        let order = all.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }
        for (_, happening) in order { world.plan(at: happening.time, happening.what) }
    }

    private func isUnwanted(_ time: Int64, of delivery: Delivery) -> Bool {
        guard let stopped, delivery.ended == first.ended else { return false }
        return time >= stopped
    }

    // MARK: - Judging what the card played

    /// Sound without a pause in it.
    private struct Run {
        var start: Int64
        var end: Int64
        var frames: [Int16]
    }

    private var rate: Double { Double(shape.grant.rate) * (1 + shape.driftPPM / 1_000_000) }
    private var isExact: Bool { shape.grant.rate == AudioSettings.speechRate }
    private func time(_ frames: Int) -> Int64 { Int64(Double(frames) * 1e9 / rate) }

    private func runs() -> [Run] {
        // A filter rings; its tail is below half of what is played.
        let least = isExact ? 1 : 6000
        var runs: [Run] = []
        for stretch in log.stretches {
            var index = 0
            let count = stretch.frames.count
            while index < count {
                while index < count, abs(Int(stretch.frames[index])) < least { index += 1 }
                let begin = index
                while index < count, abs(Int(stretch.frames[index])) >= least { index += 1 }
                guard index > begin else { break }
                runs.append(
                    Run(
                        start: stretch.start + time(begin), end: stretch.start + time(index),
                        frames: Array(stretch.frames[begin..<index])))
            }
        }
        return runs
    }

    private func verdict() -> String? {
        if log.underruns > 0 { return "the card ran dry \(log.underruns) times" }
        if log.hasSplit { return "the channels differ" }
        let runs = runs()
        guard let stopped else { return fault(of: first, in: runs[...], isWhole: true) }
        let silent = stopped + silence
        // On some cards, samples fetched before the stop are heard after it.
        let next = second.map { ready($0) } ?? .max
        let before = runs.prefix { $0.start < next }
        if let late = before.last, late.end > silent {
            return "sound \(Double(late.end - stopped) / 1e6) ms after a stop"
        }
        if let fault = fault(of: first, in: before, isWhole: false) { return fault }
        guard let second else { return nil }
        return fault(of: second, in: runs[before.count...], isWhole: true)
    }

    /// A stop is silence within 20 ms, except for samples that no program can take back.
    private var silence: Int64 {
        var fetched = 0
        switch shape.driver.rest {
        case .nothing: break
        case .fetched: fetched = shape.beyondFrames + shape.stepFrames
        case .all: fetched = shape.beyondFrames
        }
        return 20 * Self.millisecond + Self.lateness + time(fetched)
    }

    /// What the card needs in advance: a period and 10 ms, its step, the latency behind it, and the
    /// blocks that are mixed at once.
    ///
    /// A buffer too small for that is kept full.
    private var ahead: Int64 {
        let period = Int(shape.grant.periodFrames)
        let buffer = Int(shape.grant.bufferFrames)
        let low = period + Int(shape.grant.rate) / 100
        return time((low + period < buffer ? low : buffer) + shape.stepFrames + shape.beyondFrames)
            + 5 * Self.millisecond + Self.lateness
    }

    /// When a reply may be heard at the earliest.
    private func ready(_ delivery: Delivery) -> Int64 {
        let wanted =
            delivery.ended == first.ended ? settings.prebufferMilliseconds * 24 : later.samples
        let isShort = delivery.samples.count < wanted
        return isShort ? delivery.ended : min(delivery.arrival(upTo: wanted), delivery.ended)
    }

    private func fault(of delivery: Delivery, in runs: ArraySlice<Run>, isWhole: Bool) -> String? {
        let heard = runs.reduce(0) { $0 + $1.frames.count }
        if isWhole, heard == 0 { return "nothing is heard" }
        if let fault = faultOfContent(delivery, runs, heard, isWhole) { return fault }
        guard let begin = runs.first else { return nil }
        let ready = ready(delivery)
        let busy = settings.keepRunningSeconds == nil ? time(Int(shape.grant.periodFrames)) : 0
        let lead = Int64(settings.leadInMilliseconds) * Self.millisecond
        let latest = ready + lead + busy + ahead + time(Int(shape.grant.periodFrames))
        if begin.start > latest {
            return "it begins \(Double(begin.start - ready) / 1e6) ms after it could"
        }
        var index = 0
        for (run, next) in zip(runs, runs.dropFirst()) where isWhole || next.start < stopped ?? 0 {
            index += run.frames.count
            let sample = index * 24_000 / Int(shape.grant.rate)
            let period = Int(shape.grant.periodFrames) * 24_000 / Int(shape.grant.rate) + 240
            let needed = delivery.arrival(upTo: sample + period)
            if needed <= run.end - ahead {
                return "a hole at sample \(sample), for which it had "
                    + "\(Double(run.end - needed) / 1e6) ms"
            }
            let back = min(delivery.ended, delivery.arrival(upTo: sample + 1) + 1_000_000_000)
            let slack = ahead + lead + 2 * time(Int(shape.grant.periodFrames))
            if next.start > max(back, run.end) + slack {
                return "a hole of \(Double(next.start - run.end) / 1e6) ms at sample \(sample)"
            }
        }
        if isWhole, let told = snapshot?.drainedAt, let last = runs.last?.end,
            delivery.ended == (second ?? first).ended, told < last - Self.millisecond
        {
            return "its end is reported \(Double(last - told) / 1e6) ms too early"
        }
        return nil
    }

    private func faultOfContent(
        _ delivery: Delivery, _ runs: ArraySlice<Run>, _ heard: Int, _ isWhole: Bool
    ) -> String? {
        guard isExact else {
            let expected = delivery.samples.count * Int(shape.grant.rate) / 24_000
            let slack = 3 + 4 * runs.count
            if heard > expected + slack { return "\(heard) frames are heard of \(expected)" }
            if isWhole, heard < expected - slack { return "\(heard) of \(expected) frames" }
            return nil
        }
        if isWhole, heard != delivery.samples.count {
            return "\(heard) of \(delivery.samples.count) samples"
        }
        // The last samples before a stop are faded out, in 4 ms.
        let sure = isWhole ? heard : max(0, heard - 24 * 5)
        var index = 0
        for run in runs {
            for sample in run.frames.prefix(sure - index) {
                guard index < delivery.samples.count, sample == delivery.samples[index] else {
                    return "sample \(index) is another"
                }
                index += 1
            }
        }
        return nil
    }
}

#endif
