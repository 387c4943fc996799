/// What a microphone heard of a sound that a loudspeaker played.
package struct HeardSound: Sendable, Equatable {
    /// The room before it (dBFS).
    package var noise: Double
    /// The sound (dBFS); nil: it was not found in what was heard.
    package var level: Double?
    /// The largest magnitude (dBFS).
    package var peak: Double
    /// Samples at full scale.
    package var clippedSamples: Int

    /// Puts together what was measured.
    package init(noise: Double, level: Double?, peak: Double, clippedSamples: Int) {
        self.noise = noise
        self.level = level
        self.peak = peak
        self.clippedSamples = clippedSamples
    }
}

/// How loud the loudspeaker is and how sensitive the microphone (percent); nil: as the card has it.
package struct SoundLevels: Sendable, Equatable {
    package var volume: Int?
    package var sensitivity: Int?

    /// Levels to try.
    package init(volume: Int?, sensitivity: Int?) {
        self.volume = volume
        self.sensitivity = sensitivity
    }
}

/// Chooses levels at which the microphone hears the loudspeaker well, by what it heard at others.
///
/// Pure. A microphone that clips is turned down first, since nothing later mends that; one that
/// hears too little is turned up before the loudspeaker, which people sit beside.
struct SoundJudge {
    /// No more tries than this, for a card whose controls do nothing.
    static let tryLimit = 6
    /// A few samples at full scale are a click, not a gain that is too high.
    static let clippedLimit = 8
    /// A sound that is weaker (dBFS), or stands less above the noise (decibels), is too quiet.
    static let quietLevel = -45.0
    static let quietMargin = 12.0
    /// What one try changes (percent), and what is gone below for nothing.
    static let step = 20
    static let least = 20
    /// Where a card's own level is not known, it is taken to be this.
    static let assumed = 80

    enum Verdict: Equatable {
        case good
        case clips
        case tooQuiet
        case unheard

        /// What it means for the device.
        var words: String {
            switch self {
            case .good: "it is heard well"
            case .clips: "the microphone is driven too hard, so that words are distorted"
            case .tooQuiet: "it is heard, but faintly"
            case .unheard: "it is not heard"
            }
        }
    }

    /// What was heard.
    static func verdict(_ heard: HeardSound) -> Verdict {
        guard let level = heard.level else {
            return heard.clippedSamples > clippedLimit ? .clips : .unheard
        }
        if heard.clippedSamples > clippedLimit { return .clips }
        return level < quietLevel || level - heard.noise < quietMargin ? .tooQuiet : .good
    }

    /// The levels to try next; nil where nothing more can be done.
    static func next(after levels: SoundLevels, _ verdict: Verdict) -> SoundLevels? {
        let (volume, sensitivity) = (levels.volume ?? assumed, levels.sensitivity ?? assumed)
        var next = levels
        switch verdict {
        case .good: return nil
        case .clips where sensitivity > least: next.sensitivity = max(least, sensitivity - step)
        case .clips where volume > least: next.volume = max(least, volume - step)
        case .tooQuiet where sensitivity < 100, .unheard where sensitivity < 100:
            next.sensitivity = min(100, sensitivity + step)
        case .tooQuiet where volume < 100, .unheard where volume < 100:
            next.volume = min(100, volume + step)
        case .clips, .tooQuiet, .unheard: return nil
        }
        return next
    }
}
