internal import WebRTC

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

    /// Which library subtracts it.
    package enum Canceller: Sendable, Equatable {
        /// WebRTC's where the system has it, else SpeexDSP's.
        case automatic
        /// WebRTC's; where it is missing SpeexDSP's, and the status says why.
        case webrtc
        case speex
    }

    package var mode = Mode.off
    package var canceller = Canceller.automatic
    /// The shared object with WebRTC's.
    package var pluginPath = WebRTCCanceller.usualPath
    /// How long SpeexDSP models an echo (milliseconds, 32 to 512).
    package var tailMilliseconds: Int
    /// By how much what SpeexDSP leaves is pushed down (decibels); 0 leaves it.
    package var suppressionDecibels: Int
    /// Half-duplex: how long the room sounds after the loudspeaker (milliseconds); nil: as long as
    /// is measured.
    package var halfDuplexTailMilliseconds: Int?

    /// The echo is left alone; what SpeexDSP models and pushes down where that is changed.
    package init(tailMilliseconds: Int, suppressionDecibels: Int) {
        self.tailMilliseconds = tailMilliseconds
        self.suppressionDecibels = suppressionDecibels
    }
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
    /// The library that subtracts it; nil where none does.
    package var canceller: String?
    /// Why that is not WebRTC's, where it was not to be SpeexDSP's.
    package var lack: String?
    /// Whether a voice may interrupt the loudspeaker; nil where nothing is subtracted.
    package var gate: EchoGate.State?
    /// Frames that the library did not take.
    package var refusals = 0

    /// Nothing was heard.
    package init() {}
}
