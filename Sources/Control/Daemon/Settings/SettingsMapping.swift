internal import ALSA
package import Assistant
package import AudioPath
package import Configuration
internal import SignalProcessing

// What each part is built with, out of the one configuration.
extension Settings {
    var turnMode: TurnMode {
        switch self[Keys.conversation.mode] {
        case "tap": .tap
        case "hands-free": .handsFree
        default: .hold
        }
    }

    /// The conversation's settings.
    package var conversationSettings: ConversationSettings {
        var conversation = ConversationSettings(mode: turnMode)
        conversation.preRollMilliseconds = self[Keys.conversation.preRoll]
        conversation.maximumTurnMilliseconds = 1000 * self[Keys.conversation.maximumTurn]
        conversation.voiceInterrupts = self[Keys.conversation.bargeIn]
        conversation.falseInterruptionMilliseconds = self[Keys.conversation.falseInterruption]
        conversation.thinkingTimeoutMilliseconds = 1000 * self[Keys.conversation.thinkingTimeout]
        conversation.offlinePatienceMilliseconds = 1000 * self[Keys.conversation.offlinePatience]
        conversation.soundsListening = self[Keys.conversation.listeningSound]
        // Whoever holds a button has spoken to the device, and hears of it.
        conversation.mayStaySilent =
            turnMode == .handsFree && serviceMayStaySilent
        return conversation
    }

    private var echoSettings: EchoSettings {
        var echo = EchoSettings()
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
        echo.tailMilliseconds = self[Keys.echo.tail]
        echo.suppressionDecibels = self[Keys.echo.suppression]
        let tail = self[Keys.echo.halfDuplexTail]
        echo.halfDuplexTailMilliseconds = tail < 0 ? nil : tail
        return echo
    }

    /// The audio path's settings, with a volume (percent) that counts over theirs.
    package func audioSettings(volume: Double?) -> AudioSettings {
        var audio = audioSettings
        if let volume { audio.volumePercent = volume }
        return audio
    }

    /// The audio path's settings.
    package var audioSettings: AudioSettings {
        var audio = AudioSettings()
        audio.capture = Self.device(self[Keys.capture.device])
        audio.playback = Self.device(self[Keys.playback.device])
        let music = self[Keys.music.device]
        audio.music = music.isEmpty ? nil : Self.device(music)
        audio.musicRate = Int32(self[Keys.music.rate])
        audio.musicChannels = Int32(self[Keys.music.channels])
        audio.musicFormat = SampleFormat(name: self[Keys.music.format])
        audio.captureRate = Int32(self[Keys.capture.rate])
        audio.playbackRate = Int32(self[Keys.playback.rate])
        audio.captureChannels = Int32(self[Keys.capture.channels])
        audio.playbackChannels = Int32(self[Keys.playback.channels])
        audio.captureFormat = SampleFormat(name: self[Keys.capture.format])
        audio.playbackFormat = SampleFormat(name: self[Keys.playback.format])
        let channel = self[Keys.capture.channel]
        audio.channel = channel < 0 ? .average : .index(channel)
        let level = self[Keys.capture.level]
        if level >= 0 {
            let control = self[Keys.capture.levelControl]
            audio.captureLevel = CaptureLevel(
                control: control == "auto" ? nil : control, percent: Double(level))
        }
        audio.highPassFrequency = self[Keys.capture.highPass]
        audio.noiseSuppressionDecibels = self[Keys.capture.noise]
        audio.gainLimitDecibels = self[Keys.capture.gain]
        audio.echo = echoSettings
        // Hands-free, words before the onset is known are all there is to send.
        audio.closesWhenIdle = self[Keys.conversation.preRoll] == 0 && turnMode != .handsFree
        // With a canceller what was played is looked at as soon as it was.
        audio.restsWhenIdle =
            !audio.closesWhenIdle && turnMode != .handsFree && audio.echo.mode == .off
        audio.periodMilliseconds = self[Keys.audio.period]
        audio.bufferMilliseconds = self[Keys.audio.buffer]
        audio.prebufferMilliseconds = self[Keys.playback.prebuffer]
        readPlayback(into: &audio)
        audio.resamplerQuality = Int32(self[Keys.audio.resamplerQuality])
        let priority = self[Keys.audio.priority]
        audio.realTimePriority = priority == 0 ? nil : Int32(priority)
        audio.voice.thresholdDecibels = Float(self[Keys.voice.threshold])
        audio.voice.minimumLevel = Float(self[Keys.voice.minimum])
        audio.voice.onsetMilliseconds = self[Keys.voice.onset]
        audio.voice.onsetOverEchoMilliseconds = self[Keys.voice.onsetOverEcho]
        audio.voice.hangoverMilliseconds = self[Keys.voice.hangover]
        audio.voice.isOnlyVoices = self[Keys.voice.onlyVoices]
        return audio
    }

    private func readPlayback(into audio: inout AudioSettings) {
        audio.prebufferLimitMilliseconds = self[Keys.playback.prebufferLimit]
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
        audio.duckDecibels = Float(self[Keys.playback.duck])
    }

    private static func device(_ text: String) -> SoundDevice {
        if text == "null" { return .null }
        if text == "auto" { return .automatic }
        return text.lowercased().hasSuffix(".wav") ? .wav(text) : .alsa(text)
    }
}
