internal import AudioCore
internal import SignalProcessing
internal import SpeexDSP

/// The stages between a microphone's samples and those that are sent, a frame of 20 ms at a time:
/// the canceller, the suppressor of residual echo and noise, and the gain.
///
/// While the loudspeaker is silent and neither noise suppression nor gain is set, samples pass
/// unchanged, bit for bit. With a suppressor the output lags by `delaySamples`, which `process`
/// hides: it gives the previous frame. Used by the processing thread; `process` allocates nothing.
package final class MicrophoneStages {
    /// The canceller's own frames; shorter ones learn faster and cost more.
    static let frameSamples = AudioSettings.frameSamples

    private let settings: EchoSettings
    private let filter: EchoFilter?
    /// Why that is not WebRTC's, if it should be.
    private let lack: String?
    private var filtering: LateStage
    private let suppressor: Preprocessor?
    private var suppressing: LateStage
    private let isAlwaysOn: Bool
    private let reference = SampleBuffer(count: AudioSettings.frameSamples)
    private let microphone = SampleBuffer(count: AudioSettings.frameSamples)
    private let scratch = SampleBuffer(count: AudioSettings.frameSamples)
    private let silence = SampleBuffer(count: AudioSettings.frameSamples)
    private let piece = SampleBuffer(count: EchoReference.longestPiece)
    private var timeline: EchoTimeline
    private var judge: EchoJudge
    private var changesSeen = 0
    /// Frames until the echo of what was played has died away.
    private var lingering = 0
    /// Frames that the canceller refused; their echo remains.
    private var refusals = 0
    /// Frames of the room alone that the canceller still gets before it is needed.
    private var warmUp = 0
    /// Measures how long the echo lasts; nil if the settings give the time.
    private var roomTail: RoomTail?
    private let fixedTailMilliseconds: Int

    /// Creates the stages; nil if the settings need none.
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
        let made = isCancelling ? EchoFilter.make(settings) : nil
        filter = made?.filter
        lack = made?.lack
        let tail =
            isCancelling ? nil : settings.halfDuplexTailMilliseconds
        fixedTailMilliseconds = tail ?? 0
        if settings.mode != .off, tail == nil {
            roomTail = RoomTail(frameMilliseconds: milliseconds)
        }
        filtering = LateStage(delaySamples: filter?.delaySamples ?? 0)
        isAlwaysOn = audio.noiseSuppressionDecibels > 0 || audio.gainLimitDecibels > 0
        var wishes = Preprocessor.Settings()
        wishes.noiseDecibels = audio.noiseSuppressionDecibels
        wishes.gainLimitDecibels = audio.gainLimitDecibels
        var canceller: EchoCanceller?
        if case .speex(let made)? = filter, settings.suppressionDecibels > 0 {
            canceller = made
            wishes.echoDecibels = settings.suppressionDecibels
            wishes.echoUnderVoiceDecibels = settings.suppressionDecibels * 3 / 8
        }
        suppressor =
            isAlwaysOn || canceller != nil
            ? Preprocessor(
                frameSamples: Self.frameSamples, rate: rate, settings: wishes,
                canceller: canceller) : nil
        suppressing = LateStage(delaySamples: suppressor?.delaySamples ?? 0)
        timeline = EchoTimeline(
            rate: rate, quality: audio.resamplerQuality, reach: filter?.reach ?? .near)
        judge = EchoJudge(
            share: filter?.leastDecibels ?? 0, quietLevel: audio.voice.minimumLevel)
        warmUp = filter?.warmUpFrames ?? 0
    }

    private var tailMilliseconds: Int { roomTail?.milliseconds ?? fixedTailMilliseconds }
    private var lingeringFrames: Int { tailMilliseconds / AudioSettings.frameMilliseconds + 2 }

    /// Samples that the output lags behind the input.
    package var delaySamples: Int { filtering.delaySamples + suppressing.delaySamples }

    /// The state of the canceller.
    package var status: EchoStatus {
        var status = EchoStatus()
        status.isActive = lingering > 0
        status.delayMilliseconds = timeline.delay.map {
            $0 * 1000 / Double(AudioSettings.microphoneRate)
        }
        status.driftPPM = timeline.driftPPM
        status.reductionDecibels = judge.reduction
        status.tailMilliseconds = tailMilliseconds
        status.canceller = filter?.name
        status.lack = lack
        status.refusals = refusals
        status.gate = filter == nil ? nil : judge.gate.state
        return status
    }

    /// Takes what was played meanwhile; `sample` maps a time to the microphone's sample.
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

    /// Processes in place a frame that begins at a sample; returns the highest level of the
    /// residual echo (dBFS), nil while the loudspeaker is silent.
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
        cancel(frame)
        suppress(frame)
        guard lingering > 0 else { return nil }
        guard settings.mode == .cancel else { return 0 }
        judge.note(
            heard: LevelMeter.meanSquare(of: .init(start: microphone.start, count: count)),
            left: LevelMeter.meanSquare(of: .init(start: frame, count: count)))
        return judge.remainingLevel
    }

    private func cancel(_ frame: UnsafeMutablePointer<Int16>) {
        guard let filter else { return }
        let count = Self.frameSamples
        let isHeard = lingering > 0
        if !isHeard, warmUp > 0 {
            warmUp -= 1
            _ = filter.process(
                microphone: frame, reference: silence.start, into: scratch.start)
        }
        filtering.process(frame, isOn: isHeard) { frame, isPast in
            scratch.start.update(from: frame, count: count)
            let isDone = filter.process(
                microphone: scratch.start, reference: isPast ? silence.start : reference.start,
                into: frame)
            if !isDone { refusals += 1 }
        }
    }

    /// With a suppressor the output is one frame old: the suppressor's, or the samples unchanged
    /// while it has nothing to do.
    private func suppress(_ frame: UnsafeMutablePointer<Int16>) {
        guard let suppressor else { return }
        suppressing.process(frame, isOn: isAlwaysOn || lingering > 0) { frame, _ in
            suppressor.process(frame)
        }
    }
}
