private import CSpeexDSP

/// Why a resampler could not be made.
package struct ResamplerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Hz.
    package let from: Int32
    /// Hz.
    package let to: Int32

    package var description: String { "cannot convert from \(from) Hz to \(to) Hz" }
}

/// Converts mono samples from one rate to another.
///
/// One thread at a time, which may be a real-time thread: only `init` allocates.
package struct Resampler: ~Copyable, Sendable {
    // The handle is the value's own and moves with it.
    private nonisolated(unsafe) let handle: OpaquePointer

    /// A converter between two rates (Hz, 1000 to 192000); `quality` 0 (fastest) to 10 (best).
    ///
    /// The corresponding C function is `speex_resampler_init`.
    package init(from: Int32, to: Int32, quality: Int32) throws(ResamplerError) {
        var code: Int32 = 0
        let range: ClosedRange<Int32> = 1000...192_000
        guard range.contains(from), range.contains(to), (0...10).contains(quality),
            let made = speex_resampler_init(1, UInt32(from), UInt32(to), quality, &code)
        else { throw ResamplerError(from: from, to: to) }
        handle = made
        // Otherwise the output would begin with silence of the filter's length.
        speex_resampler_skip_zeros(handle)
    }

    deinit { speex_resampler_destroy(handle) }

    /// Converts as much as there is input and room; returns how much was consumed and produced.
    ///
    /// The corresponding C function is `speex_resampler_process_int`.
    package func process(
        _ input: UnsafePointer<Int16>, count: Int, into output: UnsafeMutablePointer<Int16>,
        capacity: Int
    ) -> (consumed: Int, produced: Int) {
        var consumed = UInt32(count)
        var produced = UInt32(capacity)
        speex_resampler_process_int(handle, 0, input, &consumed, output, &produced)
        return (Int(consumed), Int(produced))
    }

    /// How many samples of input the output lags behind.
    package var latencyFrames: Int { Int(speex_resampler_get_input_latency(handle)) }

    /// Resets the filter for a new stream.
    package func reset() {
        speex_resampler_reset_mem(handle)
        speex_resampler_skip_zeros(handle)
    }
}
