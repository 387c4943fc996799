/// Decides whether a voice may interrupt the loudspeaker: the device must not take itself for one.
///
/// Where no canceller suffices, because a loudspeaker is overdriven or a driver's clock jumps, the
/// device would answer the rest of its own voice. So it listens for another voice during playback
/// only while the canceller is seen to work:
///
///     learning --works for half a second--> open --fails for 2 s--> shut --works for 3 s--> open
///        |   ^                               |                        ^
///        |   +----the echo comes otherwise---+                        |
///        +------------------has not for 6 s---------------------------+
///
/// A frame is bad where enough of the loudspeaker is left to be heard as a voice. A person who
/// speaks over it makes bad frames too, but ends it within half a second. The share of bad frames
/// among the last ones is a number between 0 and 1, and each state ends when it crosses a
/// threshold. A value without a clock; owned by one thread.
package struct EchoGate: Sendable, Equatable {
    /// Who may interrupt the loudspeaker.
    package enum State: Sendable, Equatable {
        /// Nobody yet: the canceller has not been seen to work.
        case learning
        /// Any voice.
        case open
        /// Nobody: the canceller does not suffice.
        case shut
    }

    // Chosen on `packaging/audio-figures.sh PROGRAM FOLDER replies`, set `tuning`: the frames that
    // are bad are 1 in 50 to 1 in 8 with WebRTC's canceller, also where the loudspeaker clips hard;
    // with SpeexDSP's 1 in 5 in small rooms and more than half where it clips.

    /// The weight of a frame in the share: 69 frames bring it from all to half.
    private static let smoothing: Float = 0.01
    /// The same while it learns: 23 loud frames.
    ///
    /// The first reply can be interrupted after 2.2 s with SpeexDSP's canceller and 0.5 s with
    /// WebRTC's (the median). With 0.01 it is 2.7 s and 1.4 s; the device takes itself for a person
    /// 10 and 2 times in 16 minutes with 0.01, 0.03 and 0.05.
    private static let learning: Float = 0.03
    /// A pause teaches nothing: while the gate learns, only frames count that are at most this much
    /// quieter than the loudest recent one (decibels).
    private static let loudness: Float = 10
    /// The gate shuts when the share rises above `mostBad`, and reopens when it falls below
    /// `fewBad`; it opens for the first time between the two, so that the next bad frame does not
    /// shut it.
    private static let mostBad: Float = 0.6
    private static let halfBad: Float = 0.5
    private static let fewBad: Float = 0.2
    /// A canceller that has not learned in this many frames with an echo in them will not.
    static let lessonFrames = 300
    /// A frame is bad where less than this was taken out (decibels).
    private static let leastAttenuation: Float = 10

    private let quietLevel: Float
    /// The gate's state.
    package private(set) var state = State.learning
    private var badShare: Float = 1
    /// Frames that the canceller had for learning; those in which it works are subtracted again, so
    /// that only a canceller that starts over repeatedly exhausts them.
    private var lessons = 0

    /// A gate that has seen no frame yet; below a level (dBFS) nothing is taken for a voice.
    package init(quietLevel: Float) { self.quietLevel = quietLevel }

    /// Takes three levels (dBFS) while the loudspeaker is heard: of a frame of the microphone, of
    /// the loudest of its last frames, and of what the canceller left of this one.
    package mutating func note(heard: Float, loudest: Float, left: Float) {
        let isBad = left > quietLevel && left > loudest - Self.leastAttenuation
        switch state {
        case .learning:
            guard heard > loudest - Self.loudness || loudest < quietLevel else { return }
            badShare += Self.learning * ((isBad ? 1 : 0) - badShare)
            lessons += 1
            if badShare < Self.halfBad {
                state = .open
            } else if lessons >= Self.lessonFrames {
                state = .shut
            }
        case .open:
            follow(isBad)
            lessons = isBad ? min(lessons + 1, Self.lessonFrames) : max(0, lessons - 1)
            if badShare > Self.mostBad { state = .shut }
        case .shut:
            follow(isBad)
            if badShare < Self.fewBad {
                state = .open
                lessons = 0
            }
        }
    }

    private mutating func follow(_ isBad: Bool) {
        badShare += Self.smoothing * ((isBad ? 1 : 0) - badShare)
    }

    /// The echo path changed, so the canceller has to learn again.
    ///
    /// If this happens repeatedly, the canceller never finishes learning, and the gate finally
    /// shuts.
    package mutating func doubt() {
        badShare = 1
        if state == .open { state = .learning }
    }
}
