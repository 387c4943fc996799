@testable import SignalProcessing

extension VoiceDetectorSettings {
    /// A detector for a room of `SoundScenes`; each test sets what it changes.
    init() {
        self.init(
            thresholdDecibels: 8, minimumLevel: -60, onsetMilliseconds: 60,
            onsetOverEchoMilliseconds: 100, hangoverMilliseconds: 500, isOnlyVoices: true)
    }
}
