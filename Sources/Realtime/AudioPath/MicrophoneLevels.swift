internal import SignalProcessing

/// The values of the microphone's level meter; for the last 20 ms unless stated otherwise.
package struct MicrophoneLevels: Sendable, Equatable {
    /// The root mean square (dBFS, -96 to 0).
    package var level = LevelMeter.floor
    /// The largest magnitude, 0 to 32768.
    package var peak: Int32 = 0
    /// The noise of the room in the bands of speech (dBFS).
    package var noiseFloor = LevelMeter.floor
    /// Whether the voice detector hears speech.
    package var isSpeech = false
    /// Samples at full scale since the start, as they came from the device: more than a few mean
    /// that the gain is too high, which no later stage can mend.
    package var clippedSamples = 0

    /// Silence.
    package init() {}
}
