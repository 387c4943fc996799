/// When speech counts as begun and as ended; times in milliseconds, levels in decibels.
package struct VoiceDetectorSettings: Sendable, Equatable {
    /// How far above the noise floor speech must be.
    package var thresholdDecibels: Float = 10
    /// Quieter than this is never speech (dBFS).
    package var minimumLevel: Float = -50
    /// Speech must last this long to count as begun; it began at its first frame.
    package var onsetMilliseconds = 60
    /// Silence must last this long for speech to count as ended.
    package var hangoverMilliseconds = 700

    /// The defaults of the configuration.
    package init() {}
}

/// Finds speech by its energy above a noise floor that follows the room.
///
/// The floor falls at once to quieter frames and rises slowly, so that speech does not lift it
/// much while a fan that has started is learned within two seconds.
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

    /// The floor before anything was heard (dBFS): a quiet room.
    private static let firstFloor: Float = -60
    /// How fast the floor rises outside of speech and within it (decibels a second).
    private static let risingOutside: Float = 12
    private static let risingWithin: Float = 4
    /// Gaps this short within an onset do not start it anew (frames).
    private static let onsetGapFrames = 2

    private let settings: VoiceDetectorSettings
    private let frameMilliseconds: Int
    /// The present noise floor (dBFS).
    package private(set) var noiseFloor = Self.firstFloor
    /// The level of the last frame (dBFS).
    package private(set) var level = LevelMeter.floor
    /// Whether speech is going on.
    package private(set) var isSpeech = false
    private var loudFrames = 0
    private var candidateFrames = 0
    private var quietFrames = 0

    /// A detector for frames of a length.
    package init(settings: VoiceDetectorSettings, frameMilliseconds: Int) {
        self.settings = settings
        self.frameMilliseconds = frameMilliseconds
    }

    /// Takes the next frame of mono samples.
    package mutating func process(_ frame: UnsafeBufferPointer<Int16>) -> Event? {
        level = LevelMeter.level(of: frame)
        let isLoud =
            level > noiseFloor + settings.thresholdDecibels && level > settings.minimumLevel
        follow()
        return isSpeech ? continueSpeech(isLoud) : awaitSpeech(isLoud)
    }

    private mutating func follow() {
        let rise = (isSpeech ? Self.risingWithin : Self.risingOutside) * Float(frameMilliseconds)
        if level < noiseFloor {
            // Single quiet samples between words must not pull it to digital silence.
            noiseFloor = max(level, noiseFloor - 0.1 * (noiseFloor - level) - 0.05)
        } else {
            noiseFloor = min(level, noiseFloor + rise / 1000)
        }
    }

    private mutating func awaitSpeech(_ isLoud: Bool) -> Event? {
        if isLoud {
            loudFrames += 1
            quietFrames = 0
        } else {
            quietFrames += 1
            if quietFrames > Self.onsetGapFrames { loudFrames = 0 }
        }
        candidateFrames = loudFrames == 0 ? 0 : candidateFrames + 1
        guard loudFrames * frameMilliseconds >= settings.onsetMilliseconds, loudFrames > 0 else {
            return nil
        }
        let ago = candidateFrames
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
