private import CSpeexDSP

/// Subtracts a loudspeaker's echo from a microphone (an adaptive filter, MDF).
///
/// One thread at a time; only `init` allocates. The signal is not delayed.
package final class EchoCanceller {
    /// Samples of a frame.
    package let frameSamples: Int
    fileprivate let handle: OpaquePointer

    /// A canceller for mono at a rate (Hz); `tailSamples` is how long an echo is modelled,
    /// beginning with the reference's sample.
    ///
    /// The corresponding C function is `speex_echo_state_init`.
    package init(frameSamples: Int, tailSamples: Int, rate: Int32) {
        self.frameSamples = frameSamples
        guard let made = speex_echo_state_init(Int32(frameSamples), Int32(tailSamples)) else {
            preconditionFailure("libspeexdsp has no memory for an echo canceller")
        }
        handle = made
        var rate = rate
        speex_echo_ctl(handle, SPEEX_ECHO_SET_SAMPLING_RATE, &rate)
    }

    deinit { speex_echo_state_destroy(handle) }

    /// Takes a frame of the microphone and the reference of the same moment; outputs what is left.
    ///
    /// The corresponding C function is `speex_echo_cancellation`.
    package func process(
        microphone: UnsafePointer<Int16>, reference: UnsafePointer<Int16>,
        into output: UnsafeMutablePointer<Int16>
    ) {
        speex_echo_cancellation(handle, microphone, reference, output)
    }

    /// Forgets what was learned.
    ///
    /// The corresponding C function is `speex_echo_state_reset`.
    package func reset() { speex_echo_state_reset(handle) }
}

/// Suppresses steady noise and a canceller's residual echo, and evens out the level.
///
/// One thread at a time; only `init` allocates. The output lags by `delaySamples`.
package final class Preprocessor {
    /// The processing to apply; levels in decibels.
    package struct Settings: Sendable, Equatable {
        /// By how much noise is suppressed at most; 0 leaves it.
        package var noiseDecibels = 0
        /// By how much residual echo is suppressed, alone and under the near voice.
        package var echoDecibels = 0
        package var echoUnderVoiceDecibels = 0
        /// By how much quiet speech is raised at most; 0 leaves it.
        package var gainLimitDecibels = 0

        /// Settings that change nothing.
        package init() {}
    }

    /// The level that speech is brought to (an amplitude of 16 bits): -12 dBFS, the library's
    /// default.
    private static let gainTarget: Int32 = 8000

    /// Samples of a frame.
    package let frameSamples: Int
    /// Samples that the output lags behind the input.
    package var delaySamples: Int { frameSamples }
    private let handle: OpaquePointer
    /// Retained, since the handle points into it.
    private let canceller: EchoCanceller?

    /// A preprocessor for mono at a rate (Hz), after a canceller with frames of the same length.
    ///
    /// The corresponding C function is `speex_preprocess_state_init`.
    package init(
        frameSamples: Int, rate: Int32, settings: Settings, canceller: EchoCanceller?
    ) {
        self.frameSamples = frameSamples
        self.canceller = canceller
        guard let made = speex_preprocess_state_init(Int32(frameSamples), rate) else {
            preconditionFailure("libspeexdsp has no memory for a preprocessor")
        }
        handle = made
        // Only the noise suppressor applies its gains, also those against echo.
        set(SPEEX_PREPROCESS_SET_DENOISE, 1)
        set(SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, Int32(-settings.noiseDecibels))
        if let canceller {
            let state = UnsafeMutableRawPointer(canceller.handle)
            speex_preprocess_ctl(handle, SPEEX_PREPROCESS_SET_ECHO_STATE, state)
            set(SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, Int32(-settings.echoDecibels))
            set(
                SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, Int32(-settings.echoUnderVoiceDecibels))
        }
        if settings.gainLimitDecibels > 0 {
            set(SPEEX_PREPROCESS_SET_AGC, 1)
            set(SPEEX_PREPROCESS_SET_AGC_TARGET, Self.gainTarget)
            set(SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, Int32(settings.gainLimitDecibels))
        }
    }

    deinit { speex_preprocess_state_destroy(handle) }

    private func set(_ request: Int32, _ value: Int32) {
        var value = value
        speex_preprocess_ctl(handle, request, &value)
    }

    /// Processes a frame in place.
    ///
    /// The corresponding C function is `speex_preprocess_run`.
    package func process(_ samples: UnsafeMutablePointer<Int16>) {
        speex_preprocess_run(handle, samples)
    }
}
