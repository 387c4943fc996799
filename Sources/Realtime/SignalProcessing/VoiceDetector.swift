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
/// that is then told at once. The device's own voice is not speech: where an echo may be left,
/// only what is clearly louder counts.
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

    private let settings: VoiceDetectorSettings
    private let frameMilliseconds: Int
    private var bands: SpeechBands
    private var floor: NoiseFloor
    /// The bands of the last frames, oldest written over.
    private var remembered: [Float]
    private var frames = 0

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
        floor = NoiseFloor(
            lowest: (0..<SpeechBands.count).map {
                bands.share(ofWhite: Self.lowestFloor, band: $0)
            }, frameMilliseconds: frameMilliseconds)
        remembered = [Float](
            repeating: LevelMeter.floor, count: Self.rememberedFrames * SpeechBands.count)
    }

    /// The present noise in the bands of speech together (dBFS).
    package var noiseFloor: Float {
        var sum: Float = 0
        for level in floor.levels { sum += LevelMeter.meanSquare(ofDecibels: level) }
        return LevelMeter.decibels(ofMeanSquare: sum)
    }

    /// Takes the next frame of mono samples; `echo` is the level that what the canceller leaves
    /// of the loudspeaker may have (dBFS), nil while the loudspeaker is silent.
    package mutating func process(
        _ frame: UnsafeBufferPointer<Int16>, echo: Float? = nil
    ) -> Event? {
        level = LevelMeter.level(of: frame)
        bands.measure(frame)
        let isAudible =
            level > settings.minimumLevel && level > (echo ?? LevelMeter.floor) + Self.overEcho
        let threshold = settings.thresholdDecibels - (isSpeech ? Self.hysteresis : 0)
        let present = prominence(of: bands.levels, from: 0)
        smoothed += Self.smoothing * (present - smoothed)
        var isLoud = isAudible && (isSpeech ? smoothed : present) > threshold
        remember(isAudible: isAudible)
        if floor.follow(bands.levels), isSpeech {
            let quiet = quietFramesNow
            if quiet > 0 {
                isLoud = false
                quietFrames = max(quietFrames, quiet - 1)
            }
        }
        let onset =
            echo == nil
            ? settings.onsetMilliseconds
            : max(settings.onsetMilliseconds, settings.onsetOverEchoMilliseconds)
        return isSpeech ? continueSpeech(isLoud) : awaitSpeech(isLoud, onset)
    }

    /// How far the bands that stand out most do so (decibels).
    private func prominence(of levels: [Float], from start: Int) -> Float {
        var highest: (Float, Float, Float) = (0, 0, 0)
        for band in 0..<SpeechBands.count {
            let value = min(Self.bandLimit, levels[start + band] - floor.levels[band])
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

    private mutating func remember(isAudible: Bool) {
        let start = frames % Self.rememberedFrames * SpeechBands.count
        for band in 0..<SpeechBands.count {
            remembered[start + band] = isAudible ? bands.levels[band] : LevelMeter.floor
        }
        frames += 1
    }

    /// How many of the last frames are no speech above the floor as it is now.
    private var quietFramesNow: Int {
        var quiet = 0
        while quiet < Self.rememberedFrames, isQuiet(framesAgo: quiet) { quiet += 1 }
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
        return prominence(of: remembered, from: slot * SpeechBands.count)
            <= settings.thresholdDecibels - Self.hysteresis
    }

    private mutating func awaitSpeech(_ isLoud: Bool, _ onsetMilliseconds: Int) -> Event? {
        if isLoud {
            loudFrames += 1
            quietFrames = 0
        } else {
            quietFrames += 1
            if quietFrames > Self.onsetGapFrames { loudFrames = 0 }
        }
        candidateFrames = loudFrames == 0 ? 0 : candidateFrames + 1
        guard loudFrames * frameMilliseconds >= onsetMilliseconds, loudFrames > 0 else {
            return nil
        }
        let ago = candidateFrames + weakFramesBefore(candidateFrames)
        isSpeech = true
        loudFrames = 0
        candidateFrames = 0
        quietFrames = 0
        return .began(framesAgo: ago)
    }

    private mutating func continueSpeech(_ isLoud: Bool) -> Event? {
        quietFrames = isLoud ? 0 : quietFrames + 1
        guard quietFrames * frameMilliseconds >= settings.hangoverMilliseconds else { return nil }
        let ago = quietFrames
        isSpeech = false
        quietFrames = 0
        return .ended(framesAgo: ago)
    }
}
