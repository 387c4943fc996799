/// When speech counts as begun and as ended; times in milliseconds, levels in decibels.
package struct VoiceDetectorSettings: Sendable, Equatable {
    /// How far above the noise speech must be, in the bands where it stands out most.
    package var thresholdDecibels: Float = 8
    /// Quieter than this is never speech (dBFS).
    package var minimumLevel: Float = -60
    /// Speech must last this long to count as begun; it began at its first frame.
    package var onsetMilliseconds = 60
    /// The same while the loudspeaker is heard, whose remaining echo comes in shorter pieces.
    package var onsetOverEchoMilliseconds = 100
    /// Silence must last this long for speech to count as ended.
    package var hangoverMilliseconds = 700

    /// The defaults of the configuration.
    package init() {}
}

/// Finds speech by what stands out of the noise of the room, band by band.
///
/// What is there all the time is noise: the floor falls at once with the room, and a fan that
/// starts is learned within two seconds, in which it may have been taken for speech; the end of
/// that is then told at once. Music is known by its tones, and speech over it is what stands out of
/// it. The device's own voice is not speech: where an echo may be left, only what is clearly louder
/// counts.
///
/// A value owned by one thread; `process` allocates nothing.
package struct VoiceDetector {
    /// What a frame changed.
    package enum Event: Sendable, Equatable {
        /// Speech began so many frames ago, this frame counted.
        case began(framesAgo: Int)
        /// Speech ended; the last frame of it was so many frames ago.
        case ended(framesAgo: Int)
    }

    /// The lowest floor that is believed (dBFS): less than any microphone's own noise.
    private static let lowestFloor: Float = -80
    /// The bands that stand out most and count.
    private static let countedBands = 3
    /// A band stands out by no more than this (decibels), so that a whistle is not speech.
    private static let bandLimit: Float = 30
    /// Speech goes on at so much less than what it begins with (decibels).
    private static let hysteresis: Float = 2
    /// What a frame adds to the mean over which speech goes on.
    private static let smoothing: Float = 0.4
    /// Weak frames before an onset that belong to it.
    private static let weakFrames = 10
    /// Speech must be so much louder than the echo that may be left (decibels).
    private static let overEcho: Float = 6
    /// Gaps this short within an onset do not start it anew (frames).
    private static let onsetGapFrames = 2
    /// Frames that are looked at again when the floor has risen: as long as its memory.
    private static let rememberedFrames = 80
    /// The bands whose tones count (250 to 3200 Hz): lower ones do not move far enough in speech,
    /// higher ones have none.
    private static let firstTonalBand = 1
    private static let lastTonalBand = 6
    /// They count where they are so far above the noise (decibels).
    private static let tonalLevel: Float = 6
    /// A frame of music of which so much is held is not speech over it.
    private static let tonal: Float = 0.6
    /// What is not held is at least this share.
    private static let leastRest: Float = 0.01
    /// Speech need not reach its threshold above loud music, but this much less (decibels): the
    /// music was quieter most of the time.
    private static let bedAllowance: Float = 4.5
    /// Speech over music must last this long to count as begun (milliseconds).
    private static let onsetOverMusicMilliseconds = 100

    private let settings: VoiceDetectorSettings
    private let frameMilliseconds: Int
    private var bands: SpeechBands
    private var floor: NoiseFloor
    private var tones: HeldTones
    private var music: MusicBed
    /// What speech has to stand out of in each band (dBFS): noise and music.
    private var ground: [Float]
    /// The bands of the last frames, oldest written over.
    ///
    /// Over music those whose tones are known are without what is held.
    private var remembered: [Float]
    /// The noise when each of them came, and the share of them that is held.
    private var floors: [Float]
    private var tonality: [Float]
    /// The bands of a frame without what is held.
    private var rest: [Float]
    private var frames = 0
    /// Frames that were judged: all but the newest, whose tones are not known yet.
    private var judged = 0
    /// The ground has risen, so what was taken for speech is looked at again.
    private var isDoubtful = false

    /// The level of the last frame (dBFS).
    package private(set) var level = LevelMeter.floor
    /// Whether speech is going on.
    package private(set) var isSpeech = false
    /// How far speech stands out, over the last frames (decibels).
    private var smoothed: Float = 0
    private var loudFrames = 0
    private var candidateFrames = 0
    private var quietFrames = 0

    /// A detector for frames of a length, at a rate (Hz).
    package init(
        settings: VoiceDetectorSettings, frameMilliseconds: Int, rate: Int = 16_000
    ) {
        self.settings = settings
        self.frameMilliseconds = frameMilliseconds
        let bands = SpeechBands(frameSamples: frameMilliseconds * rate / 1000, rate: rate)
        self.bands = bands
        ground = (0..<SpeechBands.count).map {
            bands.share(ofWhite: Self.lowestFloor, band: $0)
        }
        floor = NoiseFloor(lowest: ground, frameMilliseconds: frameMilliseconds)
        tones = HeldTones(
            bins: bands.fine.count, width: bands.fineWidth, frameMilliseconds: frameMilliseconds)
        music = MusicBed(lowest: ground, frameMilliseconds: frameMilliseconds)
        remembered = [Float](
            repeating: LevelMeter.floor, count: Self.rememberedFrames * SpeechBands.count)
        floors = remembered
        tonality = [Float](repeating: 0, count: Self.rememberedFrames)
        rest = [Float](repeating: 0, count: SpeechBands.count)
    }

    /// The present noise in the bands of speech together (dBFS).
    package var noiseFloor: Float {
        var sum: Float = 0
        for level in floor.levels { sum += LevelMeter.meanSquare(ofDecibels: level) }
        return LevelMeter.decibels(ofMeanSquare: sum)
    }

    /// Takes the next frame of mono samples; `echo` is the level that what the canceller leaves
    /// of the loudspeaker may have (dBFS), nil while the loudspeaker is silent.
    ///
    /// While it is silent, speech is told when it is known whether its tones hold, 220 ms later;
    /// over the loudspeaker at once, so that it can be interrupted.
    package mutating func process(
        _ frame: UnsafeBufferPointer<Int16>, echo: Float? = nil
    ) -> Event? {
        level = LevelMeter.level(of: frame)
        bands.measure(frame)
        if floor.follow(bands.levels) { isDoubtful = true }
        remember(
            isAudible: level > settings.minimumLevel
                && level > (echo ?? LevelMeter.floor) + Self.overEcho)
        tones.follow(bands.fine)
        if echo == nil { takeOutTones() }
        for band in 0..<SpeechBands.count {
            let bed = music.isHeard ? music.levels[band] - Self.bedAllowance : LevelMeter.floor
            ground[band] = max(floor.levels[band], bed)
        }
        let waiting = echo == nil ? tones.delayFrames : 0
        while frames - judged > waiting {
            if let event = judge(echo) { return event }
        }
        return nil
    }

    private mutating func remember(isAudible: Bool) {
        let slot = frames % Self.rememberedFrames
        let start = slot * SpeechBands.count
        for band in 0..<SpeechBands.count {
            remembered[start + band] = isAudible ? bands.levels[band] : LevelMeter.floor
            floors[start + band] = floor.levels[band]
        }
        tonality[slot] = 0
        frames += 1
    }

    /// What is held of the frame of a while ago is known now; where music is heard it is no part
    /// of a voice.
    private mutating func takeOutTones() {
        guard frames > tones.delayFrames else { return }
        let slot = (frames - 1 - tones.delayFrames) % Self.rememberedFrames
        let start = slot * SpeechBands.count
        var sum: Float = 0
        var count: Float = 0
        for band in 0..<SpeechBands.count {
            let share = tones.shares[band]
            let level = remembered[start + band]
            if band >= Self.firstTonalBand, band <= Self.lastTonalBand,
                level > floor.levels[band] + Self.tonalLevel
            {
                sum += share
                count += 1
            }
            rest[band] = level + 10 * LevelMeter.logarithm10(max(Self.leastRest, 1 - share))
        }
        let held = count > 0 ? sum / count : nil
        tonality[slot] = held ?? 0
        if music.follow(rest, held: held, isSpeech: isSpeech) {
            isDoubtful = true
            // What seemed to be a word was the music's first note.
            loudFrames = 0
        }
        guard music.isHeard else { return }
        for band in 0..<SpeechBands.count { remembered[start + band] = rest[band] }
    }

    // MARK: - Judging a frame

    /// Judges the oldest frame that was not.
    private mutating func judge(_ echo: Float?) -> Event? {
        let slot = judged % Self.rememberedFrames
        let start = slot * SpeechBands.count
        judged += 1
        // A noise that has stopped since then was noise all the same.
        for band in 0..<SpeechBands.count { ground[band] = max(ground[band], floors[start + band]) }
        let present = prominence(from: start)
        smoothed += Self.smoothing * (present - smoothed)
        let threshold = settings.thresholdDecibels - (isSpeech ? Self.hysteresis : 0)
        let isTonal = music.isHeard && tonality[slot] > Self.tonal
        var isLoud = (isSpeech ? smoothed : present) > threshold && !isTonal
        let ago = frames - judged
        if isDoubtful, isSpeech {
            let quiet = quietFrames(upTo: ago)
            if quiet > 0 {
                isLoud = false
                quietFrames = max(quietFrames, quiet - 1)
            }
        }
        isDoubtful = false
        return isSpeech ? continueSpeech(isLoud, ago) : awaitSpeech(isLoud, echo, ago)
    }

    private func onsetMilliseconds(over echo: Float?) -> Int {
        var onset = settings.onsetMilliseconds
        if let echo, echo > LevelMeter.floor {
            onset = max(onset, settings.onsetOverEchoMilliseconds)
        }
        return music.isHeard ? max(onset, Self.onsetOverMusicMilliseconds) : onset
    }

    /// How far the bands that stand out most do so (decibels).
    private func prominence(from start: Int) -> Float {
        var highest: (Float, Float, Float) = (0, 0, 0)
        for band in 0..<SpeechBands.count {
            let value = min(Self.bandLimit, remembered[start + band] - ground[band])
            if value > highest.0 {
                highest = (value, highest.0, highest.1)
            } else if value > highest.1 {
                highest = (highest.0, value, highest.1)
            } else if value > highest.2 {
                highest.2 = value
            }
        }
        return (highest.0 + highest.1 + highest.2) / Float(Self.countedBands)
    }

    /// How many frames, up to one, are no speech above the ground as it is now.
    private func quietFrames(upTo ago: Int) -> Int {
        var quiet = 0
        while ago + quiet < Self.rememberedFrames, isQuiet(framesAgo: ago + quiet) { quiet += 1 }
        return quiet
    }

    /// How many frames before the last `count` are speech too, if weak: an onset is told by what
    /// is loud, and words begin softly.
    private func weakFramesBefore(_ count: Int) -> Int {
        var weak = 0
        while weak < Self.weakFrames, count + weak < min(frames, Self.rememberedFrames),
            !isQuiet(framesAgo: count + weak)
        { weak += 1 }
        return weak
    }

    private func isQuiet(framesAgo ago: Int) -> Bool {
        let slot = (frames - 1 - ago + Self.rememberedFrames) % Self.rememberedFrames
        return prominence(from: slot * SpeechBands.count)
            <= settings.thresholdDecibels - Self.hysteresis
    }

    private mutating func awaitSpeech(_ isLoud: Bool, _ echo: Float?, _ ago: Int) -> Event? {
        if isLoud {
            loudFrames += 1
            quietFrames = 0
        } else {
            quietFrames += 1
            if quietFrames > Self.onsetGapFrames { loudFrames = 0 }
        }
        candidateFrames = loudFrames == 0 ? 0 : candidateFrames + 1
        guard loudFrames > 0, loudFrames * frameMilliseconds >= onsetMilliseconds(over: echo),
            echo != nil || music.isHeard || !music.isLikely
        else { return nil }
        let heard = ago + candidateFrames
        isSpeech = true
        loudFrames = 0
        candidateFrames = 0
        quietFrames = 0
        return .began(framesAgo: heard + weakFramesBefore(heard))
    }

    private mutating func continueSpeech(_ isLoud: Bool, _ ago: Int) -> Event? {
        quietFrames = isLoud ? 0 : quietFrames + 1
        // What is quiet with its tones is quiet without them, so the end need not wait.
        var quiet = 0
        while quiet < ago, isQuiet(framesAgo: quiet) { quiet += 1 }
        if quiet == ago { quiet += quietFrames }
        guard quiet > 0, quiet * frameMilliseconds >= settings.hangoverMilliseconds else {
            return nil
        }
        judged = frames
        isSpeech = false
        quietFrames = 0
        return .ended(framesAgo: quiet)
    }
}
