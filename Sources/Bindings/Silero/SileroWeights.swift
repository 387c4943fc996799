internal import CSilero

/// The weights of Silero VAD 6.2.3 for 16 kHz, in the order of packaging/arrange-weights.py.
package enum SileroWeights {
    /// All weights; they are part of the program and never freed.
    package static var all: UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: martlet_silero_weights(), count: martlet_silero_count())
    }
}
