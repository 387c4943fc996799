/// The direction of a stream of samples.
package enum StreamDirection: Sendable, Equatable, CustomStringConvertible {
    /// From the microphone.
    case capture
    /// To the speaker.
    case playback

    package var description: String { self == .capture ? "capture" : "playback" }
}

/// A request to a sound device; samples pass as 16-bit, interleaved, whatever its format.
///
/// A device that cannot grant a value grants the nearest, preferring a higher rate to a lower one;
/// at another rate, period and buffer last as long.
package struct PCMRequest: Sendable, Equatable {
    /// The ALSA name: "default", "hw:1,0", "plughw:CARD=Headset".
    package var device: String
    package var direction: StreamDirection
    /// Hz.
    package var rate: Int32
    package var channels: Int32
    /// Frames of that rate between two wake-ups.
    package var periodFrames: Int32
    /// Frames of that rate that the device holds in all.
    package var bufferFrames: Int32
    /// The sample format to use if the device has it; nil: the cheapest one.
    package var format: SampleFormat?

    /// Describes a request; no device is opened yet.
    package init(
        device: String, direction: StreamDirection, rate: Int32, channels: Int32,
        periodFrames: Int32, bufferFrames: Int32, format: SampleFormat? = nil
    ) {
        self.device = device
        self.direction = direction
        self.rate = rate
        self.channels = channels
        self.periodFrames = periodFrames
        self.bufferFrames = bufferFrames
        self.format = format
    }
}

/// The configuration that a sound device granted, for interleaved samples.
package struct PCMGrant: Sendable, Equatable, CustomStringConvertible {
    /// Hz.
    package let rate: Int32
    package let channels: Int32
    /// Frames between two wake-ups.
    package let periodFrames: Int32
    /// Frames the device holds in all.
    package let bufferFrames: Int32
    /// Whether the device consumes and produces samples at its rate.
    ///
    /// Without a clock (ALSA's `null`, and `file` over it) any amount passes at once, and the
    /// caller must keep time. Reading from `null`, or past the end of a file, gives silence.
    package let hasClock: Bool
    /// The device's own sample format; to callers samples are always 16-bit.
    package let format: SampleFormat
    /// Whether the device fetches in bursts and reports its position in steps
    /// (SNDRV_PCM_INFO_BATCH), as USB does.
    package let isBatch: Bool
    /// The sound server between us and the card; nil if there is none.
    package let server: SoundServer?
    /// Whether frames that were written and not fetched can be taken back.
    ///
    /// This works with a card, plain or as plughw (which converts sample by sample; between rates
    /// it takes nothing back), and with dmix, which otherwise goes on playing mixed frames after a
    /// drop (alsa-lib's pcm_dmix.c, snd_pcm_dmix_drop). Some other plugins also take back frames
    /// that a server already has (pcm_ioplug.c, snd_pcm_ioplug_rewind).
    package let rewinds: Bool

    /// Creates a grant, also for devices that are not PCMs.
    package init(
        rate: Int32, channels: Int32, periodFrames: Int32, bufferFrames: Int32, hasClock: Bool,
        format: SampleFormat = .bits16, isBatch: Bool = false, server: SoundServer? = nil,
        rewinds: Bool = false
    ) {
        self.rate = rate
        self.channels = channels
        self.periodFrames = periodFrames
        self.bufferFrames = bufferFrames
        self.hasClock = hasClock
        self.format = format
        self.isBatch = isBatch
        self.server = server
        self.rewinds = rewinds
    }

    /// How much must be written to a loudspeaker before it starts by itself (frames).
    ///
    /// As many whole periods as fit its buffer. A program that writes whole periods might never
    /// fill the whole buffer: a driver need not grant a multiple of the period, and the headphones
    /// of a Raspberry Pi (bcm2835-pcm.c, which does not require a whole number of periods) do not.
    package var startFrames: Int32 {
        let period = max(1, periodFrames)
        return max(1, bufferFrames / period * period)
    }

    /// A delay (frames) as a driver reports it, or a plausible value instead.
    ///
    /// A delay is never negative, and one above both five buffers and 10 s is a driver's mistake:
    /// SOF once reported 7,493,989,779,945,237,086 frames (thesofproject/linux#4686). PulseAudio
    /// uses the same limit (`pa_alsa_safe_delay`). The card itself can hold at most its whole
    /// buffer, so that is used instead.
    @_noAllocation @_noLocks
    package func plausible(delayFrames: Int) -> Int {
        let limit = max(5 * Int(bufferFrames), 10 * Int(rate))
        if delayFrames > limit { return max(0, Int(bufferFrames)) }
        return max(0, delayFrames)
    }

    package var description: String {
        "\(rate) Hz, \(channels) channel\(channels == 1 ? "" : "s"), "
            + (format == .bits16 ? "" : "\(format.name), ")
            + "period \(milliseconds(periodFrames)) ms, buffer \(milliseconds(bufferFrames)) ms"
            + (hasClock ? "" : ", no clock") + (server.map { ", through \($0.name)" } ?? "")
    }

    /// Frames as milliseconds, rounded to the nearest.
    private func milliseconds(_ frames: Int32) -> Int64 {
        (Int64(frames) * 1000 + Int64(rate) / 2) / Int64(max(rate, 1))
    }
}
