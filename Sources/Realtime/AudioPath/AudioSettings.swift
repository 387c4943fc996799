package import ALSA
internal import Linux
package import SignalProcessing

/// A sound device, as the settings name it.
package enum SoundDevice: Sendable, Equatable, CustomStringConvertible {
    /// The best card there is; see `AutomaticDevice`.
    case automatic
    /// An ALSA name such as "default" or "plughw:CARD=Headset".
    case alsa(String)
    /// A WAV file: a microphone that plays it once in real time and is silent then, or a speaker
    /// that writes it.
    case wav(String)
    /// A silent microphone, or a speaker that discards its sound; both run in real time.
    case null

    package var description: String {
        switch self {
        case .automatic: "auto"
        case .alsa(let name): name
        case .wav(let path): path
        case .null: "null"
        }
    }
}

/// Which channel of the microphone is used.
package enum CaptureChannel: Sendable, Equatable {
    /// Counted from 0; a device with fewer channels gives its last.
    case index(Int)
    /// The mean of all.
    case average

    /// A warning for the owner if a device of this shape lacks the channel.
    func warning(for grant: PCMGrant) -> String? {
        guard case .index(let index) = self, index >= grant.channels else { return nil }
        let channels = grant.channels == 1 ? "one channel" : "\(grant.channels) channels"
        return "it has \(channels), counted from 0, and not channel \(index) "
            + "(audio.capture.channel); its last is used"
    }
}

/// What is requested of one device; what it grants may differ.
package struct DeviceWish: Sendable {
    package var device: SoundDevice
    /// Hz.
    package var rate: Int32
    package var channels: Int32
    /// The sample format to use if the device has it; nil: the cheapest, or what a bare microphone
    /// needs.
    package var format: SampleFormat?

    /// A device in this rate (Hz) and shape.
    package init(
        _ device: SoundDevice, rate: Int32, channels: Int32, format: SampleFormat? = nil
    ) {
        self.device = device
        self.rate = rate
        self.channels = channels
        self.format = format
    }
}

/// What the audio path is built with.
package struct AudioSettings: Sendable {
    /// The rate of the microphone samples that Control gets and the Live service expects (Hz).
    package static let microphoneRate: Int32 = 16_000
    /// The rate of the Live service's speech (Hz).
    package static let speechRate: Int32 = 24_000
    /// The frame that detection works on and a chunk holds (milliseconds).
    package static let frameMilliseconds = 20
    /// The same in samples.
    package static let frameSamples = 320

    /// The time between two wake-ups of a microphone's threads while nobody listens (milliseconds):
    /// five a second for each thread are few beside a machine's other wake-ups, and a press ends
    /// the rest at once.
    static let restMilliseconds = 200
    /// The buffer requested of a microphone then: two rests, and some room for a thread that comes
    /// late.
    static let restingBufferMilliseconds = 500

    package var capture: DeviceWish
    package var playback: DeviceWish
    /// The device for music; nil: the same as for everything else.
    package var music: DeviceWish?
    package var channel = CaptureChannel.index(0)
    /// Nil: the card's own setting is left as it is.
    package var captureLevel: CaptureLevel?
    /// The time between two wake-ups, 5 to 100.
    package var periodMilliseconds: Int
    /// The device's buffer, at least two periods.
    package var bufferMilliseconds: Int
    /// Speech that must have arrived before playback begins, unless the reply is shorter.
    package var prebufferMilliseconds: Int
    /// The most that the prebuffer grows to when speech arrives haltingly.
    package var prebufferLimitMilliseconds: Int
    /// Silence written before the first sound after a pause, so that an amplifier that slept loses
    /// none of it.
    package var leadInMilliseconds = 0
    /// The device is kept running for this time after the last sound; nil: always (seconds).
    package var keepRunningSeconds: Int? = 0
    /// Whether silence is played as the faintest noise, for amplifiers that sleep at digital
    /// silence.
    package var hasFaintNoise = false
    /// The volume to begin with, 0 to 100 percent of loudness; nil: as the card has it.
    package var volumePercent: Double?
    package var volumeWish = VolumeWish.automatic
    /// How loud each voice is beside the others (decibels, 0 or less).
    package var voiceDecibels: [PlaybackVoice: Float] = [:]
    /// By how much music and alarms are ducked during speech (decibels, 0 or less).
    package var duckDecibels: Float
    /// 0 (fastest) to 10 (best).
    package var resamplerQuality: Int32
    /// Sound below this frequency is removed (Hz); 0 removes nothing.
    package var highPassFrequency: Int
    package var echo: EchoSettings
    /// By how much steady noise is pushed down in what is sent (decibels); 0 leaves it.
    package var noiseSuppressionDecibels = 0
    /// By how much quiet speech is raised at most (decibels); 0 leaves it as it is.
    package var gainLimitDecibels = 0
    /// Whether the microphone is closed while no gate is open, so that there is no pre-roll.
    package var closesWhenIdle = false
    /// Whether its threads read it less often while no gate is open and nobody waits for its sound;
    /// the card's buffer is larger then.
    package var restsWhenIdle = false
    package var voice: VoiceDetectorSettings
    /// SCHED_FIFO priority of the audio threads, 1 to 99; nil asks for none.
    package var realTimePriority: Int32?

    /// Settings of these devices and times; everything optional is off.
    package init(
        capture: DeviceWish, playback: DeviceWish, periodMilliseconds: Int,
        bufferMilliseconds: Int, prebufferMilliseconds: Int, prebufferLimitMilliseconds: Int,
        duckDecibels: Float, resamplerQuality: Int32, highPassFrequency: Int, echo: EchoSettings,
        voice: VoiceDetectorSettings, realTimePriority: Int32?
    ) {
        self.capture = capture
        self.playback = playback
        self.periodMilliseconds = periodMilliseconds
        self.bufferMilliseconds = bufferMilliseconds
        self.prebufferMilliseconds = prebufferMilliseconds
        self.prebufferLimitMilliseconds = prebufferLimitMilliseconds
        self.duckDecibels = duckDecibels
        self.resamplerQuality = resamplerQuality
        self.highPassFrequency = highPassFrequency
        self.echo = echo
        self.voice = voice
        self.realTimePriority = realTimePriority
    }

    /// What is requested of a direction's device.
    func wish(_ direction: StreamDirection) -> DeviceWish {
        direction == .capture ? capture : playback
    }

    /// How the audio threads are scheduled while their loops run.
    var priority: ThreadPriority { realTimePriority.map { .realTime($0) } ?? .normal }

    /// What is requested of a sound card by its ALSA name; `other` replaces the settings' rate
    /// (Hz).
    func request(
        _ device: String, _ direction: StreamDirection, rate other: Int32? = nil
    ) -> PCMRequest {
        let wish = wish(direction)
        let rate = other ?? wish.rate
        let period = rate * Int32(periodMilliseconds) / 1000
        // A larger capture buffer adds no delay; it only lets the thread be late for longer.
        let holds =
            direction == .capture && restsWhenIdle
            ? max(bufferMilliseconds, Self.restingBufferMilliseconds) : bufferMilliseconds
        let periods = Int32(max(2, holds / periodMilliseconds))
        return PCMRequest(
            device: device, direction: direction, rate: rate, channels: wish.channels,
            periodFrames: period, bufferFrames: period * periods)
    }

    /// The settings of the music output; nil if music goes to the loudspeaker.
    var ofMusicOutput: AudioSettings? {
        guard let music, music.device != playback.device else { return nil }
        var settings = self
        settings.playback = music
        // Its clock and its place differ from those of the loudspeaker that the canceller follows.
        settings.echo.mode = .off
        return settings
    }
}
