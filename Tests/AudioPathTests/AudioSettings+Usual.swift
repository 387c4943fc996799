import SignalProcessing

@testable import AudioPath

extension DeviceWish {
    /// A device for music.
    static func music(_ device: SoundDevice, rate: Int32 = 48_000) -> DeviceWish {
        DeviceWish(device, rate: rate, channels: 2)
    }
}

extension AudioSettings {
    /// The settings of these tests: any card, short buffers, no echo; each test sets what it
    /// changes.
    init() {
        self.init(
            capture: DeviceWish(.automatic, rate: 16_000, channels: 1),
            playback: DeviceWish(.automatic, rate: 24_000, channels: 1), periodMilliseconds: 20,
            bufferMilliseconds: 80, prebufferMilliseconds: 60, prebufferLimitMilliseconds: 1000,
            duckDecibels: -15, resamplerQuality: 4, highPassFrequency: 80,
            echo: EchoSettings(tailMilliseconds: 200, suppressionDecibels: 40),
            voice: VoiceDetectorSettings(
                thresholdDecibels: 8, minimumLevel: -60, onsetMilliseconds: 60,
                onsetOverEchoMilliseconds: 100, hangoverMilliseconds: 500, isOnlyVoices: true),
            realTimePriority: 20)
    }
}
