import ALSA
import TestInputs

/// What drivers grant, as their sources say; a table from which the properties draw.
struct CardDriver: Sendable {
    /// How the place is known up to which a device has fetched.
    enum Step: Sendable {
        /// It fetches so many frames ahead at once, and says so (USB's packets, a mixer's period).
        case ahead(ClosedRange<Int>)
        /// It fetches frame by frame and says so only once a period.
        case periodBehind
    }

    let name: String
    /// Where the numbers are from: Linux's tree, or that of alsa-lib, alsa-plugins or PipeWire.
    let source: String
    var rates: [Int32] = [24_000, 44_100, 48_000, 16_000]
    var channels: [Int32] = [1, 2]
    /// Of one channel.
    var sampleBytes = 2
    var periodBytes = 64...(1 << 20)
    var leastPeriodMicroseconds = 1000
    /// A period is a multiple of it (bytes).
    var stepBytes = 1
    var periods = 2...1024
    var bufferBytesMost = 1 << 20
    /// Whether a buffer is a whole number of periods (snd_pcm_hw_constraint_integer).
    var hasWholePeriods = false
    var step = Step.ahead(1...32)
    /// What is on its way behind the buffer (milliseconds).
    var beyond = 0...0
    var isBatch = false
    var rewinds = true
    /// Whether what was fetched is heard though the device is dropped.
    var keepsFetched = false

    static let all = [
        // snd_bcm2835_playback_hw; PERIOD_TIME of at least 10 ms, PERIOD_BYTES in steps of 16; no
        // constraint makes the periods whole. What was handed to the firmware cannot be rewound.
        CardDriver(
            name: "bcm2835 Headphones",
            source: "drivers/staging/vc04_services/bcm2835-audio/bcm2835-pcm.c",
            rates: [24_000], periodBytes: 1024...131_072, leastPeriodMicroseconds: 10_000,
            stepBytes: 16, periods: 1...128, bufferBytesMost: 131_072, step: .periodBehind,
            isBatch: true, rewinds: false),
        // dmaengine_pcm_set_runtime_hwparams: at least two periods, 256 bytes;
        // snd_dmaengine_pcm_open makes them whole. The DMA tells its place by bursts.
        CardDriver(
            name: "bcm2835-i2s, simple-card", source: "sound/soc/soc-generic-dmaengine-pcm.c",
            channels: [2], sampleBytes: 4, periodBytes: 256...65_536, bufferBytesMost: 524_288,
            hasWholePeriods: true, step: .ahead(1...16)),
        CardDriver(
            name: "bcm2835-i2s, WM8960", source: "sound/soc/codecs/wm8960.c",
            rates: [16_000, 24_000, 44_100, 48_000], channels: [1, 2], periodBytes: 256...65_536,
            bufferBytesMost: 524_288, hasWholePeriods: true, step: .ahead(1...16)),
        CardDriver(
            name: "bcm2835-i2s, seeed-voicecard", source: "sound/soc/codecs/ac108.c (respeaker)",
            rates: [16_000, 24_000, 48_000], channels: [2], sampleBytes: 4,
            periodBytes: 256...65_536, bufferBytesMost: 524_288, hasWholePeriods: true,
            step: .ahead(1...16)),
        // A DMA whose residue is that of a descriptor: SNDRV_PCM_INFO_BATCH
        // (snd_dmaengine_pcm_refine_runtime_hwparams).
        CardDriver(
            name: "dmaengine by descriptors", source: "sound/core/pcm_dmaengine.c",
            channels: [2], periodBytes: 256...65_536, bufferBytesMost: 524_288,
            hasWholePeriods: true, step: .periodBehind, isBatch: true),
        // snd_usb_hardware; URBs of MAX_PACKS packets, MAX_QUEUE ms of them in flight.
        CardDriver(
            name: "snd-usb-audio", source: "sound/usb/pcm.c, sound/usb/card.h",
            rates: [24_000, 44_100, 48_000, 16_000], periodBytes: 64...524_288,
            bufferBytesMost: 1 << 20, step: .ahead(24...144), beyond: 1...18, isBatch: true),
        // The converter of a MAI FIFO behind a DMA; 32 bits of IEC 958.
        CardDriver(
            name: "vc4-hdmi", source: "drivers/gpu/drm/vc4/vc4_hdmi.c", rates: [44_100, 48_000],
            channels: [2], sampleBytes: 4, periodBytes: 256...65_536, bufferBytesMost: 524_288,
            hasWholePeriods: true, step: .ahead(1...64), beyond: 0...2),
        // loopback_pcm_hardware: one period is allowed. It moves by jiffies.
        CardDriver(
            name: "snd-aloop", source: "sound/drivers/aloop.c", periodBytes: 64...1_048_576,
            periods: 1...1024, bufferBytesMost: 2 << 20, step: .ahead(1...64)),
        // The slave's period is the client's, and what was mixed into the slave stays there.
        CardDriver(
            name: "dmix", source: "alsa-lib src/pcm/pcm_dmix.c", rates: [48_000, 44_100],
            channels: [2], hasWholePeriods: true, step: .periodBehind, beyond: 0...20,
            rewinds: false, keepsFetched: true),
        // 128 bytes a period, three periods at least; the server's own latency behind it.
        CardDriver(
            name: "pulse", source: "alsa-plugins pulse/pcm_pulse.c",
            periodBytes: 128...(2 << 20), periods: 3...1024, bufferBytesMost: 4 << 20,
            step: .ahead(24...480), beyond: 5...100, rewinds: false, keepsFetched: true),
        CardDriver(
            name: "pipewire", source: "PipeWire pipewire-alsa/alsa-plugins/pcm_pipewire.c",
            periodBytes: 128...(2 << 20), periods: 2...1024, bufferBytesMost: 4 << 20,
            step: .ahead(64...480), beyond: 1...45, rewinds: false, keepsFetched: true),
    ]
}

/// One grant, and how the card behind it does.
struct CardShape: Sendable, CustomStringConvertible {
    let driver: CardDriver
    let grant: PCMGrant
    /// Frames fetched at once, or between two words of the position.
    let stepFrames: Int
    let isAhead: Bool
    /// Frames on their way behind the buffer.
    let beyondFrames: Int
    /// How wrong its clock is.
    let driftPPM: Double

    var description: String {
        "\(driver.name): \(grant.rate) Hz, \(grant.channels) channels, period "
            + "\(grant.periodFrames), buffer \(grant.bufferFrames), step \(stepFrames) "
            + (isAhead ? "ahead" : "behind") + ", beyond \(beyondFrames), \(driftPPM) ppm"
    }

    /// What a driver may grant to whoever wishes for 20 and 80 ms, or for something else.
    init(of driver: CardDriver, using random: inout SeededGenerator) {
        self.driver = driver
        let rate = driver.rates.randomElement(using: &random) ?? 24_000
        let channels = driver.channels.randomElement(using: &random) ?? 1
        let frameBytes = Int(channels) * driver.sampleBytes
        let wishes = [5000, 10_000, 20_000, 20_000, 20_000, 21_333, 40_000, 85_000, 125_000]
        let microseconds = max(
            driver.leastPeriodMicroseconds, wishes.randomElement(using: &random) ?? 20_000)
        var period = Int(rate) * microseconds / 1_000_000
        if Bool.random(using: &random) { period += Int.random(in: 0...period / 3, using: &random) }
        let bytes = min(max(period * frameBytes, driver.periodBytes.lowerBound), 32_768)
        let step = max(frameBytes, driver.stepBytes)
        period = (bytes + step - 1) / step * step / frameBytes
        let least = max(2, driver.periods.lowerBound)
        let most = max(least, min(8, driver.bufferBytesMost / frameBytes / period))
        var buffer = period * Int.random(in: least...most, using: &random)
        if !driver.hasWholePeriods, Bool.random(using: &random) {
            buffer += Int.random(in: 0..<period, using: &random)
        }
        grant = PCMGrant(
            rate: rate, channels: channels, periodFrames: Int32(period),
            bufferFrames: Int32(buffer), hasClock: true, isBatch: driver.isBatch)
        switch driver.step {
        case .ahead(let range):
            stepFrames = max(1, min(period / 2, Int.random(in: range, using: &random)))
            isAhead = true
        case .periodBehind: (stepFrames, isAhead) = (period, false)
        }
        beyondFrames = Int(rate) * Int.random(in: driver.beyond, using: &random) / 1000
        driftPPM = Double.random(in: -200...200, using: &random)
    }
}
