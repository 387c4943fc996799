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
    /// A microphone that is silent, or a speaker that nobody hears; both keep time.
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

    /// What its owner must know about a device of this shape.
    func warning(for grant: PCMGrant) -> String? {
        guard case .index(let index) = self, index >= grant.channels else { return nil }
        let channels = grant.channels == 1 ? "one channel" : "\(grant.channels) channels"
        return "it has \(channels), counted from 0, and not channel \(index) "
            + "(audio.capture.channel); its last is used"
    }
}

/// What one device is asked for; what it grants may differ.
package struct DeviceWish: Sendable {
    package var device: SoundDevice
    /// Hz.
    package var rate: Int32
    package var channels: Int32
    /// The wanted sample format, where it can; nil: the cheapest one, and what a bare microphone
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
    /// The rate of what Control gets and the Live service wants (Hz).
    package static let microphoneRate: Int32 = 16_000
    /// The rate of what the Live service says (Hz).
    package static let speechRate: Int32 = 24_000
    /// The frame that detection works on and a chunk holds (milliseconds).
    package static let frameMilliseconds = 20
    /// The same in samples.
    package static let frameSamples = 320

    /// The time between two wake-ups of a microphone's threads while nobody listens (milliseconds):
    /// five a second of each is little beside what else wakes a machine, and a press ends it at
    /// once.
    static let restMilliseconds = 200
    /// What a microphone is asked to hold then: twice as much, and a thread that comes late.
    static let restingBufferMilliseconds = 500

    package var capture: DeviceWish
    package var playback: DeviceWish
    /// Where music goes; nil: where everything goes.
    package var music: DeviceWish?
    package var channel = CaptureChannel.index(0)
    /// Nil: the card's own setting is left as it is.
    package var captureLevel: CaptureLevel?
    /// The time between two wake-ups, 5 to 100.
    package var periodMilliseconds: Int
    /// What the device holds, at least two periods.
    package var bufferMilliseconds: Int
    /// Speech that must be there before playback begins, unless the reply is shorter.
    package var prebufferMilliseconds: Int
    /// The most that it grows to where speech comes haltingly.
    package var prebufferLimitMilliseconds: Int
    /// Silence written before the first sound after a pause, so that an amplifier that slept loses
    /// none of it.
    package var leadInMilliseconds = 0
    /// The device is kept running for this time after the last sound; nil: always (seconds).
    package var keepRunningSeconds: Int? = 0
    /// Silence is the faintest noise there is, for amplifiers that sleep at digital silence.
    package var hasFaintNoise = false
    /// The volume to begin with, 0 to 100 percent of loudness; nil: as the card has it.
    package var volumePercent: Double?
    package var volumeWish = VolumeWish.automatic
    /// How loud each voice is beside the others (decibels, 0 or less).
    package var voiceDecibels: [PlaybackVoice: Float] = [:]
    /// How far music and alarms step back while somebody talks (decibels, 0 or less).
    package var duckDecibels: Float
    /// 0 (fastest) to 10 (best).
    package var resamplerQuality: Int32
    /// What lies below is taken out (Hz); 0 takes out nothing.
    package var highPassFrequency: Int
    package var echo: EchoSettings
    /// By how much steady noise is pushed down in what is sent (decibels); 0 leaves it.
    package var noiseSuppressionDecibels = 0
    /// By how much quiet speech is raised at most (decibels); 0 leaves it as it is.
    package var gainLimitDecibels = 0
    /// Whether the microphone is closed while no gate is open, so that there is no pre-roll.
    package var closesWhenIdle = false
    /// Whether its threads look at it less often while no gate is open, as nobody waits for what it
    /// hears: the card has room for more then.
    package var restsWhenIdle = false
    package var voice: VoiceDetectorSettings
    /// SCHED_FIFO priority of the audio threads, 1 to 99; nil asks for none.
    package var realTimePriority: Int32?

    /// These devices and times, and nothing of what an owner may want beside them.
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

    /// What a direction's device is asked for.
    func wish(_ direction: StreamDirection) -> DeviceWish {
        direction == .capture ? capture : playback
    }

    /// How the audio threads are scheduled while their loops run.
    var priority: ThreadPriority { realTimePriority.map { .realTime($0) } ?? .normal }

    /// What is asked of a sound card, by ALSA's name for it; at another rate than the settings'
    /// where there is a reason (Hz).
    func request(
        _ device: String, _ direction: StreamDirection, rate other: Int32? = nil
    ) -> PCMRequest {
        let wish = wish(direction)
        let rate = other ?? wish.rate
        let period = rate * Int32(periodMilliseconds) / 1000
        // What a microphone has room for is no delay, only time that its thread may be away.
        let holds =
            direction == .capture && restsWhenIdle
            ? max(bufferMilliseconds, Self.restingBufferMilliseconds) : bufferMilliseconds
        let periods = Int32(max(2, holds / periodMilliseconds))
        return PCMRequest(
            device: device, direction: direction, rate: rate, channels: wish.channels,
            periodFrames: period, bufferFrames: period * periods)
    }

    /// What the output of music is built with; nil where it is the loudspeaker's own.
    var ofMusicOutput: AudioSettings? {
        guard let music, music.device != playback.device else { return nil }
        var settings = self
        settings.playback = music
        // Its clock and its place are not the loudspeaker's, which is what the canceller follows.
        settings.echo.mode = .off
        return settings
    }
}
