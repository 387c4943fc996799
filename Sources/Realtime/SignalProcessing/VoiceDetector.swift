/// When speech counts as begun and as ended; times in milliseconds, levels in decibels.
package struct VoiceDetectorSettings: Sendable, Equatable {
    /// How far speech must exceed the noise, in the bands where it stands out most.
    package var thresholdDecibels: Float
    /// Sound quieter than this is never speech (dBFS).
    package var minimumLevel: Float
    /// A sound must last this long to be considered speech, which then began at its first frame.
    package var onsetMilliseconds: Int
    /// The same while the loudspeaker is heard: its residual echo comes in shorter pieces.
    package var onsetOverEchoMilliseconds: Int
    /// Silence must last this long for speech to count as ended.
    package var hangoverMilliseconds: Int
    /// Whether only voices are speech; if not, every sound that stands out is.
    package var isOnlyVoices: Bool

    /// Creates the settings from those of [voice].
    package init(
        thresholdDecibels: Float, minimumLevel: Float, onsetMilliseconds: Int,
        onsetOverEchoMilliseconds: Int, hangoverMilliseconds: Int, isOnlyVoices: Bool
    ) {
        self.thresholdDecibels = thresholdDecibels
        self.minimumLevel = minimumLevel
        self.onsetMilliseconds = onsetMilliseconds
        self.onsetOverEchoMilliseconds = onsetOverEchoMilliseconds
        self.hangoverMilliseconds = hangoverMilliseconds
        self.isOnlyVoices = isOnlyVoices
    }
}

/// Finds speech: sound that stands out of the room's noise, and is a voice or may be one.
///
/// The energy gate finds sounds, and a net that knows voices classifies them. In a quiet room a
/// sound that resembles a short word is speech too, since the net recognizes those poorly. While
/// sounds without a voice go on, as music does, only the net decides. Speech has ended after a
/// silence, or when no voice was heard for a little longer, however loud the rest; a sound that was
/// accepted but proves not to be a voice ends after a second and a half.
///
/// ```
///            gate opens ── voice, or a short word in a quiet room ──▶ speech
///   speech ── silence for the hangover, or no voice for longer ──▶ none
/// ``` During playback a sound is speech at once, so that the loudspeaker can be interrupted. The
/// net runs only while the gate is open and a second longer. A value owned by one thread; `process`
/// allocates nothing.
package struct VoiceDetector {
    /// What a frame changed.
    package enum Event: Sendable, Equatable {
        /// Speech began this number of frames ago, including this frame.
        case began(framesAgo: Int)
        /// Speech ended; its last frame was this number of frames ago.
        case ended(framesAgo: Int)
    }

    // The constants were chosen by `packaging/audio-figures.sh PROGRAM FOLDER real`, tuned half.

    /// A sound is a voice if the net's share is at least this for this long (milliseconds):
    /// sentences reach 0.99 in any room, and keep it; a door or a cough exceeds a half for a
    /// moment.
    private static let voice: Float = 0.45
    private static let voiceMilliseconds = 60
    /// In a quiet room a smaller share is enough if it lasts: for single spoken letters.
    private static let softVoice: Float = 0.25
    private static let softVoiceMilliseconds = 100
    /// A voice goes on at this share and this far above the noise (decibels): for soft endings
    /// beside a fan.
    private static let voiceGoingOn: Float = 0.35
    private static let faintest: Float = 3
    /// Without a voice, speech ends this long after the hangover (milliseconds).
    private static let patienceMilliseconds = 240
    /// A sound that was accepted without a voice ends after this time without a hint of one
    /// (milliseconds).
    private static let voicelessMilliseconds = 1500
    /// A room with this many milliseconds of loud sounds without a voice is not quiet.
    ///
    /// They are forgotten `forgetting` times as slowly as they came, and no more than
    /// `longestDoubtMilliseconds` of them are remembered.
    private static let doubtMilliseconds = 700
    private static let forgetting = 20
    private static let longestDoubtMilliseconds = 6000
    /// A sound that was silent for this long before its end has stopped and raises no doubt
    /// (milliseconds): it is a word whose last sound was not a voice.
    private static let silenceMilliseconds = 400
    /// In a room that is not quiet, a voice began this long before the net's hint (milliseconds).
    ///
    /// In a quiet room it began with the sound, if that was earlier by no more than
    /// `unknownMilliseconds`.
    private static let leadMilliseconds = 200
    private static let unknownMilliseconds = 500
    /// The net runs on for this long after a sound (milliseconds).
    private static let lingeringMilliseconds = 1000

    private let settings: VoiceDetectorSettings
    private let frameMilliseconds: Int
    private var gate: EnergyGate
    private var listener = SpeechListener()
    /// The sound that opened the gate last.
    private var sound: SoundShape
    private var crowd: Crowd

    /// Whether speech is going on.
    package private(set) var isSpeech = false
    /// Whether a voice was heard in the current speech.
    private var isVoice = false
    /// Consecutive frames with a voice, with a soft one, with a hint of one, without one, and with
    /// neither sound nor voice.
    private var voiceFrames = 0
    private var softVoiceFrames = 0
    private var hintFrames = 0
    private var voicelessFrames = 0
    private var silentFrames = 0
    /// Loud frames that were not a voice, times `forgetting`, less the frames since.
    private var doubt = 0
    private var closedFrames = 0

    /// A detector for frames of a length, at a rate (Hz).
    package init(
        settings: VoiceDetectorSettings, frameMilliseconds: Int, rate: Int = 16_000
    ) {
        self.settings = settings
        self.frameMilliseconds = frameMilliseconds
        gate = EnergyGate(settings: settings, frameMilliseconds: frameMilliseconds, rate: rate)
        sound = SoundShape(frameMilliseconds: frameMilliseconds)
        crowd = Crowd(frameMilliseconds: frameMilliseconds)
    }

    /// The level of the last frame (dBFS).
    package var level: Float { gate.level }

    /// The present noise in the bands of speech together (dBFS).
    package var noiseFloor: Float { gate.noiseFloor }

    private func frames(_ milliseconds: Int) -> Int { milliseconds / frameMilliseconds }

    /// Whether there were few recent sounds without a voice, and there is no crowd.
    private var isQuietRoom: Bool {
        doubt < frames(Self.doubtMilliseconds) * Self.forgetting && !crowd.isThere
    }

    /// Takes the next frame of mono samples; `echo` is the highest level of the loudspeaker's
    /// residual echo (dBFS), nil while the loudspeaker is silent.
    package mutating func process(
        _ frame: UnsafeBufferPointer<Int16>, echo: Float? = nil
    ) -> Event? {
        listener.keep(frame)
        let event = gate.process(frame, echo: echo)
        guard settings.isOnlyVoices else {
            isSpeech = gate.isOpen
            return event
        }
        listen()
        follow(event)
        if isSpeech { return goOn() }
        // Residual echo is ignored, even while an earlier sound is not over.
        if echo != nil, !gate.isLoud { return nil }
        return wait(isInterrupting: echo != nil && event != nil)
    }

    private mutating func listen() {
        closedFrames = gate.isOpen || isSpeech ? 0 : closedFrames + 1
        guard closedFrames <= frames(Self.lingeringMilliseconds) else { return listener.stop() }
        listener.listen(noise: gate.noiseFloor)
    }

    /// Updates all counts for this frame.
    private mutating func follow(_ event: Event?) {
        let share = listener.share
        if case .began(let ago) = event { sound.begin(framesAgo: ago) }
        if gate.isOpen {
            sound.follow(prominence: gate.prominence, isLoud: gate.isLoud, share: share)
        }
        let isSoft = share >= Self.voiceGoingOn && gate.prominence > Self.faintest
        silentFrames = gate.isOpen && gate.isLoud || isSoft ? 0 : silentFrames + 1
        crowd.follow(level: gate.level, isHeard: silentFrames == 0)
        let isVoiced = share >= Self.voiceGoingOn && crowd.isReached(gate.level)
        voicelessFrames = isVoiced ? 0 : voicelessFrames + 1
        voiceFrames = share >= Self.voice ? voiceFrames + 1 : 0
        softVoiceFrames = share >= Self.softVoice ? softVoiceFrames + 1 : 0
        hintFrames = share >= SoundShape.hint ? hintFrames + 1 : 0
        doubt = max(0, doubt - 1)
    }

    /// Without speech so far: decides whether the sound that opened the gate is speech.
    private mutating func wait(isInterrupting: Bool) -> Event? {
        guard gate.isOpen else { return nil }
        isVoice = voiceFrames >= frames(Self.voiceMilliseconds) && crowd.isExceeded
        let isSoftVoice = softVoiceFrames >= frames(Self.softVoiceMilliseconds)
        let isLikely =
            isInterrupting || isSoftVoice || sound.isSyllable(quietFrames: gate.quietFrames)
        guard isVoice || isQuietRoom && isLikely else {
            if gate.isLoud { addDoubt(1) }
            return nil
        }
        isSpeech = true
        if isVoice { voicelessFrames = 0 }
        // In a crowd there is always a hint of a voice.
        let hinted = crowd.isThere ? min(hintFrames, crowd.exceededFrames) : hintFrames
        let lead = hinted + frames(Self.leadMilliseconds)
        let isOfOnePiece = isQuietRoom && sound.frames <= lead + frames(Self.unknownMilliseconds)
        return .began(framesAgo: isOfOnePiece ? sound.frames : min(sound.frames, lead))
    }

    private mutating func addDoubt(_ frames: Int) {
        let most = self.frames(Self.longestDoubtMilliseconds) * Self.forgetting
        doubt = min(most, doubt + frames * Self.forgetting)
    }

    private mutating func goOn() -> Event? {
        if listener.share >= Self.voice {
            isVoice = true
            doubt = 0
        }
        let hangover = frames(settings.hangoverMilliseconds)
        if !gate.isOpen, silentFrames >= hangover { return end(framesAgo: silentFrames) }
        if isVoice, voicelessFrames >= hangover + frames(Self.patienceMilliseconds) {
            return endInDoubt(framesAgo: voicelessFrames)
        }
        if !isVoice, sound.voicelessMilliseconds >= Self.voicelessMilliseconds {
            return endInDoubt(framesAgo: 1)
        }
        return nil
    }

    private mutating func end(framesAgo: Int) -> Event {
        isSpeech = false
        return .ended(framesAgo: framesAgo)
    }

    /// Ends speech because the sound that opened the gate is not a voice.
    private mutating func endInDoubt(framesAgo: Int) -> Event {
        if gate.quietFrames < frames(Self.silenceMilliseconds) {
            addDoubt(frames(3 * Self.doubtMilliseconds))
        }
        sound.beginAnew(framesAgo: framesAgo)
        return end(framesAgo: framesAgo)
    }
}
