internal import SignalProcessing

/// How loud what is left of an echo may be, so that it is not taken for somebody's voice.
///
/// What the canceller has subtracted tells how loud the echo is, and what remained beside it how
/// much of it is left. Until it has had time to learn, which takes the first second and a half of
/// the first reply, nothing it leaves is trusted, and how loud the whole echo is counts instead:
/// that follows what is played by a gain which half a second shows. In that half second the device
/// is half-duplex; in the second after it a voice is heard that is clearly louder, at the
/// microphone, than the loudspeaker. A value owned by one thread.
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

    /// How loud the whole echo is, is known after so many frames of it, and held to be so much
    /// more than it was (decibels): rooms answer some words better than others.
    private static let couplingFrames = 25
    private static let couplingMargin: Float = 6
    /// What is played is heard for a while, in the room and where the delay is not found yet: it
    /// counts as so much quieter with every frame (decibels).
    private static let playedDecay: Float = 0.5
    /// Less than this being played says nothing about the room (dBFS).
    private static let faintestPlayed: Float = -50

    private let quietLevel: Float
    /// How loud it was lately what was played (dBFS), what of that the microphone hears (decibels),
    /// and the frames that have shown it.
    private var played = LevelMeter.floor
    private var coupling = LevelMeter.floor
    private var couplingCount = 0
    private var lessons = Self.lessonFrames
    private var subtracted: Float = 0
    private var left: Float = 0
    private var heard: Float = 0
    private var heardLately: Float = 0
    private var leftLately: Float = 0
    private var echoLevel = LevelMeter.floor
    private var residue = EchoResidue()
    /// What is left, relative to what was subtracted (decibels).
    private var share: Float = 0

    /// A judge that believes nothing yet; quieter than a level (dBFS) nothing is a voice.
    init(quietLevel: Float) { self.quietLevel = quietLevel }

    /// What is left of an echo is no louder than this (dBFS), as far as can be said; the meter's
    /// floor where that is too quiet to be taken for a voice, and where a voice is among it.
    var remainingLevel: Float {
        if lessons > 0 {
            guard couplingCount >= Self.couplingFrames else { return 0 }
            return min(0, played + coupling + Self.couplingMargin)
        }
        if residue.isExceeded { return LevelMeter.floor }
        let level = min(0, echoLevel + share)
        return level < quietLevel - Self.margin ? LevelMeter.floor : level
    }

    /// How much quieter the canceller made the last second with an echo in it (decibels).
    var reduction: Float {
        let before = LevelMeter.decibels(ofMeanSquare: heardLately)
        return max(0, before - LevelMeter.decibels(ofMeanSquare: leftLately))
    }

    /// The echo comes another way now, so that the canceller has to learn anew.
    mutating func doubt() {
        lessons = Self.lessonFrames
        residue.forget()
    }

    /// Takes a frame of the microphone with an echo in it, what was played meanwhile, and what the
    /// canceller left.
    mutating func note(
        microphone: UnsafePointer<Int16>, reference: UnsafePointer<Int16>,
        left output: UnsafePointer<Int16>, count: Int
    ) {
        if lessons > 0 { couple(microphone: microphone, reference: reference, count: count) }
        var difference: Float = 0
        var remaining: Float = 0
        var all: Float = 0
        for index in 0..<count {
            let before = Float(microphone[index])
            let after = Float(output[index])
            difference += (before - after) * (before - after)
            remaining += after * after
            all += before * before
        }
        subtracted += Self.smoothing * (difference / Float(count) - subtracted)
        left += Self.smoothing * (remaining / Float(count) - left)
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
        let rest = LevelMeter.decibels(ofMeanSquare: left)
        residue.note(subtracted: now, left: rest)
        let excess = rest - echoLevel - share
        let pace = lessons > 0 ? Self.learning : 1
        if excess <= 0 {
            share -= Self.falling * pace
        } else {
            share += excess > Self.surprise ? Self.doubting * pace : Self.rising * pace
        }
        share = min(share, 0)
    }

    /// Learns how loud an echo is by how loud it is played.
    private mutating func couple(
        microphone: UnsafePointer<Int16>, reference: UnsafePointer<Int16>, count: Int
    ) {
        let now = LevelMeter.level(of: UnsafeBufferPointer(start: reference, count: count))
        played = max(now, played - Self.playedDecay)
        guard played > Self.faintestPlayed else { return }
        let heard = LevelMeter.level(of: UnsafeBufferPointer(start: microphone, count: count))
        let excess = heard - played - coupling
        guard excess > 0 || couplingCount < Self.couplingFrames else { return }
        if couplingCount < Self.couplingFrames {
            couplingCount += 1
            coupling = max(coupling, heard - played)
        } else {
            // What is so much more is somebody's voice, which must not make the device deaf.
            coupling += min(excess, excess > Self.surprise ? Self.doubting : Self.rising)
        }
    }
}
