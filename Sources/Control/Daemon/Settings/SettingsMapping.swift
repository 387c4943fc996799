internal import ALSA
package import Assistant
package import AudioPath
package import Configuration
internal import SignalProcessing

// What each part is built with, out of the one configuration.
extension Settings {
    var turnMode: TurnMode {
        switch self[Keys.Conversation.mode] {
        case "tap": .tap
        case "hands-free": .handsFree
        default: .hold
        }
    }

    /// The conversation's settings.
    package var conversationSettings: ConversationSettings {
        var conversation = ConversationSettings(mode: turnMode)
        conversation.preRollMilliseconds = self[Keys.Conversation.preRoll]
        conversation.maximumTurnMilliseconds = 1000 * self[Keys.Conversation.maximumTurn]
        conversation.voiceInterrupts = self[Keys.Conversation.bargeIn]
        conversation.falseInterruptionMilliseconds = self[Keys.Conversation.falseInterruption]
        conversation.thinkingTimeoutMilliseconds = 1000 * self[Keys.Conversation.thinkingTimeout]
        conversation.offlinePatienceMilliseconds = 1000 * self[Keys.Conversation.offlinePatience]
        conversation.soundsListening = self[Keys.Conversation.listeningSound]
        // Whoever holds a button has spoken to the device, and hears of it.
        conversation.mayStaySilent =
            turnMode == .handsFree && serviceMayStaySilent
        return conversation
    }

    private var echoSettings: EchoSettings {
        var echo = EchoSettings()
        echo.mode =
            switch self[Keys.Echo.mode] {
            case "cancel": .cancel
            case "half-duplex": .halfDuplex
            case "off": .off
            default: turnMode == .handsFree ? .cancel : .off
            }
        echo.canceller =
            switch self[Keys.Echo.canceller] {
            case "webrtc": .webrtc
            case "speex": .speex
            default: .automatic
            }
        echo.tailMilliseconds = self[Keys.Echo.tail]
        echo.suppressionDecibels = self[Keys.Echo.suppression]
        let tail = self[Keys.Echo.halfDuplexTail]
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
        audio.capture = Self.device(self[Keys.Capture.device])
        audio.playback = Self.device(self[Keys.Playback.device])
        let music = self[Keys.Music.device]
        audio.music = music.isEmpty ? nil : Self.device(music)
        audio.musicRate = Int32(self[Keys.Music.rate])
        audio.musicChannels = Int32(self[Keys.Music.channels])
        audio.musicFormat = SampleFormat(name: self[Keys.Music.format])
        audio.captureRate = Int32(self[Keys.Capture.rate])
        audio.playbackRate = Int32(self[Keys.Playback.rate])
        audio.captureChannels = Int32(self[Keys.Capture.channels])
        audio.playbackChannels = Int32(self[Keys.Playback.channels])
        audio.captureFormat = SampleFormat(name: self[Keys.Capture.format])
        audio.playbackFormat = SampleFormat(name: self[Keys.Playback.format])
        let channel = self[Keys.Capture.channel]
        audio.channel = channel < 0 ? .average : .index(channel)
        let level = self[Keys.Capture.level]
        if level >= 0 {
            let control = self[Keys.Capture.levelControl]
            audio.captureLevel = CaptureLevel(
                control: control == "auto" ? nil : control, percent: Double(level))
        }
        audio.highPassFrequency = self[Keys.Capture.highPass]
        audio.noiseSuppressionDecibels = self[Keys.Cleaning.noise]
        audio.gainLimitDecibels = self[Keys.Cleaning.gain]
        audio.echo = echoSettings
        // Hands-free, words before the onset is known are all there is to send.
        audio.closesWhenIdle = self[Keys.Conversation.preRoll] == 0 && turnMode != .handsFree
        // With a canceller what was played is looked at as soon as it was.
        audio.restsWhenIdle =
            !audio.closesWhenIdle && turnMode != .handsFree && audio.echo.mode == .off
        audio.periodMilliseconds = self[Keys.Audio.period]
        audio.bufferMilliseconds = self[Keys.Audio.buffer]
        audio.prebufferMilliseconds = self[Keys.Playback.prebuffer]
        readPlayback(into: &audio)
        audio.resamplerQuality = Int32(self[Keys.Audio.resamplerQuality])
        let priority = self[Keys.Audio.priority]
        audio.realTimePriority = priority == 0 ? nil : Int32(priority)
        audio.voice.thresholdDecibels = Float(self[Keys.Voice.threshold])
        audio.voice.minimumLevel = Float(self[Keys.Voice.minimum])
        audio.voice.onsetMilliseconds = self[Keys.Voice.onset]
        audio.voice.onsetOverEchoMilliseconds = self[Keys.Voice.onsetOverEcho]
        audio.voice.hangoverMilliseconds = self[Keys.Voice.hangover]
        audio.voice.isOnlyVoices = self[Keys.Voice.onlyVoices]
        return audio
    }

    private func readPlayback(into audio: inout AudioSettings) {
        audio.prebufferLimitMilliseconds = self[Keys.Playback.prebufferLimit]
        audio.leadInMilliseconds = self[Keys.Playback.leadIn]
        let running = self[Keys.Playback.keepRunning]
        audio.keepRunningSeconds = running < 0 ? nil : running
        audio.hasFaintNoise = self[Keys.Playback.faintNoise]
        let volume = self[Keys.Playback.volume]
        audio.volumePercent = volume < 0 ? nil : Double(volume)
        audio.volumeWish =
            switch self[Keys.Playback.mixer] {
            case "auto": .automatic
            case "soft": .soft
            case let name: .control(name)
            }
        audio.voiceDecibels = [
            .speech: Float(self[Keys.Playback.speechLevel]),
            .earcon: Float(self[Keys.Playback.earconLevel]),
            .music: Float(self[Keys.Playback.musicLevel]),
            .alarm: Float(self[Keys.Playback.alarmLevel]),
        ]
        audio.duckDecibels = Float(self[Keys.Playback.duck])
    }

    private static func device(_ text: String) -> SoundDevice {
        if text == "null" { return .null }
        if text == "auto" { return .automatic }
        return text.lowercased().hasSuffix(".wav") ? .wav(text) : .alsa(text)
    }
}
