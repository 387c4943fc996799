internal import AudioCore
internal import SignalProcessing
internal import SpeexDSP

/// The stages between a microphone's samples and those that are sent, a frame of 20 ms at a time:
/// the canceller, what suppresses the rest of the echo and the noise, and the gain.
///
/// While the loudspeaker is silent and neither noise nor gain are asked for, samples pass as they
/// are, bit for bit. With a suppressor the output lags by `delaySamples`, which `process` hides:
/// it gives the frame before. Used by the processing thread; `process` allocates nothing.
package final class MicrophoneStages {
    /// The canceller's own frames; shorter ones learn faster and cost more.
    static let frameSamples = AudioSettings.frameSamples

    private let settings: EchoSettings
    private let canceller: EchoCanceller?
    private let suppressor: Preprocessor?
    private let isAlwaysOn: Bool
    private let reference = SampleBuffer(count: AudioSettings.frameSamples)
    private let microphone = SampleBuffer(count: AudioSettings.frameSamples)
    /// The frame before, as it went into the suppressor.
    private let plain = SampleBuffer(count: AudioSettings.frameSamples)
    private let scratch = SampleBuffer(count: AudioSettings.frameSamples)
    private let piece = SampleBuffer(count: EchoReference.longestPiece)
    private var timeline: EchoTimeline
    private var judge: EchoJudge
    private var changesSeen = 0
    /// Frames until the echo of what was played has died away.
    private var lingering = 0
    /// Nil where the settings say how long that takes.
    private var roomTail: RoomTail?
    private let fixedTailMilliseconds: Int
    private var wasOn = false

    /// Nil where nothing is asked for.
    package static func make(_ settings: AudioSettings) -> MicrophoneStages? {
        let isNeeded =
            settings.echo.mode != .off || settings.noiseSuppressionDecibels > 0
            || settings.gainLimitDecibels > 0
        return isNeeded ? MicrophoneStages(settings) : nil
    }

    private init(_ audio: AudioSettings) {
        settings = audio.echo
        let rate = AudioSettings.microphoneRate
        let milliseconds = AudioSettings.frameMilliseconds
        let isCancelling = settings.mode == .cancel
        let tail = isCancelling ? settings.tailMilliseconds : settings.halfDuplexTailMilliseconds
        fixedTailMilliseconds = tail ?? 0
        if settings.mode == .halfDuplex, tail == nil {
            roomTail = RoomTail(frameMilliseconds: milliseconds)
        }
        canceller =
            isCancelling
            ? EchoCanceller(
                frameSamples: Self.frameSamples,
                tailSamples: settings.tailMilliseconds * Int(rate) / 1000, rate: rate) : nil
        isAlwaysOn = audio.noiseSuppressionDecibels > 0 || audio.gainLimitDecibels > 0
        if isAlwaysOn || isCancelling && settings.suppressionDecibels > 0 {
            var wishes = Preprocessor.Settings()
            wishes.noiseDecibels = audio.noiseSuppressionDecibels
            wishes.gainLimitDecibels = audio.gainLimitDecibels
            wishes.echoDecibels = settings.suppressionDecibels
            wishes.echoUnderVoiceDecibels = settings.suppressionDecibels * 3 / 8
            suppressor = Preprocessor(
                frameSamples: Self.frameSamples, rate: rate, settings: wishes,
                canceller: canceller)
        } else {
            suppressor = nil
        }
        timeline = EchoTimeline(rate: rate, quality: audio.resamplerQuality)
        judge = EchoJudge(quietLevel: audio.voice.minimumLevel)
    }

    private var tailMilliseconds: Int { roomTail?.milliseconds ?? fixedTailMilliseconds }
    private var lingeringFrames: Int { tailMilliseconds / AudioSettings.frameMilliseconds + 2 }

    /// Samples that the output lags behind the input.
    package var delaySamples: Int { suppressor?.delaySamples ?? 0 }

    /// What the canceller does.
    package var status: EchoStatus {
        var status = EchoStatus()
        status.isActive = lingering > 0
        status.delayMilliseconds = timeline.delay.map {
            $0 * 1000 / Double(AudioSettings.microphoneRate)
        }
        status.driftPPM = timeline.driftPPM
        status.reductionDecibels = judge.reduction
        status.tailMilliseconds = tailMilliseconds
        return status
    }

    /// Takes what was played meanwhile; `sample` says which of the microphone's samples is of a
    /// time.
    package func take(from reference: EchoReference, sample: (Int64) -> Int64) {
        while let next = reference.next(into: piece.start) {
            switch next {
            case .played(let frames, let rate, let heardAt):
                timeline.add(piece.start, frames: frames, rate: rate, at: sample(heardAt))
            case .takenBack(let frames): timeline.takeBack(frames: frames)
            }
        }
    }

    /// Forgets what was played while nobody listened.
    func discard(_ reference: EchoReference) {
        while reference.next(into: piece.start) != nil {}
    }

    /// Processes a frame in its place, which begins at a sample; returns the level that what is
    /// left of an echo may have (dBFS), nil while the loudspeaker is silent.
    package func process(_ frame: UnsafeMutablePointer<Int16>, at sample: Int64) -> Float? {
        let count = Self.frameSamples
        microphone.start.update(from: frame, count: count)
        if settings.mode != .off {
            let hasSound = timeline.read(
                into: reference.start, microphone: frame, count: count, at: sample)
            roomTail?.note(
                level: LevelMeter.level(of: .init(start: frame, count: count)),
                isPlaying: hasSound)
            lingering = hasSound ? lingeringFrames : max(0, lingering - 1)
        }
        if timeline.changes != changesSeen {
            changesSeen = timeline.changes
            judge.doubt()
        }
        if lingering > 0, let canceller {
            canceller.process(
                microphone: microphone.start, reference: reference.start, into: frame)
            judge.note(
                microphone: microphone.start, reference: reference.start, left: frame,
                count: count)
        }
        suppress(frame)
        guard lingering > 0 else { return nil }
        return settings.mode == .cancel ? judge.remainingLevel : 0
    }

    /// What goes out is one frame old where there is a suppressor: its own, or, where it has
    /// nothing to do, the samples as they were; from one to the other it is faded.
    private func suppress(_ frame: UnsafeMutablePointer<Int16>) {
        guard let suppressor else { return }
        let count = Self.frameSamples
        let isOn = isAlwaysOn || lingering > 0
        if isOn, !wasOn {
            // It works on two frames at a time, so it is given the one before first.
            scratch.start.update(from: plain.start, count: count)
            suppressor.process(scratch.start)
        }
        scratch.start.update(from: frame, count: count)
        if isOn || wasOn { suppressor.process(scratch.start) }
        for index in 0..<count {
            let part = Float(index) / Float(count)
            let share: Float = isOn ? (wasOn ? 1 : part) : (wasOn ? 1 - part : 0)
            let before = Float(plain.start[index])
            let processed = Float(scratch.start[index])
            plain.start[index] = frame[index]
            frame[index] = Int16((before + share * (processed - before)).rounded())
        }
        wasOn = isOn
    }
}
