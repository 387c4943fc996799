internal import WebRTC

/// How the echo of the loudspeaker in the microphone is handled.
package struct EchoSettings: Sendable, Equatable {
    /// How the device distinguishes its own voice from others.
    package enum Mode: Sendable, Equatable {
        /// It does not: there is no echo, or the card removes it.
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
        /// WebRTC's; if it is missing SpeexDSP's, and the status says why.
        case webrtc
        case speex
    }

    package var mode = Mode.off
    package var canceller = Canceller.automatic
    /// The shared object with WebRTC's.
    package var pluginPath = WebRTCCanceller.usualPath
    /// How long SpeexDSP models an echo (milliseconds, 32 to 512).
    package var tailMilliseconds: Int
    /// By how much SpeexDSP's residual echo is suppressed (decibels); 0 leaves it.
    package var suppressionDecibels: Int
    /// Half-duplex: how long the room reverberates after the loudspeaker (milliseconds); nil:
    /// measured.
    package var halfDuplexTailMilliseconds: Int?

    /// Settings that leave the echo alone; the values are for SpeexDSP if `mode` is changed.
    package init(tailMilliseconds: Int, suppressionDecibels: Int) {
        self.tailMilliseconds = tailMilliseconds
        self.suppressionDecibels = suppressionDecibels
    }
}

/// The state of the canceller.
package struct EchoStatus: Sendable, Equatable {
    /// Whether the microphone hears the loudspeaker.
    package var isActive = false
    /// The microphone's lag behind the card's reported playback time (milliseconds); nil until it
    /// is found.
    package var delayMilliseconds: Double?
    /// By how much the loudspeaker's clock is slow against the microphone's (parts per million).
    package var driftPPM = 0.0
    /// By how much the echo is attenuated (decibels).
    package var reductionDecibels: Float = 0
    /// How long the loudspeaker is assumed to be heard after its last sound (milliseconds).
    package var tailMilliseconds = 0
    /// The library that subtracts it; nil where none does.
    package var canceller: String?
    /// Why that is not WebRTC's, unless the settings asked for SpeexDSP's.
    package var lack: String?
    /// Whether a voice may interrupt the loudspeaker; nil if nothing is subtracted.
    package var gate: EchoGate.State?
    /// Frames that the library refused.
    package var refusals = 0

    /// A status without any echo.
    package init() {}
}
