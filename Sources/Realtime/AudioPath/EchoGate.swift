/// Whether a voice may interrupt the loudspeaker, or the device would take itself for one.
///
/// Where no canceller suffices, because a loudspeaker is driven too hard or a driver moves its
/// clock about, what it leaves would be answered. So the device listens for a voice beside its own
/// only while the canceller is seen to work:
///
///     learning --works--> open --fails for 2 s--> shut --works for 3 s--> open
///        |                                         ^
///        +---------------has not for 6 s-----------+
///
/// A frame is bad where so much of the loudspeaker is left that it would be heard as a voice; a
/// person who speaks over it makes bad frames too, but ends it within half a second. How many were
/// bad lately is one number between 0 and 1, and each state ends where it crosses a line. A value
/// without a clock; owned by one thread.
package struct EchoGate: Sendable, Equatable {
    /// Who may interrupt it.
    package enum State: Sendable, Equatable {
        /// The loudspeaker was not heard for long enough yet: nobody interrupts it.
        case learning
        /// A voice interrupts it.
        case open
        /// The canceller does not suffice: nobody interrupts it.
        case shut
    }

    // Chosen on `audio-figures.sh replies`, set `tuning`: the frames that are bad are 1 in 50 to 1
    // in 8 with WebRTC's canceller, also where the loudspeaker clips hard; with SpeexDSP's 1 in 5
    // in small rooms and more than half where it clips.

    /// What a frame adds to the share: seven tenths of two seconds bring it from all to half.
    private static let smoothing: Float = 0.01
    /// The gate is shut where the share comes to be more than this, and opened again where less; it
    /// is opened for the first time between the two, so that the next bad frame does not shut it.
    private static let mostBad: Float = 0.6
    private static let halfBad: Float = 0.5
    private static let fewBad: Float = 0.2
    /// A canceller that has not learned in so many frames with an echo in them will not.
    static let lessonFrames = 300
    /// A frame is bad where less than this was taken out (decibels).
    private static let leastAttenuation: Float = 10

    private let quietLevel: Float
    /// Where it stands.
    package private(set) var state = State.learning
    private var badShare: Float = 1
    private var lessons = 0

    /// A gate that has seen nothing; below a level (dBFS) nothing is taken for a voice.
    package init(quietLevel: Float) { self.quietLevel = quietLevel }

    /// Takes the levels (dBFS) of a frame of the microphone while the loudspeaker is heard, and of
    /// what the canceller left.
    package mutating func note(heard: Float, left: Float) {
        let isBad = left > quietLevel && left > heard - Self.leastAttenuation
        badShare += Self.smoothing * ((isBad ? 1 : 0) - badShare)
        switch state {
        case .learning:
            lessons += 1
            if badShare < Self.halfBad {
                state = .open
            } else if lessons >= Self.lessonFrames {
                state = .shut
            }
        case .open: if badShare > Self.mostBad { state = .shut }
        case .shut: if badShare < Self.fewBad { state = .open }
        }
    }

    /// The echo comes another way now, so that the canceller has to learn anew.
    ///
    /// Where that happens again and again, it never has, and the gate is shut in the end.
    package mutating func doubt() {
        badShare = 1
        guard state == .open else { return }
        state = .learning
        lessons = 0
    }
}
