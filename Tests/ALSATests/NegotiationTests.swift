import CScriptedCard
import Glibc
import Linux
import Testing

@testable import ALSA

/// Constraints of drivers are given to alsa-lib itself, which narrows them like a real card's.
@Suite("Asking a card for its shape")
struct NegotiationTests {
    /// A kind of card, with the constraints of its driver.
    struct Kind: Sendable, CustomTestStringConvertible {
        var driver: String
        /// Where the kernel has the numbers.
        var source: String
        var formats: [String]
        /// The card takes one of these, or, if empty, any rate between the limits (Hz).
        var rates: [UInt32] = []
        var rateRange: ClosedRange<UInt32> = 8000...192_000
        var channels: ClosedRange<UInt32> = 1...2
        var periodBytes: ClosedRange<UInt32> = 64...(1 << 18)
        var periods: ClosedRange<UInt32> = 2...1024
        var bufferBytes: ClosedRange<UInt32> = 128...(1 << 19)

        var testDescription: String { driver }
    }

    static let kinds = [
        Kind(
            driver: "bcm2835 headphones", source: "vc04_services/bcm2835-audio/bcm2835-pcm.c",
            formats: ["S16_LE"], periodBytes: 1024...524_288, periods: 1...128,
            bufferBytes: 1024...524_288),
        Kind(
            driver: "bcm2835-i2s with dmic", source: "soc/bcm/bcm2835-i2s.c, soc/codecs/dmic.c",
            formats: ["S16_LE", "S24_LE", "S32_LE"], channels: 2...2, periodBytes: 32...262_144,
            periods: 2...255, bufferBytes: 64...524_288),
        Kind(
            driver: "bcm2835-i2s with WM8960", source: "soc/codecs/wm8960.c",
            formats: ["S16_LE", "S24_LE", "S32_LE"],
            rates: [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000],
            channels: 2...2, periodBytes: 32...262_144, periods: 2...255,
            bufferBytes: 64...524_288),
        Kind(
            driver: "voiceHAT", source: "soc/bcm/googlevoicehat-codec.c", formats: ["S32_LE"],
            rates: [48_000], channels: 2...2, periods: 2...255),
        Kind(
            driver: "USB headset", source: "usb/pcm.c; one rate each way, as many have",
            formats: ["S16_LE"], rates: [16_000], channels: 1...1, bufferBytes: 128...1_048_576),
        Kind(
            driver: "USB converter of 44.1 kHz", source: "usb/pcm.c, the format of three bytes",
            formats: ["S24_3LE"], rates: [44_100], channels: 2...2,
            bufferBytes: 128...1_048_576),
        Kind(
            driver: "USB of 20 and 18 bits", source: "usb/format.c: bits of the descriptor",
            formats: ["S20_3LE", "S18_3LE"], rates: [44_100, 48_000], channels: 2...2),
        Kind(
            driver: "array of eight", source: "usb/pcm.c", formats: ["S32_LE"],
            rates: [16_000, 48_000], channels: 8...8),
        Kind(
            driver: "virtual, floating point", source: "alsa-plugins: jack/pcm_jack.c",
            formats: ["FLOAT_LE"], rates: [48_000], channels: 2...2),
        Kind(
            driver: "aloop", source: "drivers/aloop.c",
            formats: ["S16_LE", "S24_3LE", "S32_LE", "FLOAT_LE"], channels: 1...32,
            periodBytes: 64...1_048_576, periods: 1...1024, bufferBytes: 64...2_097_152),
        Kind(
            driver: "one size only", source: "drivers/dummy.c, model_uda1341 and its like",
            formats: ["S16_LE"], rates: [44_100, 48_000], channels: 2...2,
            periodBytes: 4096...4096, periods: 2...16, bufferBytes: 8192...65_536),
    ]

    /// The card while a test uses it.
    final class Card {
        private let card: OpaquePointer
        private let clock: UnsafeMutablePointer<UInt32>

        init(_ kind: Kind, clock rate: UInt32? = nil) {
            FileDevices.useTestConfiguration
            card = martlet_card_make()
            clock = .allocate(capacity: 1)
            clock.initialize(to: rate ?? 0)
            for name in kind.formats { #expect(martlet_card_add_format(card, name)) }
            for rate in kind.rates { martlet_card_add_rate(card, rate) }
            martlet_card_set_rates(card, kind.rateRange.lowerBound, kind.rateRange.upperBound)
            martlet_card_set_channels(card, kind.channels.lowerBound, kind.channels.upperBound)
            martlet_card_set_periods(
                card, kind.periodBytes.lowerBound, kind.periodBytes.upperBound,
                kind.periods.lowerBound, kind.periods.upperBound)
            martlet_card_set_buffer(
                card, kind.bufferBytes.lowerBound, kind.bufferBytes.upperBound)
            if rate != nil { martlet_card_share_clock(card, clock) }
        }

        deinit {
            martlet_card_free(card)
            clock.deallocate()
        }

        func ask(
            _ request: PCMRequest
        ) throws -> (grant: PCMGrant, concession: String?) {
            let handle = try #require(
                martlet_card_open(card, request.direction == .capture))
            var negotiation = PCMNegotiation(request, adopting: OpaquePointer(handle))
            let grant = try negotiation.settle()
            return (grant, negotiation.concession)
        }
    }

    private static func wish<Random: RandomNumberGenerator>(
        using random: inout Random
    ) -> PCMRequest {
        let rates: [Int32] = [8000, 16_000, 24_000, 44_100, 48_000]
        let rate = rates.randomElement(using: &random) ?? 16_000
        let period = Int32.random(in: 5...100, using: &random) * rate / 1000
        return PCMRequest(
            device: "scripted", direction: Bool.random(using: &random) ? .capture : .playback,
            rate: rate, channels: Int32.random(in: 1...4, using: &random), periodFrames: period,
            bufferFrames: period * Int32.random(in: 2...10, using: &random),
            format: Bool.random(using: &random) ? SampleFormat.allCases.randomElement() : nil)
    }

    @Test(
        "whatever is requested, a card grants what it can, and nothing else is reported",
        arguments: kinds)
    func everyWish(kind: Kind) throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let wish = Self.wish(using: &random)
            let (grant, _) = try Card(kind).ask(wish)
            #expect(kind.formats.contains(grant.format.name), "\(wish)")
            #expect(kind.channels.contains(UInt32(grant.channels)), "\(wish)")
            if kind.rates.isEmpty {
                #expect(grant.rate == wish.rate, "\(wish)")
            } else {
                #expect(kind.rates.contains(UInt32(grant.rate)), "\(wish)")
            }
            let frame = UInt32(grant.channels) * UInt32(grant.format.bytes)
            #expect(kind.periodBytes.contains(UInt32(grant.periodFrames) * frame), "\(wish)")
            #expect(kind.bufferBytes.contains(UInt32(grant.bufferFrames) * frame), "\(wish)")
            #expect(grant.bufferFrames / grant.periodFrames >= 2, "\(wish)")
            if let format = wish.format, kind.formats.contains(format.name) {
                #expect(grant.format == format)
            }
        }
    }

    @Test("a second stream takes the rate that the first one set, and reports why")
    func oneClock() throws {
        let kind = try #require(Self.kinds.first { $0.driver.contains("WM8960") })
        for rate in kind.rates {
            let card = Card(kind, clock: rate)
            let (grant, concession) = try card.ask(.usual("scripted", .capture))
            #expect(grant.rate == Int32(rate))
            guard rate != 16_000 else {
                #expect(concession == nil)
                continue
            }
            let words = try #require(concession)
            #expect(words.contains("the clock runs at \(rate) Hz"), "\(words)")
            #expect(words.contains("it works with"), "\(words)")
        }
    }

    @Test("two streams that ask for one rate both get it, in either order")
    func commonRate() throws {
        let kind = try #require(Self.kinds.first { $0.driver.contains("WM8960") })
        let card = Card(kind, clock: 0)
        for direction in [StreamDirection.playback, .capture] {
            let (grant, concession) = try card.ask(.usual("scripted", direction, rate: 48_000))
            #expect(grant.rate == 48_000)
            #expect(concession == nil)
        }
    }

    @Test("an HDMI device that takes only IEC958 frames is reported with the name for such frames")
    func digital() throws {
        let screen = Kind(
            driver: "vc4-hdmi", source: "gpu/drm/vc4/vc4_hdmi.c",
            formats: ["IEC958_SUBFRAME_LE"], rates: [44_100, 48_000], channels: 2...8)
        let request = PCMRequest.usual("hw:CARD=vc4hdmi,DEV=0", .playback, rate: 24_000)
        #expect(throws: ALSAError.digitalOnly(device: "hw:CARD=vc4hdmi,DEV=0")) {
            _ = try Card(screen).ask(request)
        }
        #expect(
            "\(ALSAError.digitalOnly(device: "hw:CARD=vc4hdmi,DEV=0"))"
                .contains("hdmi:CARD=vc4hdmi,DEV=0"))
    }

    @Test("a card that has none of our formats is refused in words")
    func unknownFormat() throws {
        let odd = Kind(driver: "µ-law", source: "none", formats: ["MU_LAW"])
        #expect(
            throws: ALSAError.refused(
                device: "scripted", what: "samples of 16 to 32 bits", code: EINVAL)
        ) {
            _ = try Card(odd).ask(.usual("scripted", .capture))
        }
    }

    @Test("a buffer is a whole number of periods, at least two, where the card allows it")
    func wholePeriods() throws {
        var random = SystemRandomNumberGenerator()
        for kind in Self.kinds {
            for _ in 0..<100 {
                let wish = Self.wish(using: &random)
                let grant = try Card(kind).ask(wish).grant
                #expect(grant.bufferFrames % grant.periodFrames == 0, "\(kind.driver), \(wish)")
                #expect(grant.bufferFrames / grant.periodFrames >= 2, "\(kind.driver), \(wish)")
            }
        }
    }

    #if DEBUG
    @Test(
        "a card that refuses one request is asked for less, and its error is kept",
        arguments: [
            ("snd_pcm_hw_params_set_period_size_near", "a period of its own"),
            ("snd_pcm_hw_params_set_buffer_size_near", "sizes of its own"),
            ("snd_pcm_hw_params_set_channels_near", "channels of its own"),
        ])
    func less(call: String, given: String) throws {
        let result = try SystemError.$forced.withValue([call: EINVAL]) {
            try Card(Self.kinds[1]).ask(.usual("scripted", .capture))
        }
        let words = try #require(result.concession)
        #expect(words.contains(given), "\(words)")
        #expect(words.contains("Invalid argument"), "\(words)")
        #expect(result.grant.rate == 16_000)
    }

    @Test(
        "a device that was removed or taken meanwhile is not asked again",
        arguments: [ENODEV, EBUSY])
    func final(code: Int32) {
        #expect(
            throws: ALSAError.refused(
                device: "scripted", what: "16000 Hz with 1 channels", code: code)
        ) {
            try SystemError.$forced.withValue(["snd_pcm_hw_params": code]) {
                _ = try Card(Self.kinds[1]).ask(.usual("scripted", .capture))
            }
        }
    }
    #endif
}
