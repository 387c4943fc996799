/// Whether music is heard, and how loud it is in each band when it is loud.
///
/// Music is known by its tones, which hold as those of a voice do not. While there is some, speech
/// has to stand out of what the music is when it is loud, not of what it is between two beats. The
/// voice of whoever speaks over it is not learned as music.
///
/// ```
///          tones hold, half a second            none hold for 10 s, or 2 s of nothing
/// none  ───────────────────────────────▶ heard ──────────────────────────────────────▶ none
/// ```
/// A value owned by one thread; `follow` allocates nothing.
struct MusicBed {
    /// Music where more than this share of what stands out of the noise is held: speech in a room
    /// that echoes for half a second stays below 0.45, noise below 0.4, and songs come to 0.65.
    private static let musical: Float = 0.53
    /// What a frame adds to the mean share, and the frames that make it worth anything.
    private static let smoothing: Float = 0.04
    private static let fewestFrames = 12
    /// After so long without any sound the mean begins anew (milliseconds).
    private static let pauseMilliseconds = 500
    /// After so long without any sound, or without tones, music has ended (milliseconds).
    private static let silenceMilliseconds = 2000
    private static let memoryMilliseconds = 10_000
    /// How loud it is is followed so that one frame in ten is louder (decibels a frame).
    private static let rising: Float = 0.25
    private static let falling: Float = 0.03
    /// Before it is known so many times as fast, and while somebody speaks.
    private static let arriving: (rising: Float, falling: Float) = (10, 4)
    private static let underSpeech: Float = 0.1

    /// How loud what does not hold is in each band, nine frames in ten (dBFS).
    private(set) var levels: [Float]
    /// Whether music was heard lately.
    private(set) var isHeard = false
    /// The mean share of what is held, and the frames it is made of.
    private var share: Float = 0
    private var frames = 0
    private var framesLeft = 0
    private var quietFrames = 0
    private let frameMilliseconds: Int

    /// Begins with a room as quiet as `lowest` (dBFS).
    init(lowest: [Float], frameMilliseconds: Int) {
        // A copy of its own, so that none is made at the first frame.
        levels = lowest.map { $0 }
        self.frameMilliseconds = frameMilliseconds
    }

    /// Whether what is heard now may be music, even if that is not certain yet.
    var isLikely: Bool { share > Self.musical }

    /// Takes the bands of a frame without what is held (dBFS), and the share that is, nil where
    /// nothing stands out of the noise; returns whether music was found with it.
    mutating func follow(_ rest: [Float], held: Float?, isSpeech: Bool) -> Bool {
        let wasHeard = isHeard
        if let held { add(held) } else { quietFrames += 1 }
        if held != nil, isLikely, frames > Self.fewestFrames {
            isHeard = true
            framesLeft = Self.memoryMilliseconds / frameMilliseconds
        } else if isHeard {
            framesLeft -= 1
            if quietFrames * frameMilliseconds > Self.silenceMilliseconds { framesLeft = 0 }
            if framesLeft <= 0 { end() }
        }
        learn(rest, isVoice: isSpeech && (held ?? 0) < Self.musical)
        return isHeard && !wasHeard
    }

    private mutating func add(_ held: Float) {
        if !isHeard, quietFrames * frameMilliseconds > Self.pauseMilliseconds { frames = 0 }
        quietFrames = 0
        frames += 1
        share += max(Self.smoothing, 1 / Float(frames)) * (held - share)
    }

    private mutating func end() {
        isHeard = false
        share = 0
        frames = 0
    }

    private mutating func learn(_ rest: [Float], isVoice: Bool) {
        var rising = Self.rising
        var falling = Self.falling
        if !isHeard {
            rising *= Self.arriving.rising
            falling *= Self.arriving.falling
        } else if isVoice {
            rising *= Self.underSpeech
            falling *= Self.underSpeech
        }
        for band in 0..<SpeechBands.count {
            levels[band] += max(-falling, min(rising, rest[band] - levels[band]))
        }
    }
}
