/// Finds sound that stands out of the room's noise, band by band: speech, or another sound.
///
/// Constant sound is noise: the floor falls at once with the room, and a fan that starts is learned
/// within two seconds; until then it may be taken for speech, whose end is reported as soon as it
/// is learned. The device's own voice is not speech: where an echo may remain, only clearly louder
/// sound counts.
///
/// A value owned by one thread; `process` allocates nothing.
package struct EnergyGate {
    package typealias Event = VoiceDetector.Event

    /// The lowest floor (dBFS): less than any microphone's own noise.
    private static let lowestFloor: Float = -80
    /// How many bands count: those that stand out most.
    private static let countedBands = 3
    /// A band stands out by no more than this (decibels), so that a whistle is not speech.
    private static let bandLimit: Float = 30
    /// Speech goes on down to this much below the level at which it begins (decibels).
    private static let hysteresis: Float = 2
    /// The weight of a frame in the mean that decides whether speech goes on.
    private static let smoothing: Float = 0.4
    /// Weak frames before an onset that belong to it.
    private static let weakFrames = 10
    /// Speech must be this much louder than the echo that may be left (decibels).
    private static let overEcho: Float = 6
    /// Gaps up to this length within an onset do not restart it (frames).
    private static let onsetGapFrames = 2
    /// Frames that are judged again when the floor has risen: as many as its memory holds.
    private static let rememberedFrames = 80

    private let settings: VoiceDetectorSettings
    private let frameMilliseconds: Int
    private var bands: SpeechBands
    private var floor: NoiseFloor
    /// The bands of the last frames, oldest written over.
    private var remembered: [Float]
    private var frames = 0
    /// Whether the floor has risen, so that what was taken for speech is judged again.
    private var isDoubtful = false

    /// The level of the last frame (dBFS).
    package private(set) var level = LevelMeter.floor
    /// Whether something has stood out for the time of the onset, and did so less than the hangover
    /// ago.
    package private(set) var isOpen = false
    /// Whether something stood out in the last frame.
    package private(set) var isLoud = false
    /// How far it stands out, over the last frames (decibels).
    package private(set) var prominence: Float = 0
    private var loudFrames = 0
    private var candidateFrames = 0
    /// Frames up to now that were not loud.
    package private(set) var quietFrames = 0

    /// A detector for frames of a length, at a rate (Hz).
    package init(
        settings: VoiceDetectorSettings, frameMilliseconds: Int, rate: Int = 16_000
    ) {
        self.settings = settings
        self.frameMilliseconds = frameMilliseconds
        let bands = SpeechBands(frameSamples: frameMilliseconds * rate / 1000, rate: rate)
        self.bands = bands
        let lowest = (0..<SpeechBands.count).map {
            bands.share(ofWhite: Self.lowestFloor, band: $0)
        }
        floor = NoiseFloor(lowest: lowest, frameMilliseconds: frameMilliseconds)
        remembered = [Float](
            repeating: LevelMeter.floor, count: Self.rememberedFrames * SpeechBands.count)
    }

    /// The present noise in the bands of speech together (dBFS).
    package var noiseFloor: Float {
        var sum: Float = 0
        for level in floor.levels { sum += LevelMeter.meanSquare(ofDecibels: level) }
        return LevelMeter.decibels(ofMeanSquare: sum)
    }

    /// Takes the next frame of mono samples; `echo` is the highest level of the loudspeaker's
    /// residual echo (dBFS), nil while the loudspeaker is silent.
    ///
    /// Returns an event if the gate opened or closed.
    package mutating func process(
        _ frame: UnsafeBufferPointer<Int16>, echo: Float? = nil
    ) -> Event? {
        level = LevelMeter.level(of: frame)
        bands.measure(frame)
        if floor.follow(bands.levels) { isDoubtful = true }
        let start = frames % Self.rememberedFrames * SpeechBands.count
        let isAudible =
            level > settings.minimumLevel && level > (echo ?? LevelMeter.floor) + Self.overEcho
        for band in 0..<SpeechBands.count {
            remembered[start + band] = isAudible ? bands.levels[band] : LevelMeter.floor
        }
        frames += 1
        let present = prominence(from: start)
        prominence += Self.smoothing * (present - prominence)
        let threshold = settings.thresholdDecibels - (isOpen ? Self.hysteresis : 0)
        isLoud = (isOpen ? prominence : present) > threshold
        if isDoubtful, isOpen {
            let quiet = quietFramesUpToNow()
            if quiet > 0 {
                isLoud = false
                quietFrames = max(quietFrames, quiet - 1)
            }
        }
        isDoubtful = false
        return isOpen ? goOn() : wait(echo)
    }

    private func onsetMilliseconds(over echo: Float?) -> Int {
        guard let echo, echo > LevelMeter.floor else { return settings.onsetMilliseconds }
        return max(settings.onsetMilliseconds, settings.onsetOverEchoMilliseconds)
    }

    /// How far the most prominent bands stand out (decibels).
    private func prominence(from start: Int) -> Float {
        var highest: (Float, Float, Float) = (0, 0, 0)
        for band in 0..<SpeechBands.count {
            let value = min(Self.bandLimit, remembered[start + band] - floor.levels[band])
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

    /// How many of the newest frames are not speech above the current noise floor.
    private func quietFramesUpToNow() -> Int {
        var quiet = 0
        while quiet < Self.rememberedFrames, isQuiet(framesAgo: quiet) { quiet += 1 }
        return quiet
    }

    /// How many frames before the last `count` are weak speech: an onset is detected by loud
    /// frames, but words begin softly.
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

    private mutating func wait(_ echo: Float?) -> Event? {
        if isLoud {
            loudFrames += 1
            quietFrames = 0
        } else {
            quietFrames += 1
            if quietFrames > Self.onsetGapFrames { loudFrames = 0 }
        }
        candidateFrames = loudFrames == 0 ? 0 : candidateFrames + 1
        guard loudFrames > 0, loudFrames * frameMilliseconds >= onsetMilliseconds(over: echo)
        else { return nil }
        let heard = candidateFrames
        isOpen = true
        loudFrames = 0
        candidateFrames = 0
        quietFrames = 0
        return .began(framesAgo: heard + weakFramesBefore(heard))
    }

    private mutating func goOn() -> Event? {
        quietFrames = isLoud ? 0 : quietFrames + 1
        guard quietFrames * frameMilliseconds >= settings.hangoverMilliseconds else { return nil }
        isOpen = false
        return .ended(framesAgo: quietFrames)
    }
}
