internal import ALSA
internal import AudioCore
internal import Linux
internal import Synchronization

// When a period is written, and when speech begins.
//
//     sound for a whole period     at once, as far as the device has room
//     sound for a part of one      that part, when the device is about to run dry: more may come
//     none                         silence, when the device is about to run dry, since silence that
//                                  is written is not taken back
//
//     the device's buffer  |==== written ====|.......... room ..........|
//                          |-- period --|m|  no silence is written above this: the low water

/// How much the voices have for the period that is written next.
enum Supply: Equatable {
    case none
    /// A voice has less than a period, and more may follow.
    case short
    case whole
}

extension PlaybackLoop where Device: ~Copyable {
    /// The initial margin: a thread of real-time priority does not wake up later than this after
    /// the requested time.
    static var leastMarginMilliseconds: Int { 10 }

    /// Silence is written when the device's buffer holds no more.
    ///
    /// The period covers what the device fetches at once: a device that reports its position in
    /// steps (dmix, USB, bcm2835) holds up to a step less than it reports.
    private var lowFrames: Int { periodFrames + marginFrames }

    /// Whether the device's buffer is large enough to delay silence; else it is kept full, as far
    /// as whole periods fit.
    var canRest: Bool { lowFrames + periodFrames < bufferFrames }

    /// Raises the low water after an underrun, as PulseAudio does with its watermark.
    mutating func widenMargin() { marginFrames = min(2 * marginFrames, bufferFrames) }

    /// How much can be written now.
    mutating func supply() -> Supply {
        var supply = Supply.none
        for index in 0..<port.voices.count {
            let voice = port.voices[index]
            let isSpeech = voice.voice == .speech
            guard isSpeech ? maySpeak() : voice.available > 0 else { continue }
            let isWhole =
                voice.available + blockCount >= periodSamples || isSpeech && voice.isEnded
            guard isWhole else { return leadInFrames > 0 ? .whole : .short }
            supply = .whole
        }
        return supply
    }

    /// Whether a period may be cut short, so that no silence is written before what may follow.
    ///
    /// A buffer that is kept full has no room for a part: it would run dry before the next period.
    func mayBeCutShort(_ supply: Supply) -> Bool { supply == .short && canRest }

    /// The smallest amount that any sounding voice has (samples); 0 if none sounds.
    mutating func leastAvailable() -> Int {
        var least = Int.max
        for index in 0..<port.voices.count {
            let voice = port.voices[index]
            guard voice.voice == .speech ? maySpeak() : voice.available > 0 else { continue }
            least = min(least, voice.available)
        }
        return least == .max ? 0 : least
    }

    /// Starts the device if nothing more is written now, and rests until something must be written.
    ///
    /// Nil when a period must be written now.
    mutating func startOrRest(for supply: Supply) -> Step? {
        let isFull = loadedFrames + periodFrames > bufferFrames
        // If it started with less, it might run dry before silence is written behind a short sound.
        let isEnough = supply != .whole && loadedFrames >= lowFrames
        if !isStarted, isFull || isEnough {
            let code = device.start()
            guard code >= 0 || code == DevicePatience.badState else { return repair(code) }
            isStarted = true
            loadedFrames = 0
        }
        guard supply != .whole, isStarted else { return nil }
        return canRest ? rest() : nil
    }

    /// Waits until the device runs low, all sound has been heard, or the loop is woken.
    private mutating func rest() -> Step? {
        let queued = device.queuedFrames()
        var frames = queued - lowFrames
        var isForSilence = true
        if silentFrames > 0, !hasSound() {
            let sounding = soundingFrames()
            if sounding <= 0, port.isSpeaking || !staysAwake { return endIfPlayed() }
            if sounding > 0, sounding < frames {
                frames = sounding
                isForSilence = false
            }
        }
        // Rounded down for silence, and up for the end of a sound.
        let milliseconds =
            isForSilence ? millisecondsToLow(frames) : Int32(clamping: frames * 1000 / rate + 1)
        guard milliseconds > 0 else { return nil }
        steadyFrames = 0
        let length = min(milliseconds, Self.waitMilliseconds)
        if device.rest(milliseconds: length, orUntil: port.share.wake) { return .moved }
        // By now it holds no more than the low water, whatever it reports: waiting for the next
        // step of its position would be too late.
        if isForSilence, length == milliseconds { return nil }
        // The level of a stalled device never falls.
        if device.queuedFrames() >= queued, !patience.bears(waiting: length) {
            return .failed(PlaybackPort.stalledCode)
        }
        return .moved
    }

    /// The longest wait for room (milliseconds).
    ///
    /// A device that is kept full is asked again when it should have room: dmix wakes its clients
    /// at the card's periods, which are not aligned with ours, so a wake-up could come a period
    /// late.
    mutating func waitForRoom() -> Int32 {
        guard isStarted, !canRest else { return Self.waitMilliseconds }
        let frames = max(0, device.queuedFrames() - (bufferFrames - periodFrames))
        return Int32(clamping: min(frames * 1000 / rate + 1, Int(Self.waitMilliseconds)))
    }

    /// How long until the device runs low, by its own report after this number of frames.
    ///
    /// The first report after a write counts, since a later one may be just as old.
    private mutating func millisecondsToLow(_ frames: Int) -> Int32 {
        let now = device.now()
        let time = FrameTime.nanoseconds(ofFrames: Int64(frames), rate: Int64(rate))
        lowTime = min(lowTime, FrameTime.sum(now, time))
        return Int32(clamping: FrameTime.difference(lowTime, now) / 1_000_000)
    }

    /// The frames of an ended sound that are still unheard, once silence was written behind it.
    ///
    /// A driver may report any delay; what its buffer holds has not been heard.
    mutating func soundingFrames() -> Int {
        max(heldFrames(), min(device.queuedFrames(), bufferFrames)) - silentFrames
    }

    /// Whether any voice has samples that may be played now.
    mutating func hasSound() -> Bool {
        for index in 0..<port.voices.count {
            let voice = port.voices[index]
            if voice.voice != .speech && voice.available > 0 { return true }
        }
        return maySpeak()
    }

    /// Whether speech may be played now.
    mutating func maySpeak() -> Bool {
        let speech = port.speech
        let available = speech.available
        guard available > 0, !port.share.isHeld.load(ordering: .acquiring) else {
            port.waitingSince = nil
            if available == 0, port.prebuffer.isDry, speech.isEnded { finishSupply() }
            return false
        }
        if port.isSpeaking, !port.prebuffer.isDry { return true }
        let now = device.now()
        port.prebuffer.returned(at: now)
        let since = port.waitingSince ?? now
        port.waitingSince = since
        guard
            available >= port.prebuffer.samples || speech.isEnded
                || now - since >= Prebuffer.patienceNanoseconds
        else { return false }
        port.waitingSince = nil
        port.prebuffer.goesOn()
        return true
    }

    /// Adapts the prebuffer to how much speech a mix of `count` samples found.
    mutating func noteSupply(_ taken: Int, of count: Int) {
        guard !port.prebuffer.isDry else { return }
        let isEnded = port.speech.isEnded
        port.prebuffer.took(taken, left: port.speech.available, isEnded: isEnded)
        guard taken < count, !isEnded else { return }
        port.prebuffer.ranDry(at: device.now())
        port.share.dryCount.count()
    }

    /// Called when the reply has ended or is silenced.
    mutating func finishSupply() {
        port.prebuffer.finished()
        port.share.prebufferSamples.store(port.prebuffer.samples, ordering: .relaxed)
    }
}
