import ALSA
import TestInputs

/// What drivers grant, according to their sources; the property tests draw from this table.
///
/// Read in Linux 6.1.192 as in Debian, and in stored copies of alsa-lib, alsa-plugins, PipeWire and
/// respeaker/seeed-voicecard.
struct CardDriver: Sendable {
    /// How a driver reports the position up to which a device has fetched.
    enum Step: Sendable {
        /// It fetches this many frames at once, at most a period, and reports it (USB's packets, a
        /// server's cycle).
        case ahead(ClosedRange<Int>)
        /// It fetches frame by frame, and reports it once in this number of milliseconds.
        case behind(ClosedRange<Int>)
        /// It fetches frame by frame and reports that only once a period.
        case periodBehind
    }

    /// What is still heard when a device is dropped.
    enum Rest: Sendable {
        /// Samples that the converter has not played yet are not heard.
        case nothing
        /// Samples that were fetched are heard.
        case fetched
        /// All samples that were written, and not taken back before, are heard.
        case all
    }

    let name: String
    /// File and symbol of each number in the driver's source.
    let source: String
    var rates: [Int32] = [24_000, 44_100, 48_000, 16_000]
    var channels: [Int32] = [1, 2]
    /// The channels of its microphones, if they differ.
    var microphones: [Int32]?
    /// For one channel.
    var sampleBytes = 2
    var periodBytes = 64...(1 << 20)
    var leastPeriodMicroseconds = 1000
    /// The period is a multiple of this (bytes).
    var stepBytes = 1
    var periods = 2...1024
    var bufferBytesMost = 1 << 20
    /// Whether a buffer is a whole number of periods.
    var hasWholePeriods = false
    var step = Step.ahead(1...32)
    /// The latency behind the buffer (milliseconds).
    var beyond = 0...0
    /// Up to a period more, if written samples begin with the next period of another stream.
    var startsWithPeriod = false
    /// Whether its wake-ups follow periods that are not counted from our start.
    var wakesByItsOwn = false
    var isBatch = false
    var rewinds = true
    var rest = Rest.nothing

    static let all = [
        CardDriver(
            name: "bcm2835 Headphones",
            source: """
                drivers/staging/vc04_services/bcm2835-audio/bcm2835-pcm.c: \
                snd_bcm2835_playback_hw; snd_bcm2835_playback_open_generic: PERIOD_BYTES in \
                steps of 16, PERIOD_TIME of 10 ms at least since "position update is in 10ms \
                order", no integer PERIODS; sound/core/pcm-indirect.h: \
                snd_pcm_indirect_playback_transfer refuses to go back
                """,
            rates: [24_000, 48_000], periodBytes: 1024...524_288,
            leastPeriodMicroseconds: 10_000, stepBytes: 16, periods: 1...128,
            bufferBytesMost: 524_288, step: .behind(8...12), isBatch: true, rewinds: false),
        // The memory is soc-generic-dmaengine-pcm's 512 KiB.
        CardDriver(
            name: "bcm2835-i2s, simple-card",
            source: """
                sound/soc/bcm/bcm2835-i2s.c: bcm2835_i2s_dai (2 channels, 8 to 384 kHz, 16 to 32 \
                bits), maxburst 2; sound/soc/soc-generic-dmaengine-pcm.c: \
                dmaengine_pcm_set_runtime_hwparams (2 periods, 8 bytes times maxburst), \
                prealloc_buffer_size_kbytes; sound/core/pcm_dmaengine.c: snd_dmaengine_pcm_open \
                (integer PERIODS); drivers/dma/bcm2835-dma.c: DMA_RESIDUE_GRANULARITY_BURST
                """,
            channels: [2], sampleBytes: 4, periodBytes: 16...524_288, bufferBytesMost: 524_288,
            hasWholePeriods: true, step: .ahead(1...16)),
        // Of the rates at and above 24 kHz the nearest is 32 kHz.
        CardDriver(
            name: "bcm2835-i2s, WM8960",
            source: """
                sound/soc/codecs/wm8960.c: wm8960_dai (WM8960_RATES is \
                SNDRV_PCM_RATE_8000_48000, which has no 24 kHz; symmetric_rate); 2 channels by \
                bcm2835_i2s_dai, sizes as above
                """,
            rates: [16_000, 32_000, 44_100, 48_000], channels: [2], periodBytes: 16...524_288,
            bufferBytesMost: 524_288, hasWholePeriods: true, step: .ahead(1...16)),
        CardDriver(
            name: "bcm2835-i2s, seeed-voicecard with AC108 and AC101",
            source: """
                respeaker/seeed-voicecard ac108.c: AC108_RATES, AC108_FORMATS (16 and 32 bits), \
                ac108_dai0; seeed-voicecard.c: seeed_voice_card_startup (channels by the \
                overlay: seeed-8mic-voicecard-overlay.dts has 2 and 8, the 4-mic card 4 and no \
                loudspeaker)
                """,
            rates: [16_000, 24_000, 32_000, 44_100, 48_000], channels: [2], microphones: [4, 8],
            sampleBytes: 4, periodBytes: 16...524_288, bufferBytesMost: 524_288,
            hasWholePeriods: true, step: .ahead(1...16)),
        CardDriver(
            name: "dmaengine by descriptors",
            source: """
                sound/core/pcm_dmaengine.c: snd_dmaengine_pcm_refine_runtime_hwparams (a residue \
                of DMA_RESIDUE_GRANULARITY_DESCRIPTOR is SNDRV_PCM_INFO_BATCH)
                """,
            channels: [2], periodBytes: 256...524_288, bufferBytesMost: 524_288,
            hasWholePeriods: true, step: .periodBehind, isBatch: true),
        CardDriver(
            name: "snd-usb-audio",
            source: """
                sound/usb/pcm.c: snd_usb_hardware, setup_hw_info (periods up to 1 s, buffers up \
                to 2 s, no integer PERIODS), snd_usb_pcm_delay; sound/usb/card.h: MAX_PACKS 6 ms \
                an URB, MAX_QUEUE 18 ms in flight
                """,
            rates: [24_000, 44_100, 48_000, 16_000], periodBytes: 64...(1 << 20),
            step: .ahead(16...288), beyond: 1...18, isBatch: true),
        CardDriver(
            name: "vc4-hdmi",
            source: """
                drivers/gpu/drm/vc4/vc4_hdmi.c: vc4_hdmi_audio_cpu_dai_drv (32 kHz and more, \
                IEC958_SUBFRAME_LE only), maxburst 2; sound/soc/codecs/hdmi-codec.c: \
                hdmi_i2s_dai (2 to 8 channels); sizes as of bcm2835-i2s
                """,
            rates: [32_000, 44_100, 48_000], channels: [2], sampleBytes: 4,
            periodBytes: 16...524_288, bufferBytesMost: 524_288, hasWholePeriods: true,
            step: .ahead(1...64), beyond: 0...2),
        CardDriver(
            name: "snd-aloop",
            source: """
                sound/drivers/aloop.c: loopback_pcm_hardware (one period is allowed), \
                loopback_open (integer PERIODS), loopback_jiffies_timer_pos_update (jiffies, 1 \
                or 4 ms: what is reported is fetched)
                """,
            periodBytes: 64...1_048_576, periods: 1...1024, bufferBytesMost: 2 << 20,
            hasWholePeriods: true, step: .ahead(16...192)),
        CardDriver(
            name: "snd-dummy",
            source: """
                sound/drivers/dummy.c: dummy_pcm_hardware (one period, 64 KiB), model_uda1341 \
                (16380 bytes), model_emu10k1 (integer PERIODS), dummy_hrtimer_pointer
                """,
            rates: [24_000, 44_100, 48_000, 16_000], periodBytes: 64...65_536, periods: 1...1024,
            bufferBytesMost: 16_380, step: .ahead(1...8)),
        // The period is 1024 frames in alsa-lib's pcm/dmix.conf, and what its card prefers in one's
        // own settings (125 ms of snd-aloop).
        CardDriver(
            name: "dmix",
            source: """
                src/pcm/pcm_direct.c: snd_pcm_direct_hw_refine (the card's periods, 2 to what \
                its buffer holds, integer), snd_pcm_direct_reset_slave_ptr (a start is put off \
                to a period of the card's where the buffer has two), \
                snd_pcm_direct_initialize_poll_fd (the card's timer); src/pcm/pcm_dmix.c: \
                snd_pcm_dmix_rewind, snd_pcm_dmix_drop (what was mixed stays in the card)
                """,
            rates: [48_000, 44_100], channels: [2], periods: 2...16, hasWholePeriods: true,
            step: .ahead(1...64), startsWithPeriod: true, wakesByItsOwn: true, rest: .all),
        CardDriver(
            name: "pulse",
            source: """
                alsa-plugins pulse/pcm_pulse.c: pulse_hw_constraint (128 bytes, 3 periods, 4 \
                MiB), pulse_hw_params (minreq is a period: so much is asked for at once), \
                update_ptr, pulse_write (what is written is the server's); src/pcm/pcm_ioplug.c: \
                snd_pcm_ioplug_rewind would count it as ours
                """,
            periodBytes: 128...(2 << 20), periods: 3...1024, bufferBytesMost: 4 << 20,
            step: .ahead(240...4800), beyond: 5...100, rewinds: false, rest: .fetched),
        CardDriver(
            name: "pipewire",
            source: """
                PipeWire pipewire-alsa/alsa-plugins/pcm_pipewire.c: pipewire_set_hw_constraint \
                (128 bytes, MIN_BUFFERS 2, MAX_BUFFERS 64), snd_pcm_pipewire_process (a cycle of \
                the graph at once, at most avail_min), snd_pcm_pipewire_delay
                """,
            periodBytes: 128...(2 << 20), periods: 2...64, bufferBytesMost: 4 << 20,
            step: .ahead(64...1024), beyond: 1...45, rewinds: false, rest: .fetched),
    ]
}

/// One grant, and the behaviour of its card.
struct CardShape: Sendable, CustomStringConvertible {
    let driver: CardDriver
    let grant: PCMGrant
    /// Frames fetched at once, or between two reports of the position.
    let stepFrames: Int
    let isAhead: Bool
    /// Frames on their way behind the buffer.
    let beyondFrames: Int
    /// How long after one of its own wake-ups a stream begins; nil: they are counted from its
    /// start.
    let phaseFrames: Int?
    /// How wrong its clock is.
    let driftPPM: Double

    var description: String {
        "\(driver.name): \(grant.rate) Hz, \(grant.channels) channels, period "
            + "\(grant.periodFrames), buffer \(grant.bufferFrames), step \(stepFrames) "
            + (isAhead ? "ahead" : "behind") + (phaseFrames.map { ", phase \($0)" } ?? "")
            + ", beyond \(beyondFrames), \(driftPPM) ppm"
    }

    /// A grant that a driver may give to a request for 20 and 80 ms, or for something else.
    init(
        of driver: CardDriver, isMicrophone: Bool = false, using random: inout SeededGenerator
    ) {
        self.driver = driver
        let rate = driver.rates.randomElement(using: &random) ?? 24_000
        let own = isMicrophone ? driver.microphones ?? driver.channels : driver.channels
        let channels = own.randomElement(using: &random) ?? 1
        let frameBytes = Int(channels) * driver.sampleBytes
        let wishes = [5000, 10_000, 20_000, 20_000, 20_000, 21_333, 40_000, 85_000, 125_000]
        let microseconds = max(
            driver.leastPeriodMicroseconds, wishes.randomElement(using: &random) ?? 20_000)
        var period = Int(rate) * microseconds / 1_000_000
        if Bool.random(using: &random) { period += Int.random(in: 0...period / 3, using: &random) }
        let least = max(2, driver.periods.lowerBound)
        // Periods longer than 32 KiB are not requested.
        let largest = min(
            32_768, driver.periodBytes.upperBound, driver.bufferBytesMost / least)
        let step = max(frameBytes, driver.stepBytes)
        let bytes = max(period * frameBytes, driver.periodBytes.lowerBound)
        period = min((bytes + step - 1) / step, largest / step) * step / frameBytes
        let room = driver.bufferBytesMost / frameBytes
        let most = min(8, driver.periods.upperBound, room / period)
        var buffer = period * Int.random(in: least...most, using: &random)
        if !driver.hasWholePeriods, Bool.random(using: &random) {
            buffer = min(room, buffer + Int.random(in: 0..<period, using: &random))
        }
        grant = PCMGrant(
            rate: rate, channels: channels, periodFrames: Int32(period),
            bufferFrames: Int32(buffer), hasClock: true, isBatch: driver.isBatch)
        switch driver.step {
        case .ahead(let range):
            stepFrames = max(1, min(period, Int.random(in: range, using: &random)))
            isAhead = true
        case .behind(let range):
            let milliseconds = Int.random(in: range, using: &random)
            stepFrames = min(period, Int(rate) * milliseconds / 1000)
            isAhead = false
        case .periodBehind: (stepFrames, isAhead) = (period, false)
        }
        let phase = driver.wakesByItsOwn ? Int.random(in: 0..<period, using: &random) : nil
        phaseFrames = phase
        // A stream that begins with a period is delayed by the rest of the one before.
        let isPutOff = driver.startsWithPeriod && buffer <= 2 * period
        beyondFrames =
            Int(rate) * Int.random(in: driver.beyond, using: &random) / 1000
            + (isPutOff ? (phase.map { period - $0 } ?? 0) : 0)
        driftPPM = Double.random(in: -200...200, using: &random)
    }
}
