internal import AudioCore
internal import SignalProcessing
internal import SpeexDSP

/// The loudspeaker's signal in the microphone's samples, at the place of its echo.
///
/// Three things separate the two: the time that the card reports for a piece, which is off by a
/// constant and some jitter; the clocks, one of which is up to a few hundred ppm slower; and the
/// way through the air. The first piece of a reply is placed at the card's reported time; from then
/// on the correlation of both signals finds and follows the rest.
///
/// Used by the processing thread; allocates only when the device's rate changes.
struct EchoTimeline: ~Copyable {
    /// A piece whose reported time is farther than this from the end of the last one starts a new
    /// placement (samples).
    private static let gap = 480.0
    /// The same among the first pieces.
    private static let youngGap = 64.0
    private static let youth = 10
    /// How far the echo is kept behind the reference (samples): a few metres, plus the margin that
    /// a canceller needs before the peak.
    private static let headroom = 64.0
    /// Without a jump, the place moves by at most this share of a sample a sample: 800 ppm.
    private static let slew = 8e-4
    /// A delay that is off by more than this has changed; the place jumps to it (samples).
    private static let jump = 24.0
    /// A valid peak of the correlation exceeds the rest by at least this factor.
    private static let certainty: Float = 9
    /// An estimate farther than this from the mean of the last ones belongs to a reflection, or to
    /// a new delay that the mean will soon reach (samples).
    private static let nearness = 6.0
    /// Frames until the signals of a frame are in the middle of what an estimate is made of.
    private static let ageFrames = DelayEstimator.ageSamples / AudioSettings.frameSamples

    /// Where a canceller needs the echo to lie in its reference.
    enum Reach {
        /// The echo has to stay in its place, `headroom` or little more behind what is read.
        case near
        /// It may lie anywhere within a quarter of a second, and may jump: the canceller finds it
        /// faster than it could relearn.
        ///
        /// Measured by `audio-figures.sh PROGRAM FOLDER replies`, set `tuning`, over the first 3 s
        /// of the first reply: 22 dB are taken out, and 9 where the reference jumps to the echo.
        case far
    }

    private let reach: Reach
    private let rate: Int32
    private let quality: Int32
    private var history = ReferenceHistory()
    private var converter: RateConverter?
    private var deviceRate: Int32 = 0
    private let converted = SampleBuffer(count: EchoReference.longestPiece * 2 + 64)
    private var estimator = DelayEstimator()
    private var tracker: DelayTracker
    /// The reference is read this far before the microphone's sample.
    private(set) var lag = 0.0
    /// The same of the last frames, the oldest written over.
    private var lags = [Double](repeating: 0, count: Self.ageFrames + 1)
    private var frames = 0
    /// Where the echo lies behind what is read.
    private var behind = Self.headroom
    /// The error of the card's reported times, once the echo was found.
    private var offset: Double?
    /// How far a piece lies before the microphone's sample by the card's reported times (smoothed).
    private var reported: Double?
    /// Where the next piece belongs in the history; the resampler still holds some of the last.
    private var due = 0.0
    /// Pieces since the last placement.
    private var age = 0
    /// How often the delay changed, so that what the canceller learned no longer holds.
    private(set) var changes = 0

    init(rate: Int32, quality: Int32, reach: Reach) {
        self.reach = reach
        self.rate = rate
        self.quality = quality
        tracker = DelayTracker(rate: rate)
    }

    /// The delay that was found, nil before.
    var delay: Double? { offset }
    var driftPPM: Double { tracker.driftPPM }

    // MARK: - What was played

    /// Adds a piece that is heard at a sample of the microphone's.
    mutating func add(_ samples: UnsafePointer<Int16>, frames: Int, rate: Int32, at sample: Int64) {
        if rate != deviceRate {
            converter = try? RateConverter.make(from: rate, to: self.rate, quality: quality)
            deviceRate = rate
            reported = nil
        }
        place(at: sample)
        due += Double(frames) * Double(self.rate) / Double(rate)
        guard rate != self.rate else { return history.append(samples, count: frames) }
        guard let converter else { return }
        var consumed = 0
        while consumed < frames {
            let result = converter.process(
                samples + consumed, count: frames - consumed, into: converted.start,
                capacity: converted.count)
            guard result.consumed > 0 else { return }
            consumed += result.consumed
            history.append(converted.start, count: result.produced)
        }
    }

    /// Takes back the last frames of what was played: they are not heard.
    mutating func takeBack(frames: Int) {
        guard deviceRate > 0 else { return }
        let samples = Int64(frames) * Int64(rate) / Int64(deviceRate)
        history.move(to: max(0, history.end - samples))
        due = Double(history.end)
        age = 0
        converter?.reset()
    }

    private mutating func place(at sample: Int64) {
        let now = Double(sample) - due
        age += 1
        // A card that has not started yet reports too early a time for its first pieces.
        let limit = age <= Self.youth ? Self.youngGap : Self.gap
        if let reported, abs(now - reported) < limit {
            self.reported = reported + 0.05 * (now - reported)
            return
        }
        if reported == nil || now - (reported ?? 0) > Self.gap { age = 1 }
        // Place the piece where the canceller expects it, so that what it has learned still holds.
        let expected = tracker.isLocked ? tracker.lag(at: sample) - (offset ?? 0) : 0
        history.move(to: max(0, Int64((Double(sample) - expected).rounded())))
        due = Double(history.end)
        reported = Double(sample) - due
        converter?.reset()
    }

    // MARK: - What is heard

    /// Gives the reference for the microphone's frame that begins at a sample; returns whether it
    /// has any sound in it.
    mutating func read(
        into reference: UnsafeMutablePointer<Int16>, microphone: UnsafePointer<Int16>, count: Int,
        at sample: Int64
    ) -> Bool {
        var step = 1.0
        if tracker.isLocked {
            let wished = tracker.lag(at: sample) - behind
            let limit = Self.slew * Double(count)
            let move = max(-limit, min(limit, wished - lag))
            step = 1 - move / Double(count)
        }
        let hasSound = history.read(
            into: reference, count: count, from: Double(sample) - lag, step: step)
        lag += Double(count) * (1 - step)
        frames += 1
        lags[frames % lags.count] = lag
        if let estimate = estimator.process(
            microphone: microphone, reference: reference, count: count)
        {
            follow(estimate, at: sample + Int64(count - DelayEstimator.ageSamples))
        }
        return hasSound
    }

    private mutating func follow(_ estimate: DelayEstimator.Estimate, at sample: Int64) {
        guard estimate.meanCertainty > Self.certainty, estimate.certainty > Self.certainty * 0.7,
            abs(estimate.lag - estimate.meanLag) < Self.nearness
        else { return }
        // The place has moved since those signals.
        let then = lags[(frames + 1) % lags.count]
        let wasLocked = tracker.isLocked
        let isNew = tracker.update(lag: then + estimate.lag, at: sample)
        guard tracker.isLocked else { return }
        if let reported { offset = tracker.lag(at: sample) - reported }
        guard isNew else { return }
        let farthest: Double? =
            switch reach {
            case .near: wasLocked ? nil : 4 * Self.headroom
            case .far: Double(rate) / 4
            }
        if let farthest, estimate.lag > Self.headroom / 4, estimate.lag < farthest {
            // The canceller models this range anyway, so what it has learned still holds.
            behind = estimate.lag
            return
        }
        behind = Self.headroom
        let wished = tracker.lag(at: sample) - behind
        guard abs(wished - lag) > Self.jump else { return }
        lag = wished
        for index in lags.indices { lags[index] = lag }
        changes += 1
        estimator.forget()
    }
}
