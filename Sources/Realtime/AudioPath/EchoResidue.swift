internal import SignalProcessing

/// Whether what a canceller leaves is more, for a fifth of a second, than it usually is.
///
/// A loudspeaker that is driven too hard makes sounds that no canceller knows, and leaves so much
/// that no frame of a voice stands out of it. On the average of some frames it does: what is left
/// beside what is taken out hardly changes then, however loudly the device speaks, and somebody's
/// voice raises it by far. A value owned by one thread.
struct EchoResidue {
    /// What a frame adds to the mean.
    private static let smoothing: Float = 0.1
    /// Frames of an echo that say nothing yet, and until it is known what is usual: a canceller
    /// that still learns leaves as much as a loudspeaker that clips.
    private static let lessonFrames = 75
    private static let practiceFrames = 350
    private static let learning: Float = 4
    /// What is usual is followed so that one mean in four is more (decibels a frame); what is so
    /// much more is believed slowly.
    private static let rising: Float = 0.1
    private static let falling: Float = 0.03
    private static let surprise: Float = 4
    private static let doubting: Float = 0.02
    /// So much more than usual is a voice (decibels): loudspeakers that clip come to 1.3.
    private static let voice: Float = 4
    /// Where less than this share is left (decibels) the loudspeaker does not clip: there a voice
    /// stands out by itself, and what is left changes by more, as the room dies away on its own.
    private static let clipping: Float = -12
    /// The share is believed to lie within these (decibels).
    private static let leastShare: Float = -40
    private static let mostShare: Float = 10

    private var mean: Float = 0
    private var usual: Float = 0
    private var frames = 0

    /// Whether somebody's voice is among what is left.
    var isExceeded: Bool {
        frames > Self.practiceFrames && usual > Self.clipping && mean - usual > Self.voice
    }

    /// What was usual does not hold any more.
    mutating func forget() { frames = 0 }

    /// Takes what was subtracted of a frame with an echo in it, and what is left (dBFS).
    mutating func note(subtracted: Float, left: Float) {
        let share = min(Self.mostShare, max(Self.leastShare, left - subtracted))
        if frames == 0 { mean = share }
        frames += 1
        mean += Self.smoothing * (share - mean)
        guard frames > Self.lessonFrames else {
            usual = mean
            return
        }
        let pace = frames > Self.practiceFrames ? 1 : Self.learning
        let excess = mean - usual
        if excess <= 0 {
            usual -= Self.falling * pace
        } else {
            usual += (excess > Self.surprise ? Self.doubting : Self.rising) * pace
        }
    }
}
