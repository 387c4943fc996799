/// What is done about the microphone's hearing the loudspeaker.
package struct EchoSettings: Sendable, Equatable {
    /// How the device tells its own voice from others'.
    package enum Mode: Sendable, Equatable {
        /// It does not: there is no echo, or the card takes it out.
        case off
        /// The voice detector is deaf while the loudspeaker is heard.
        case halfDuplex
        /// The echo is subtracted.
        case cancel
    }

    package var mode = Mode.off
    /// How long an echo is modelled (milliseconds, 32 to 512).
    package var tailMilliseconds = 200
    /// By how much what the canceller leaves is pushed down (decibels); 0 leaves it.
    package var suppressionDecibels = 40
    /// Half-duplex: how long the room sounds after the loudspeaker (milliseconds); nil: as long as
    /// is measured.
    package var halfDuplexTailMilliseconds: Int?

    /// The echo is left alone.
    package init() {}
}

/// What the canceller does now.
package struct EchoStatus: Sendable, Equatable {
    /// Whether the loudspeaker is heard.
    package var isActive = false
    /// The microphone's lag behind what the card was said to play (milliseconds); nil while it
    /// was not found.
    package var delayMilliseconds: Double?
    /// By how much the loudspeaker's clock is slow against the microphone's (parts per million).
    package var driftPPM = 0.0
    /// How much of the echo is taken out (decibels).
    package var reductionDecibels: Float = 0
    /// How long the loudspeaker is taken to be heard after its last sound (milliseconds).
    package var tailMilliseconds = 0

    /// Nothing was heard.
    package init() {}
}
