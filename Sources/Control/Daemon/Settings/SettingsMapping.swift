internal import ALSA
package import Assistant
package import AudioPath
package import Configuration
internal import SignalProcessing

// The settings of each part, from the one configuration.
extension Settings {
    /// How turns are opened and closed.
    var turnMode: TurnMode { TurnMode(self) }

    /// The conversation's settings.
    package var conversationSettings: ConversationSettings {
        var conversation = ConversationSettings(self)
        // A user who holds a button has spoken to the device, and is always answered.
        conversation.mayStaySilent =
            turnMode == .handsFree && serviceMayStaySilent
        return conversation
    }

    private var echoSettings: EchoSettings {
        var echo = EchoSettings(
            tailMilliseconds: self[Keys.echo.tail],
            suppressionDecibels: self[Keys.echo.suppression])
        echo.mode =
            switch self[Keys.echo.mode] {
            case "cancel": .cancel
            case "half-duplex": .halfDuplex
            case "off": .off
            default: turnMode == .handsFree ? .cancel : .off
            }
        echo.canceller =
            switch self[Keys.echo.canceller] {
            case "webrtc": .webrtc
            case "speex": .speex
            default: .automatic
            }
        let tail = self[Keys.echo.halfDuplexTail]
        echo.halfDuplexTailMilliseconds = tail < 0 ? nil : tail
        return echo
    }

    private var voiceSettings: VoiceDetectorSettings {
        VoiceDetectorSettings(
            thresholdDecibels: Float(self[Keys.voice.threshold]),
            minimumLevel: Float(self[Keys.voice.minimum]),
            onsetMilliseconds: self[Keys.voice.onset],
            onsetOverEchoMilliseconds: self[Keys.voice.onsetOverEcho],
            hangoverMilliseconds: self[Keys.voice.hangover],
            isOnlyVoices: self[Keys.voice.onlyVoices])
    }

    private func wish(
        _ device: Setting<String>, _ rate: Setting<Int>, _ channels: Setting<Int>,
        _ format: Setting<String>
    ) -> DeviceWish {
        DeviceWish(
            Self.device(self[device]), rate: Int32(self[rate]), channels: Int32(self[channels]),
            format: SampleFormat(name: self[format]))
    }

    /// The audio path's settings, with a volume (percent) that overrides theirs.
    package func audioSettings(volume: Double?) -> AudioSettings {
        var audio = audioSettings
        if let volume { audio.volumePercent = volume }
        return audio
    }

    /// The audio path's settings.
    package var audioSettings: AudioSettings {
        let priority = self[Keys.audio.priority]
        var audio = AudioSettings(
            capture: wish(
                Keys.capture.device, Keys.capture.rate, Keys.capture.channels,
                Keys.capture.format),
            playback: wish(
                Keys.playback.device, Keys.playback.rate, Keys.playback.channels,
                Keys.playback.format),
            periodMilliseconds: self[Keys.audio.period],
            bufferMilliseconds: self[Keys.audio.buffer],
            prebufferMilliseconds: self[Keys.playback.prebuffer],
            prebufferLimitMilliseconds: self[Keys.playback.prebufferLimit],
            duckDecibels: Float(self[Keys.playback.duck]),
            resamplerQuality: Int32(self[Keys.audio.resamplerQuality]),
            highPassFrequency: self[Keys.capture.highPass], echo: echoSettings,
            voice: voiceSettings, realTimePriority: priority == 0 ? nil : Int32(priority))
        if !self[Keys.music.device].isEmpty {
            audio.music = wish(
                Keys.music.device, Keys.music.rate, Keys.music.channels, Keys.music.format)
        }
        readCapture(into: &audio)
        readPlayback(into: &audio)
        return audio
    }

    private func readCapture(into audio: inout AudioSettings) {
        let channel = self[Keys.capture.channel]
        audio.channel = channel < 0 ? .average : .index(channel)
        let level = self[Keys.capture.level]
        if level >= 0 {
            let control = self[Keys.capture.levelControl]
            audio.captureLevel = CaptureLevel(
                control: control == "auto" ? nil : control, percent: Double(level))
        }
        audio.noiseSuppressionDecibels = self[Keys.capture.noise]
        audio.gainLimitDecibels = self[Keys.capture.gain]
        // Hands-free, the words before the onset is known must be sent, so it stays open.
        audio.closesWhenIdle = self[Keys.conversation.preRoll] == 0 && turnMode != .handsFree
        // A canceller needs the microphone's samples as soon as something is played.
        audio.restsWhenIdle =
            !audio.closesWhenIdle && turnMode != .handsFree && audio.echo.mode == .off
    }

    private func readPlayback(into audio: inout AudioSettings) {
        audio.leadInMilliseconds = self[Keys.playback.leadIn]
        let running = self[Keys.playback.keepRunning]
        audio.keepRunningSeconds = running < 0 ? nil : running
        audio.hasFaintNoise = self[Keys.playback.faintNoise]
        let volume = self[Keys.playback.volume]
        audio.volumePercent = volume < 0 ? nil : Double(volume)
        audio.volumeWish =
            switch self[Keys.playback.mixer] {
            case "auto": .automatic
            case "soft": .soft
            case let name: .control(name)
            }
        audio.voiceDecibels = [
            .speech: Float(self[Keys.playback.speechLevel]),
            .earcon: Float(self[Keys.playback.earconLevel]),
            .music: Float(self[Keys.playback.musicLevel]),
            .alarm: Float(self[Keys.playback.alarmLevel]),
        ]
    }

    private static func device(_ text: String) -> SoundDevice {
        if text == "null" { return .null }
        if text == "auto" { return .automatic }
        return text.lowercased().hasSuffix(".wav") ? .wav(text) : .alsa(text)
    }
}
