internal import CSilero

/// The weights of Silero VAD 6.2.3 for 16 kHz, in the order that packaging/arrange-weights.py says.
package enum SileroWeights {
    /// All of them; they are part of the program and last as long.
    package static var all: UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: martlet_silero_weights(), count: martlet_silero_count())
    }
}
