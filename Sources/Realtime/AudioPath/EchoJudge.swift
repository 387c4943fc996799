internal import SignalProcessing

/// How loud what is left of an echo may be, so that it is not taken for somebody's voice.
///
/// What the canceller has subtracted tells how loud the echo is, and what remained beside it how
/// much of it is left. Until it has had time to learn, everything may be echo, and the device is
/// half-duplex. A value owned by one thread.
struct EchoJudge {
    /// What the canceller has to hear of the loudspeaker before it is trusted (frames of 20 ms).
    private static let lessonFrames = 75
    /// Where the microphone hears next to nothing of it, there is less to learn: a frame counts so
    /// often.
    private static let quietWorth = 3
    /// What a frame adds to the means.
    private static let smoothing: Float = 0.3
    private static let slowSmoothing: Float = 0.02
    /// How slowly an echo is forgotten (decibels a frame): what a filter gets wrong it gets wrong
    /// over the whole of its tail.
    private static let decay: Float = 0.3
    /// So much quieter than any voice (decibels) it does not matter.
    private static let margin: Float = 6
    /// An echo below this says nothing about the canceller (dBFS).
    private static let faintest: Float = -65
    /// The share that is left is followed so that one frame in ten has more (decibels a frame, and
    /// while it learns so many times that).
    private static let rising: Float = 0.25
    private static let falling: Float = 0.03
    private static let learning: Float = 4
    /// What is so much more is somebody's voice, or another way of the echo; it is believed
    /// slowly (decibels, decibels a frame).
    private static let surprise: Float = 8
    private static let doubting: Float = 0.02

    private let quietLevel: Float
    private var lessons = Self.lessonFrames
    private var subtracted: Float = 0
    private var left: Float = 0
    private var heard: Float = 0
    private var heardLately: Float = 0
    private var leftLately: Float = 0
    private var echoLevel = LevelMeter.floor
    /// What is left, relative to what was subtracted (decibels).
    private var share: Float = 0

    /// A judge that believes nothing yet; quieter than a level (dBFS) nothing is a voice.
    init(quietLevel: Float) { self.quietLevel = quietLevel }

    /// What is left of an echo is no louder than this (dBFS), as far as can be said; nil where
    /// that is too quiet to be taken for a voice.
    var remainingLevel: Float? {
        if lessons > 0 { return 0 }
        let level = min(0, echoLevel + share)
        return level < quietLevel - Self.margin ? nil : level
    }

    /// How much quieter the canceller made the last second with an echo in it (decibels).
    var reduction: Float {
        let before = LevelMeter.decibels(ofMeanSquare: heardLately)
        return max(0, before - LevelMeter.decibels(ofMeanSquare: leftLately))
    }

    /// The echo comes another way now, so that the canceller has to learn anew.
    mutating func doubt() { lessons = Self.lessonFrames }

    /// Takes a frame of the microphone with an echo in it, and what the canceller left of it.
    mutating func note(
        microphone: UnsafePointer<Int16>, left output: UnsafePointer<Int16>, count: Int
    ) {
        var difference: Float = 0
        var rest: Float = 0
        var all: Float = 0
        for index in 0..<count {
            let before = Float(microphone[index])
            let after = Float(output[index])
            difference += (before - after) * (before - after)
            rest += after * after
            all += before * before
        }
        subtracted += Self.smoothing * (difference / Float(count) - subtracted)
        left += Self.smoothing * (rest / Float(count) - left)
        heard += Self.smoothing * (all / Float(count) - heard)
        heardLately += Self.slowSmoothing * (heard - heardLately)
        leftLately += Self.slowSmoothing * (left - leftLately)
        let now = LevelMeter.decibels(ofMeanSquare: subtracted)
        echoLevel = max(now, echoLevel - Self.decay)
        if lessons > 0 {
            let isQuiet = LevelMeter.decibels(ofMeanSquare: heard) < quietLevel
            lessons -= isQuiet ? Self.quietWorth : 1
        }
        guard echoLevel > Self.faintest else { return }
        let excess = LevelMeter.decibels(ofMeanSquare: left) - echoLevel - share
        let pace = lessons > 0 ? Self.learning : 1
        if excess <= 0 {
            share -= Self.falling * pace
        } else {
            share += excess > Self.surprise ? Self.doubting * pace : Self.rising * pace
        }
        share = min(share, 0)
    }
}
