/// Which way samples go.
package enum StreamDirection: Sendable, Equatable, CustomStringConvertible {
    /// From the microphone.
    case capture
    /// To the speaker.
    case playback

    package var description: String { self == .capture ? "capture" : "playback" }
}

/// What is wished of a sound device; samples pass as 16-bit, interleaved, whatever it has.
///
/// A device that cannot do a value gives the nearest it can, of rates the nearest above where it has
/// one; at another rate, period and buffer last as long.
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
    /// The wanted sample format, where the device has it; nil: the cheapest one.
    package var format: SampleFormat?

    /// Describes a wish; no device is opened yet.
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

/// What a sound device does: interleaved samples in this shape.
package struct PCMGrant: Sendable, Equatable, CustomStringConvertible {
    /// Hz.
    package let rate: Int32
    package let channels: Int32
    /// Frames between two wake-ups.
    package let periodFrames: Int32
    /// Frames the device holds in all.
    package let bufferFrames: Int32
    /// Whether the device takes and gives samples at its rate.
    ///
    /// Without a clock (ALSA's `null`, and `file` over it) any amount passes at once, and the
    /// caller must keep the time. Reading from `null`, or past the end of a file, gives silence.
    package let hasClock: Bool
    /// How the device has its samples, which pass as 16-bit ones.
    package let format: SampleFormat
    /// Whether the device fetches in bursts and tells its position in steps
    /// (SNDRV_PCM_INFO_BATCH), as USB does.
    package let isBatch: Bool
    /// What stands between us and the card; nil where that is nobody.
    package let server: SoundServer?
    /// Whether what was written and not fetched can be taken back.
    ///
    /// From a card it can, plain or as plughw, which converts sample by sample or, between rates,
    /// gives nothing back; and from dmix, which plays on what was mixed when it is dropped
    /// (alsa-lib's pcm_dmix.c, snd_pcm_dmix_drop). Of other plugins some count frames as theirs that
    /// a server has already (pcm_ioplug.c, snd_pcm_ioplug_rewind).
    package let rewinds: Bool

    /// Puts a grant together; devices that are no PCM do too.
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

    /// What is written to a loudspeaker before it starts by itself (frames).
    ///
    /// As many whole periods as it holds. Its whole buffer would never be reached by a program that writes
    /// whole periods: no driver need grant a multiple of the period, and the headphones of a
    /// Raspberry Pi (bcm2835-pcm.c, which asks for no whole number of periods) do not.
    package var startFrames: Int32 {
        let period = max(1, periodFrames)
        return max(1, bufferFrames / period * period)
    }

    /// A delay (frames) as a driver reports it, or what can be believed instead.
    ///
    /// None is negative, and one above five buffers and above 10 s is a driver's mistake: SOF once
    /// reported 7,493,989,779,945,237,086 frames (thesofproject/linux#4686). PulseAudio draws its
    /// line at the same place (`pa_alsa_safe_delay`). The whole buffer is the most that the card
    /// itself can hold, so that stands for it.
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
