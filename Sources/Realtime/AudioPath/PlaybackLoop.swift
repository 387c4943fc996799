internal import ALSA
internal import AudioCore
internal import Linux
internal import SignalProcessing
internal import Synchronization

/// The speaker's real-time loop: it mixes the voices and writes them to the device, a period at a
/// time.
///
/// With nothing to play it waits; speech begins when the prebuffer is full or the reply is whole,
/// and silence is written only when the device is about to run dry: see `PlaybackLoop+Supply`. A
/// flush silences the device within a period: its buffer is faded and dropped, not played out, and
/// every voice goes back to the last sample heard; see `PlaybackLoop+Silence`. `step` allocates
/// nothing and takes no lock.
struct PlaybackLoop<Device: PlaybackDevice & ~Copyable>: ~Copyable {
    /// How a step ended.
    enum Step: Equatable {
        case moved
        /// There is nothing to play.
        case idle
        case failed(Int32)
    }

    static var idleMilliseconds: Int32 { 1000 }
    /// How often speech that waits for more is checked.
    static var waitingMilliseconds: Int32 { 20 }
    static var waitMilliseconds: Int32 { 100 }
    /// For the rounding of rates and filter lengths.
    private static var tailReserveFrames: Int { 8 }
    /// An interrupted reply resumes this far before its cut (samples): 100 ms.
    static var overlapSamples: Int { 2400 }

    var device: Device
    var port: PlaybackPort
    let converter: RateConverter?
    let ledger: WrittenLedger
    private let mixer: VoiceMixer
    let channels: Int
    let rate: Int
    let periodFrames: Int
    let settings: AudioSettings

    // At the speech rate: one mixed block, or the part of it that is not resampled yet.
    private let block: SampleBuffer
    // At the device's rate: a mono period, and the same for all channels.
    private let mono: SampleBuffer
    let frames: SampleBuffer
    /// Five milliseconds: the mixing runs this far ahead of what is written.
    private let blockSamples = Int(AudioSettings.speechRate) / 200
    private var blockStart = 0
    var blockCount = 0

    /// Whether the period written next has the first samples of a reply.
    var pendingStart = false
    /// Whether the device was given something since it was last silent.
    var isRunning: Bool
    /// Frames of silence still to be written before the first sound.
    var leadInFrames = 0
    /// The state of the faint noise.
    private var noise: UInt32 = 1
    /// Frames of silence written behind the last sound.
    var silentFrames = 0
    /// Frames after the last mixed sound in which the resampler still outputs its tail.
    var tailFrames = 0
    private let tailLimitFrames: Int
    var patience: DevicePatience
    let bufferFrames: Int
    /// Frames written in a row without a rest; at the buffer's size the device is full.
    var steadyFrames = 0
    /// Whether the device plays what it holds.
    var isStarted = false
    /// Frames written and waiting for the device's start.
    var loadedFrames = 0
    /// When the device runs low if nothing more is written (nanoseconds, CLOCK_MONOTONIC).
    var lowTime = Int64.max
    /// How late, beyond a period, the thread may come when the device runs low (frames).
    var marginFrames: Int
    /// A period at the speech rate, plus a block for rounding.
    let periodSamples: Int

    /// Creates a loop for a device, configured by the settings.
    init(
        device: consuming Device, port: consuming PlaybackPort, converter: RateConverter?,
        settings: AudioSettings
    ) {
        let grant = device.grant
        self.converter = converter
        self.settings = settings
        channels = Int(grant.channels)
        rate = Int(grant.rate)
        periodFrames = Int(grant.periodFrames)
        ledger = WrittenLedger(
            bufferFrames: Int(grant.bufferFrames), periodFrames: periodFrames, channels: channels)
        let room = max(periodFrames, blockSamples)
        mixer = VoiceMixer(voices: port.voices, room: room)
        block = SampleBuffer(count: room)
        mono = SampleBuffer(count: periodFrames)
        frames = SampleBuffer(count: periodFrames * channels)
        marginFrames = Self.leastMarginMilliseconds * Int(grant.rate) / 1000
        periodSamples =
            converter == nil
            ? periodFrames
            : periodFrames * Int(AudioSettings.speechRate) / Int(grant.rate) + blockSamples
        let tailSamples = blockSamples + (converter?.latencyFrames ?? 0)
        tailLimitFrames =
            tailSamples * Int(grant.rate) / Int(AudioSettings.speechRate) + Self.tailReserveFrames
        let heldSamples =
            Int(grant.bufferFrames + grant.periodFrames) * Int(AudioSettings.speechRate)
            / Int(grant.rate)
        for voice in port.voices { voice.keep(heldSamples + tailSamples + Self.overlapSamples) }
        // A reply under way has an end to report, even if only silence follows.
        isRunning = port.isSpeaking
        patience = DevicePatience(counters: port.share.counters)
        bufferFrames = Int(grant.bufferFrames)
        self.device = device
        self.port = port
    }

    /// Gives the rings back when the device is to be closed.
    consuming func intoPort() -> PlaybackPort { port }

    /// Runs until it must stop (0) or the device fails (its code).
    mutating func run(until stop: StopFlag) -> Int32 {
        while !stop.isSet {
            switch step() {
            case .moved: break
            case .idle: _ = port.share.wake.wait(timeoutMilliseconds: idleWait)
            case .failed(let code): return code
            }
        }
        return 0
    }

    /// How long the loop may wait unless it is woken (milliseconds).
    var idleWait: Int32 {
        port.waitingSince == nil ? Self.idleMilliseconds : Self.waitingMilliseconds
    }

    /// Writes one period, or finds that there is nothing to write.
    mutating func step() -> Step {
        let flushes = port.share.flushCount.load(ordering: .acquiring)
        if flushes != port.flushSeen { return flush(flushes) }
        takeUp()
        let supply = supply()
        guard isRunning || supply != .none || staysAwake else {
            // Otherwise a card that is unplugged now would stay open, and only the next reply would
            // notice.
            let code = device.trouble()
            return code < 0 ? .failed(code) : .idle
        }
        if let step = startOrRest(for: supply) { return step }
        let length = waitForRoom()
        switch device.wait(timeoutMilliseconds: length, orUntil: port.share.flushSignal) {
        case .ready: countLateness()
        case .woken: return .moved
        case .timedOut:
            return patience.bears(waiting: length)
                ? .moved : .failed(PlaybackPort.stalledCode)
        case .failed(let code): return repair(code)
        }
        // A flush may have been requested during the wait.
        let now = port.share.flushCount.load(ordering: .acquiring)
        if now != port.flushSeen { return flush(now) }
        // More may have arrived meanwhile: a short supply would be padded with silence.
        return writePeriod(self.supply())
    }

    private mutating func writePeriod(_ supply: Supply) -> Step {
        ledger.beginPeriod(
            voices: port.voices, aheadSamples: blockCount + (converter?.latencyFrames ?? 0))
        begin()
        let (count, sound) = fillPeriod(supply)
        // A period that was flushed while it was mixed is not written.
        let flushes = port.share.flushCount.load(ordering: .acquiring)
        if flushes != port.flushSeen { return flush(flushes) }
        silentFrames = sound ? 0 : silentFrames + count
        if !sound, settings.hasFaintNoise { makeNoise() }
        SampleMath.spread(mono.start, into: frames.start, channels: channels, count: count)
        let code = writeFrames(count)
        guard code >= 0 else { return .failed(code) }
        noteStart(sound)
        return endIfPlayed()
    }

    /// The device's delay (frames, 0 or more), as far as its driver can be believed.
    mutating func heldFrames() -> Int {
        device.grant.plausible(delayFrames: device.heldFrames())
    }

    /// A device that was full has room for more than a period if the thread came late.
    private mutating func countLateness() {
        guard steadyFrames >= bufferFrames else { return }
        let late = bufferFrames - periodFrames - device.queuedFrames()
        port.share.counters.lateWakeUps.count(microseconds: max(0, late) * 1_000_000 / rate)
    }

    /// Writes `count` frames of `frames`, and goes on after a recovery; 0 or the code of the
    /// failure.
    mutating func writeFrames(_ count: Int) -> Int32 {
        var written = 0
        while written < count {
            var trouble: Int32 = 0
            switch device.write(frames.start + written * channels, frames: count - written) {
            case .frames(let taken) where taken > 0:
                noteWritten(frames.start + written * channels, count: taken)
                written += taken
                patience.moved()
            case .frames, .again:
                guard patience.toleratesStall() else { return PlaybackPort.stalledCode }
                let result = device.wait(
                    timeoutMilliseconds: Self.waitMilliseconds, orUntil: port.share.flushSignal)
                if case .failed(let code) = result { trouble = code }
                if result == .timedOut, !patience.bears(waiting: Self.waitMilliseconds) {
                    return PlaybackPort.stalledCode
                }
            case .failed(let code): trouble = code
            }
            guard trouble < 0 else { continue }
            if case .failed(let code) = repair(trouble) { return code }
        }
        steadyFrames += count
        lowTime = .max
        if !isStarted { loadedFrames += count }
        return 0
    }

    /// Records, for all callers, that frames have really gone to the device.
    ///
    /// They are `count` interleaved frames; the last is heard after `device.heldFrames()` frames,
    /// unless `noteTakenBack` takes it back before.
    private mutating func noteWritten(_ samples: UnsafePointer<Int16>, count: Int) {
        ledger.append(samples, count: count)
        if let echo = port.echo {
            let ahead = FrameTime.nanoseconds(
                ofFrames: Int64(heldFrames() - count),
                rate: Int64(rate))
            echo.wrote(
                samples, channels: channels, frames: count, rate: Int32(rate),
                heardAt: FrameTime.sum(device.now(), ahead))
        }
        port.share.counters.frames.count(count)
    }

    private mutating func noteStart(_ sound: Bool) {
        guard sound, pendingStart else { return }
        pendingStart = false
        port.share.startedAt.store(Int(device.now()), ordering: .relaxed)
        port.share.startedCount.wrappingAdd(1, ordering: .releasing)
        port.share.events.signal()
    }

    /// Ends playback when the device holds no more than the silence written last.
    mutating func endIfPlayed() -> Step {
        guard silentFrames > 0, !hasSound(), soundingFrames() <= 0 else { return .moved }
        tellEnd()
        guard !staysAwake else { return .moved }
        noteTakenBack(min(heldFrames(), ledger.frames))
        let code = dropAll()
        silentFrames = 0
        return code < 0 ? repair(code) : .moved
    }

    /// Drops all that the device holds; returns its code.
    mutating func dropAll() -> Int32 {
        isRunning = false
        forgetLevel()
        return device.drop()
    }

    /// Notes that the device is empty and stopped.
    private mutating func forgetLevel() {
        steadyFrames = 0
        isStarted = false
        loadedFrames = 0
    }

    /// Reports that all of the reply has been heard.
    private mutating func tellEnd() {
        if port.isSpeaking {
            port.isSpeaking = false
            // Speech that ran dry may come back, and then shows how long the gap was.
            if !port.prebuffer.isDry { finishSupply() }
            port.share.drainedAt.store(Int(device.now()), ordering: .relaxed)
            port.share.drainedCount.wrappingAdd(1, ordering: .releasing)
            port.share.events.signal()
        }
    }

    /// Whether the device runs on without a sound.
    var staysAwake: Bool {
        guard let seconds = settings.keepRunningSeconds else { return true }
        if isRunning, silentFrames < seconds * rate { return true }
        let until = port.share.awakeUntil.load(ordering: .relaxed)
        return until > 0 && device.now() < Int64(until)
    }

    /// Marks a silent device as running, because something is written now.
    mutating func begin() {
        guard !isRunning else { return }
        isRunning = true
        leadInFrames = settings.leadInMilliseconds * rate / 1000
    }

    /// Resumes or prepares the device, as its error requires.
    mutating func repair(_ code: Int32) -> Step {
        forgetLevel()
        if code == DevicePatience.xrun { widenMargin() }
        guard patience.bears(failure: code) else { return .failed(code) }
        let result = device.recover(code)
        if result == DevicePatience.again {
            return patience.toleratesSleep() ? .moved : .failed(PlaybackPort.stalledCode)
        }
        return result < 0 ? .failed(result) : .moved
    }

    // MARK: - Mixing

    /// Fills the mono period, or only as much as there is sound for if more may follow; returns the
    /// count, and whether any of it is sound.
    private mutating func fillPeriod(_ supply: Supply) -> (count: Int, hasSound: Bool) {
        guard leadInFrames <= 0 else {
            leadInFrames -= periodFrames
            mono.start.update(repeating: 0, count: periodFrames)
            return (periodFrames, false)
        }
        guard let converter else {
            let count =
                mayBeCutShort(supply) ? max(1, min(leastAvailable(), periodFrames)) : periodFrames
            return (count, mix(into: mono.start, count: count))
        }
        var produced = 0
        var hasSound = false
        while produced < periodFrames {
            if blockCount == 0 {
                // A short block would be padded with silence, and the rest of it may arrive in
                // time.
                if produced > 0, mayBeCutShort(supply), leastAvailable() < blockSamples { break }
                if mix(into: block.start, count: blockSamples) { hasSound = true }
                blockStart = 0
                blockCount = blockSamples
            }
            let result = converter.process(
                block.start + blockStart, count: blockCount, into: mono.start + produced,
                capacity: periodFrames - produced)
            blockStart += result.consumed
            blockCount -= result.consumed
            produced += result.produced
        }
        if hasSound {
            tailFrames = tailLimitFrames
        } else if tailFrames > 0 {
            tailFrames -= produced
            hasSound = true
        }
        return (produced, hasSound)
    }

    /// Makes noise in the lowest bit, which is inaudible and keeps an amplifier awake.
    private mutating func makeNoise() {
        for index in 0..<periodFrames {
            noise = noise &* 1_664_525 &+ 1_013_904_223
            mono.start[index] = Int16(noise >> 31)
        }
    }

    /// Mixes samples of the voices at the speech rate; returns whether there were any.
    private mutating func mix(into target: UnsafeMutablePointer<Int16>, count: Int) -> Bool {
        // The next reply may already wait behind a flush that is not performed yet.
        let isFlushed = port.share.flushCount.load(ordering: .acquiring) != port.flushSeen
        let withSpeech = !isFlushed && maySpeak()
        let mixed = mixer.mix(into: target, count: count, withSpeech: withSpeech)
        if mixed.speech > 0 {
            if !port.isSpeaking { pendingStart = true }
            port.isSpeaking = true
            port.share.speechPlayed.count(mixed.speech)
        }
        if port.isSpeaking, !isFlushed { noteSupply(mixed.speech, of: count) }
        for index in 0..<port.voices.count where port.voices[index].wantsMore() {
            port.share.refillSignal.signal()
        }
        return mixed.hasSound
    }
}
