internal import ALSA
internal import AudioCore
internal import Linux
internal import Synchronization

// How the device is silenced at once, and how playback resumes after that.
//
//     written  |=== heard ===|m|fade|====== never heard ======|
//                            ^ the device is here, and plays `m` while the fade is written
//
// A card lets its buffer be rewritten (snd_pcm_rewind): then the next few milliseconds are faded
// and silence follows. A device that cannot do that is dropped (snd_pcm_drop) at once.

extension PlaybackLoop where Device: ~Copyable {
    /// The frames that a card fetches at once, plus the time to write the fade.
    ///
    /// 5 ms, since snd-aloop advances by jiffies, which are 4 ms on Debian; and a period more if a
    /// card fetches in bursts or reports its position by interrupts: it may be that far ahead of
    /// its reported position, or get there at once.
    private var fetchedFrames: Int { rate / 200 + (device.grant.isBatch ? periodFrames : 0) }
    /// Silence is promised within this time: 20 ms.
    ///
    /// If a fade would take longer, as with the 15 ms that USB has in flight, the card is dropped.
    private var silenceFrames: Int { rate / 50 }
    /// The fade: 4 ms, which does not click and is not heard as a word.
    private var fadeFrames: Int { rate / 250 }

    /// Silences the device; discards speech up to its mark, or keeps it from the point last heard.
    mutating func flush(_ count: Int) -> Step {
        port.flushSeen = count
        var code: Int32 = 0
        var silentFrame = 0
        silentFrames = 0
        if isRunning { (code, silentFrame) = cut() }
        steadyFrames = 0
        tailFrames = 0
        blockCount = 0
        pendingStart = false
        port.waitingSince = nil
        converter?.reset()
        takeBackSpeech()
        // The next reply may wait behind the ring, which now has room.
        if port.speech.wantsMore() { port.share.refillSignal.signal() }
        let wait = FrameTime.nanoseconds(ofFrames: Int64(silentFrame), rate: Int64(rate))
        port.share.silentAt.store(
            Int(FrameTime.sum(device.now(), wait)), ordering: .relaxed)
        port.share.silentCount.wrappingAdd(1, ordering: .releasing)
        port.share.events.signal()
        return code < 0 ? repair(code) : .moved
    }

    /// Skips discarded speech; moves held speech back to a little before its cut.
    private mutating func takeBackSpeech() {
        let speech = port.speech
        let mark = speech.share.stopMark.load(ordering: .relaxed)
        if port.isSpeaking { port.isSuspended = true }
        port.isSpeaking = false
        finishSupply()
        if mark >= speech.cursor {
            port.isSuspended = false
            speech.skip(to: mark)
        } else if port.isSuspended {
            speech.goBack(to: speech.cursor - Self.overlapSamples)
        }
    }

    /// Resumes speech that was held.
    mutating func takeUp() {
        guard port.isSuspended, !port.share.isHeld.load(ordering: .acquiring) else { return }
        port.isSuspended = false
        port.isSpeaking = true
        pendingStart = true
        // If none of it is left, its end is reported after some silence.
        begin()
    }

    /// Ends what the device plays; returns a code, and after how many frames it is silent.
    private mutating func cut() -> (code: Int32, silentFrame: Int) {
        let held = min(heldFrames(), ledger.frames)
        // A device that does not play yet has nothing to fade.
        let given =
            isStarted && held > 0 ? min(device.rewind(held, leaving: fetchedFrames), held) : 0
        let length = min(fadeFrames, given, periodFrames)
        guard given > 0, held - given + length <= silenceFrames else {
            let code = dropAll()
            for index in 0..<port.voices.count {
                goBack(port.voices[index], to: ledger.frames - held)
            }
            noteTakenBack(held)
            return (code, 0)
        }
        let cutFrame = ledger.frames - given
        ledger.copy(from: cutFrame, count: length, into: frames.start)
        for index in 0..<length * channels {
            let left = Float(length - index / channels) / Float(length + 1)
            frames.start[index] = Int16(Float(frames.start[index]) * left)
        }
        for index in 0..<port.voices.count {
            let voice = port.voices[index]
            // Speech is kept from where its fade begins; the other voices are faded with it, and go
            // on.
            goBack(voice, to: voice.voice == .speech ? cutFrame : cutFrame + length)
        }
        noteTakenBack(given)
        var code = writeFrames(length)
        if code >= 0 { code = writeSilenceBehindFade() }
        return (code, held - given + length)
    }

    /// Writes silence behind the few milliseconds of a fade, which would run dry if the thread
    /// comes late: the old contents of the card's memory would then be heard again.
    private mutating func writeSilenceBehindFade() -> Int32 {
        for index in 0..<port.voices.count {
            let voice = port.voices[index]
            if voice.voice != .speech, voice.available > 0 { return 0 }
        }
        let count = min(periodFrames, bufferFrames - device.queuedFrames())
        guard count > 0 else { return 0 }
        frames.start.update(repeating: 0, count: count * channels)
        silentFrames = count
        return writeFrames(count)
    }

    private func goBack(_ voice: VoiceReader, to frame: Int) {
        voice.goBack(to: ledger.sample(of: voice, at: frame, rate: rate))
    }

    /// Records, for all callers, that the frames written last are not heard.
    mutating func noteTakenBack(_ count: Int) {
        ledger.takeBack(count)
        port.echo?.tookBack(frames: count)
    }
}
