internal import ALSA
internal import AudioCore
internal import Linux
internal import SignalProcessing

/// From the capture ring to Control: one channel, 16 kHz, detected speech, cut segments.
///
/// Runs on a thread of its own that is not real-time: it may allocate and lock.
struct ProcessingLoop: ~Copyable {
    /// Device frames handled at once.
    private static let blockFrames = 1024
    /// Blocks of a round: on a busy processor the ring may never run empty, and the gate's marks
    /// must not wait for that.
    private static let roundBlocks = 4

    private let reader: RingReader
    private let grant: PCMGrant
    private let channel: CaptureChannel
    private let anchor: StreamAnchor
    private let converter: RateConverter?
    var shutter = MicrophoneShutter()
    /// When the microphone was last reopened (nanoseconds, CLOCK_MONOTONIC): samples that arrive
    /// later but were captured before are silenced too.
    var openedAt: Int64?
    private var detector: VoiceDetector
    private let interleaved: SampleBuffer
    private let mono: SampleBuffer
    private let converted: SampleBuffer
    /// Samples that do not fill a frame yet.
    private let frame = SampleBuffer(count: AudioSettings.frameSamples)
    private var filled = 0
    /// The detector's next frame begins at this sample.
    private var frameStart: Int64
    private let stages: MicrophoneStages?
    private let reference: EchoReference?
    /// The stages' next frame begins at this sample.
    private var stageStart: Int64
    /// Sample 0 of this device's stream is this sample of the engine's.
    let base: Int64
    private var highPass: HighPass?
    private var clippedSamples = 0
    private var peak: Int32 = 0

    init(
        reader: consuming RingReader, grant: PCMGrant, anchor: StreamAnchor,
        converter: RateConverter?, settings: AudioSettings, base: Int64,
        reference: EchoReference? = nil
    ) {
        self.reference = reference
        stages = MicrophoneStages.make(settings)
        stageStart = base
        if let stages, let reference { stages.discard(reference) }
        self.converter = converter
        self.grant = grant
        self.anchor = anchor
        self.base = base
        frameStart = base
        channel = settings.channel
        if settings.highPassFrequency > 0 {
            highPass = HighPass(
                frequency: settings.highPassFrequency, rate: AudioSettings.microphoneRate)
        }
        detector = VoiceDetector(
            settings: settings.voice, frameMilliseconds: AudioSettings.frameMilliseconds)
        interleaved = SampleBuffer(count: Self.blockFrames * Int(grant.channels))
        mono = SampleBuffer(count: Self.blockFrames)
        let convertedCapacity =
            Self.blockFrames * Int(AudioSettings.microphoneRate) / Int(grant.rate) + 64
        converted = SampleBuffer(count: convertedCapacity)
        self.reader = reader
    }

    /// The values of the level meter.
    var levels: MicrophoneLevels {
        var levels = MicrophoneLevels()
        levels.level = detector.level
        levels.peak = peak
        levels.noiseFloor = detector.noiseFloor
        levels.isSpeech = detector.isSpeech
        levels.clippedSamples = clippedSamples
        return levels
    }

    /// Processes captured samples, up to a round's blocks; returns whether more wait.
    ///
    /// Speech is reported to `tell`, and the samples are appended to the cutter.
    mutating func drain(
        into cutter: inout SegmentCutter, tell: (MicrophoneEvent) -> Void
    ) -> Bool {
        let channels = Int(grant.channels)
        shutter.begin(waiting: reader.available / channels)
        if let openedAt, let frame = Self.frame(at: openedAt, anchor, grant) {
            let ahead = frame - Double(reader.readIndex / channels)
            if ahead > 0 { shutter.cover(Int(min(ahead, Double(grant.rate)).rounded(.up))) }
        }
        if let stages, let reference {
            stages.take(from: reference) { [anchor, grant, base] time in
                Self.sample(at: time, anchor, grant, base)
            }
        }
        var blocks = 0
        while reader.available >= channels {
            guard blocks < Self.roundBlocks else { return true }
            blocks += 1
            let frames = min(Self.blockFrames, reader.available / channels)
            let count = reader.read(into: interleaved.start, count: frames * channels) / channels
            pick(count)
            shutter.pass(mono.start, count: count)
            clippedSamples += LevelMeter.clipped(
                in: UnsafeBufferPointer(start: mono.start, count: count))
            guard let converter else {
                take(mono.start, count, &cutter, tell)
                continue
            }
            var consumed = 0
            while consumed < count {
                let result = converter.process(
                    mono.start + consumed, count: count - consumed, into: converted.start,
                    capacity: converted.count)
                consumed += result.consumed
                take(converted.start, result.produced, &cutter, tell)
            }
        }
        return false
    }

    private func pick(_ count: Int) {
        let channels = Int(grant.channels)
        switch channel {
        case .average:
            SampleMath.average(
                of: channels, from: interleaved.start, into: mono.start, count: count)
        case .index(let index):
            SampleMath.pick(
                channel: min(index, channels - 1), of: channels, from: interleaved.start,
                into: mono.start,
                count: count)
        }
    }

    private mutating func take(
        _ start: UnsafeMutablePointer<Int16>, _ count: Int, _ cutter: inout SegmentCutter,
        _ tell: (MicrophoneEvent) -> Void
    ) {
        highPass?.process(start, count: count)
        // Without stages, samples need not wait until a frame is full.
        if stages == nil { cutter.append(UnsafeBufferPointer(start: start, count: count)) }
        var taken = 0
        while taken < count {
            let part = min(count - taken, frame.count - filled)
            (frame.start + filled).update(from: start + taken, count: part)
            filled += part
            taken += part
            guard filled == frame.count else { return }
            filled = 0
            finishFrame(&cutter, tell)
        }
    }

    private mutating func finishFrame(
        _ cutter: inout SegmentCutter, _ tell: (MicrophoneEvent) -> Void
    ) {
        let samples = UnsafeBufferPointer(start: frame.start, count: frame.count)
        var echo: Float?
        if let stages {
            echo = stages.process(frame.start, at: stageStart)
            stageStart += Int64(frame.count)
            // The first output lies before the first sample.
            guard stageStart - base > Int64(stages.delaySamples) else { return }
            cutter.append(samples)
        }
        peak = LevelMeter.peak(of: samples)
        let event = detector.process(samples, echo: echo)
        frameStart += Int64(frame.count)
        if let event { tell(microphoneEvent(event)) }
    }

    private func microphoneEvent(_ event: VoiceDetector.Event) -> MicrophoneEvent {
        switch event {
        case .began(let ago):
            let sample = frameStart - Int64(ago * AudioSettings.frameSamples)
            return .speechStarted(sample: sample, at: time(ofSample: sample))
        case .ended(let ago):
            let sample = frameStart - Int64(ago * AudioSettings.frameSamples)
            return .speechEnded(sample: sample, at: time(ofSample: sample))
        }
    }

    /// Whether the first period has come.
    func knowsTime() -> Bool { anchor.read() != nil }

    /// The canceller's state; nil without stages.
    var echo: EchoStatus? { stages?.status }

    /// Which sample was captured at a time; may lie in the future.
    func sample(at time: Int64) -> Int64 { Self.sample(at: time, anchor, grant, base) }

    private static func sample(
        at time: Int64, _ anchor: StreamAnchor, _ grant: PCMGrant, _ base: Int64
    ) -> Int64 {
        guard let frames = frame(at: time, anchor, grant) else { return base }
        return base + Int64(frames * Double(AudioSettings.microphoneRate) / Double(grant.rate))
    }

    /// Which of the device's frames was captured at a time; nil before the first period.
    private static func frame(
        at time: Int64, _ anchor: StreamAnchor, _ grant: PCMGrant
    ) -> Double? {
        anchor.read().map { pair in
            let nanoseconds = Double(FrameTime.difference(time, pair.time))
            return Double(pair.frame) + nanoseconds * Double(grant.rate) / 1e9
        }
    }

    func time(ofSample sample: Int64) -> Int64 {
        guard let pair = anchor.read() else { return MonotonicClock.now() }
        let frames =
            Double(sample - base) * Double(grant.rate) / Double(AudioSettings.microphoneRate)
        return pair.time + Int64((frames - Double(pair.frame)) * 1e9 / Double(grant.rate))
    }
}
