internal import ALSA
internal import AudioCore
internal import Linux
internal import SignalProcessing
internal import Synchronization

/// The speaker's real-time loop: voices are mixed and given to the device, a period at a time.
///
/// With nothing to play it waits; speech begins when the prebuffer is full or the reply is whole.
/// A flush silences the device within a period: what it holds is dropped, not played out.
/// `step` allocates nothing and takes no lock.
struct PlaybackLoop<Device: PlaybackDevice & ~Copyable>: ~Copyable {
    /// How a step ended.
    enum Step: Equatable {
        case moved
        /// There is nothing to play.
        case idle
        case failed(Int32)
    }

    /// -EBADFD: started already.
    private static var badState: Int32 { -77 }
    static var idleMilliseconds: Int32 { 1000 }
    static var waitMilliseconds: Int32 { 100 }
    /// For the rounding of rates and filter lengths.
    private static var tailReserveFrames: Int { 8 }

    private var device: Device
    private var port: PlaybackPort
    private let converter: RateConverter?
    private let channels: Int
    private let periodFrames: Int
    private let prebuffer: Int

    // At the speech rate: one mixed block, its part that was not resampled yet, and an earcon's.
    private let block: SampleBuffer
    private let extra: SampleBuffer
    // At the device's rate: a mono period, and the same for all channels.
    private let mono: SampleBuffer
    private let frames: SampleBuffer
    /// Five milliseconds: so far the mixing runs ahead of what is written.
    private let blockSamples = Int(AudioSettings.speechRate) / 200
    private var blockStart = 0
    private var blockCount = 0

    private var gain: Float
    /// The first samples of a reply are in the period that is written next.
    private var pendingStart = false
    /// The device was given something since it was last silent.
    private var isRunning: Bool
    /// Frames of silence written behind the last sound.
    private var silentFrames = 0
    /// Frames behind the last mixed sound in which the resampler still gives some of it.
    private var tailFrames = 0
    private let tailLimitFrames: Int
    private var patience: DevicePatience
    private let bufferFrames: Int
    private let rate: Int
    /// Frames written since the device was last empty; it is full from its size on.
    private var steadyFrames = 0

    /// A loop that makes what the settings say of a device.
    init(
        device: consuming Device, port: consuming PlaybackPort, converter: RateConverter?,
        settings: AudioSettings
    ) {
        let grant = device.grant
        self.converter = converter
        channels = Int(grant.channels)
        periodFrames = Int(grant.periodFrames)
        prebuffer = settings.prebufferMilliseconds * Int(AudioSettings.speechRate) / 1000
        let room = max(periodFrames, blockSamples)
        block = SampleBuffer(count: room)
        extra = SampleBuffer(count: room)
        mono = SampleBuffer(count: periodFrames)
        frames = SampleBuffer(count: periodFrames * channels)
        gain = Float(bitPattern: port.share.gainBits.load(ordering: .relaxed))
        let tailSamples = blockSamples + (converter?.latencyFrames ?? 0)
        tailLimitFrames =
            tailSamples * Int(grant.rate) / Int(AudioSettings.speechRate) + Self.tailReserveFrames
        // With a reply under way there is an end to be told, if only behind silence.
        isRunning = port.isSpeaking
        patience = DevicePatience(counters: port.share.counters)
        bufferFrames = Int(grant.bufferFrames)
        rate = Int(grant.rate)
        self.device = device
        self.port = port
    }

    /// Gives the rings back when the device is to be closed.
    consuming func intoPort() -> PlaybackPort { port }

    /// Runs until told to stop (0) or the device fails (its code).
    mutating func run(until stop: StopFlag) -> Int32 {
        while !stop.isSet {
            switch step() {
            case .moved: break
            case .idle: _ = port.share.wake.wait(timeoutMilliseconds: Self.idleMilliseconds)
            case .failed(let code): return code
            }
        }
        return 0
    }

    /// Writes one period, or finds that there is nothing to write.
    mutating func step() -> Step {
        let flushes = port.share.flushCount.load(ordering: .acquiring)
        if flushes != port.flushSeen { return flush(flushes) }
        guard isRunning || hasSound else { return .idle }
        switch device.wait(timeoutMilliseconds: Self.waitMilliseconds) {
        case .ready: countLateness()
        case .timedOut:
            return patience.bears(waiting: Self.waitMilliseconds)
                ? .moved : .failed(PlaybackPort.stalledCode)
        case .failed(let code): return repair(code)
        }
        // It may have been asked for during the wait.
        let now = port.share.flushCount.load(ordering: .acquiring)
        if now != port.flushSeen { return flush(now) }
        return writePeriod()
    }

    /// Whether a voice has something that may be played now.
    private var hasSound: Bool {
        if port.earcons.available > 0 { return true }
        let available = port.speech.available
        guard available > 0 else { return false }
        if port.isSpeaking || available >= prebuffer { return true }
        return port.share.endMark.load(ordering: .acquiring) > port.speech.readIndex
    }

    private mutating func flush(_ count: Int) -> Step {
        port.flushSeen = count
        port.speech.skip(to: port.share.flushMark.load(ordering: .acquiring))
        let code = isRunning ? device.drop() : 0
        isRunning = false
        steadyFrames = 0
        port.isSpeaking = false
        silentFrames = 0
        tailFrames = 0
        blockCount = 0
        converter?.reset()
        port.share.silentAt.store(Int(MonotonicClock.now()), ordering: .relaxed)
        port.share.silentCount.wrappingAdd(1, ordering: .releasing)
        port.share.events.signal()
        return code < 0 ? repair(code) : .moved
    }

    private mutating func writePeriod() -> Step {
        let sound = fillPeriod()
        // What was flushed while it was mixed is not written.
        let flushes = port.share.flushCount.load(ordering: .acquiring)
        if flushes != port.flushSeen { return flush(flushes) }
        silentFrames = sound ? 0 : silentFrames + periodFrames
        SampleMath.spread(mono.start, into: frames.start, channels: channels, count: periodFrames)
        let code = writeFrames()
        guard code >= 0 else { return .failed(code) }
        port.share.counters.frames.count(periodFrames)
        isRunning = true
        noteStart(sound)
        return endIfPlayed()
    }

    /// A device that was full has room for more than a period when the thread comes late.
    private mutating func countLateness() {
        guard steadyFrames >= bufferFrames else { return }
        let late = bufferFrames - periodFrames - device.heldFrames()
        port.share.counters.lateWakeUps.count(microseconds: max(0, late) * 1_000_000 / rate)
    }

    /// Writes the period, the rest of it also after a repair; 0 or the code of the failure.
    private mutating func writeFrames() -> Int32 {
        var written = 0
        while written < periodFrames {
            var trouble: Int32 = 0
            switch device.write(frames.start + written * channels, frames: periodFrames - written) {
            case .frames(let count) where count > 0:
                written += count
                patience.moved()
            case .frames, .again:
                guard patience.bearsStandstill() else { return PlaybackPort.stalledCode }
                if case .failed(let code) = device.wait(timeoutMilliseconds: Self.waitMilliseconds)
                {
                    trouble = code
                }
            case .failed(let code): trouble = code
            }
            guard trouble < 0 else { continue }
            if case .failed(let code) = repair(trouble) { return code }
        }
        steadyFrames += periodFrames
        return 0
    }

    private mutating func noteStart(_ sound: Bool) {
        guard sound, pendingStart else { return }
        pendingStart = false
        port.share.startedAt.store(Int(MonotonicClock.now()), ordering: .relaxed)
        port.share.startedCount.wrappingAdd(1, ordering: .releasing)
        port.share.events.signal()
    }

    /// The device is silent when all that it holds is the silence written last.
    private mutating func endIfPlayed() -> Step {
        guard silentFrames > 0, !hasSound else { return .moved }
        guard silentFrames >= device.heldFrames() else {
            // A short sound does not fill the buffer, which is what starts a card.
            let code = device.start()
            return code < 0 && code != Self.badState ? repair(code) : .moved
        }
        let code = device.drop()
        isRunning = false
        steadyFrames = 0
        silentFrames = 0
        if port.isSpeaking {
            port.isSpeaking = false
            port.share.drainedAt.store(Int(MonotonicClock.now()), ordering: .relaxed)
            port.share.drainedCount.wrappingAdd(1, ordering: .releasing)
            port.share.events.signal()
        }
        return code < 0 ? repair(code) : .moved
    }

    /// Wakes or prepares the device, whatever its trouble needs.
    private mutating func repair(_ code: Int32) -> Step {
        steadyFrames = 0
        guard patience.bears(failure: code) else { return .failed(code) }
        let result = device.recover(code)
        if result == DevicePatience.again {
            return patience.bearsStandstill() ? .moved : .failed(PlaybackPort.stalledCode)
        }
        return result < 0 ? .failed(result) : .moved
    }

    // MARK: - Mixing

    /// Fills the mono period; returns whether any of it is sound.
    private mutating func fillPeriod() -> Bool {
        guard let converter else { return mix(into: mono.start, count: periodFrames) }
        var produced = 0
        var hasSound = false
        while produced < periodFrames {
            if blockCount == 0 {
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
            tailFrames -= periodFrames
            hasSound = true
        }
        return hasSound
    }

    /// Mixes samples of the voices at the speech rate; returns whether there were any.
    private mutating func mix(into target: UnsafeMutablePointer<Int16>, count: Int) -> Bool {
        var taken = 0
        let available = port.speech.available
        // Behind a flush that is not performed yet there may be the next reply already.
        let isFlushed = port.share.flushCount.load(ordering: .acquiring) != port.flushSeen
        if !isFlushed, port.isSpeaking || mayBegin {
            taken = port.speech.read(into: target, count: min(count, available))
            if taken > 0 {
                if !port.isSpeaking { pendingStart = true }
                port.isSpeaking = true
                port.share.speechPlayed.count(taken)
            }
        }
        (target + taken).update(repeating: 0, count: count - taken)
        let wished = Float(bitPattern: port.share.gainBits.load(ordering: .relaxed))
        SampleMath.scale(target, count: taken, from: gain, to: wished)
        gain = wished
        askForMore()
        guard port.earcons.available > 0 else { return taken > 0 }
        let earcon = port.earcons.read(into: extra.start, count: count)
        SampleMath.scale(extra.start, count: earcon, from: gain, to: gain)
        SampleMath.add(extra.start, to: target, count: earcon)
        return true
    }

    private var mayBegin: Bool {
        port.speech.available >= max(1, prebuffer)
            || port.share.endMark.load(ordering: .acquiring) > port.speech.readIndex
    }

    private func askForMore() {
        guard port.speech.available < Speaker.refillBelowSamples,
            port.share.wantsRefill.exchange(false, ordering: .relaxed)
        else { return }
        port.share.events.signal()
    }
}
