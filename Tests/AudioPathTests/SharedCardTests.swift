import ALSA
import Testing

@testable import AudioPath

@Suite("What both directions of a card share")
struct SharedCardTests {
    private static func card(
        _ id: String, _ driver: String, number: Int32 = 0, part: String = ""
    ) -> SoundCard {
        let devices = [SoundCard.Device(number: 0, name: "", id: part)]
        return SoundCard(
            number: number, id: id, driver: driver, name: id, captures: devices,
            playbacks: devices)
    }

    private static let headset = card("Headset", "USB-Audio", number: 1)
    private static let hat = card("seeed2micvoicec", "seeed2micvoicec", number: 2)
    private static let loopback = card("Loopback", "Loopback", number: 3)
    private static let microphones = card(
        "sndrpisimplecar", "RPi-simple", number: 4, part: "bcm2835-i2s-dmic-hifi dmic-hifi-0")
    private static let all = [headset, hat, loopback, microphones]

    private func rates(
        _ capture: String, _ playback: String, change: (inout AudioSettings) -> Void = { _ in }
    ) -> [Int32] {
        var settings = AudioSettings()
        settings.capture.device = .alsa(capture)
        settings.playback.device = .alsa(playback)
        change(&settings)
        return [StreamDirection.capture, .playback].map { direction in
            let name = direction == .capture ? capture : playback
            let request = settings.request(name, direction)
            let shared = SharedCard.of(
                name, rate: request.rate,
                beside: settings.beside(direction, cards: Self.all), cards: Self.all)
            return shared.rate ?? request.rate
        }
    }

    @Test("both directions of one card get one rate, by whatever name the card is used")
    func oneRate() {
        #expect(rates("plughw:CARD=Headset,DEV=0", "plughw:CARD=Headset") == [48_000, 48_000])
        #expect(rates("hw:1,0", "plughw:CARD=Headset") == [48_000, 48_000])
        #expect(rates("sysdefault:CARD=seeed2micvoicec", "hw:2") == [48_000, 48_000])
        #expect(rates("hw:CARD=Headset", "hw:CARD=seeed2micvoicec") == [16_000, 24_000])
        #expect(rates("default", "default") == [16_000, 24_000])
        #expect(rates("hw:CARD=Loopback", "hw:CARD=Loopback") == [16_000, 24_000])
        #expect(rates("hw:CARD=Ghost", "hw:CARD=Ghost") == [16_000, 24_000])
    }

    @Test("a rate that the owner set for both directions is kept")
    func ownersRate() {
        let both = rates("hw:1", "hw:1") {
            $0.capture.rate = 44_100
            $0.playback.rate = 44_100
        }
        #expect(both == [44_100, 44_100])
    }

    @Test("auto for both directions means one card, and music on the microphone's card counts too")
    func automatic() {
        var settings = AudioSettings()
        let beside = settings.beside(.capture, cards: [Self.headset])
        #expect(beside.map(\.name) == ["plughw:CARD=Headset,DEV=0"])
        #expect(beside.map(\.rate) == [24_000])
        settings.playback.device = .null
        settings.music = .music(.alsa("plughw:CARD=Headset"))
        #expect(settings.beside(.capture, cards: Self.all).map(\.rate) == [48_000])
        settings.capture.device = .wav("mic.wav")
        #expect(settings.beside(.playback, cards: Self.all).isEmpty)
    }

    @Test("a bare I2S microphone and the device on its line have 32 bits")
    func wideSlots() {
        func format(_ name: String) -> SampleFormat? {
            SharedCard.of(name, rate: 16_000, beside: [], cards: Self.all).format
        }
        #expect(format("plughw:CARD=sndrpisimplecar,DEV=0") == .bits32)
        #expect(format("hw:4,0") == .bits32)
        #expect(format("plughw:CARD=Headset") == nil)
        #expect(format("plughw:CARD=seeed2micvoicec") == nil)
        for part in [
            "Google voiceHAT SoundCard HiFi voicehat-hifi-0",
            "simple-card_codec_link snd-soc-dummy-dai-0",
            "1f000a4000.i2s-ics43432-hifi ics43432-hifi-0",
        ] {
            #expect(Self.card("x", "simple-card", part: part).hasBareMicrophone, "\(part)")
        }
        #expect(
            !Self.card("x", "wm8960", part: "bcm2835-i2s-wm8960-hifi wm8960-hifi-0")
                .hasBareMicrophone)
    }

    @Test("a format that the owner wants and the card lacks is reported")
    func otherFormat() {
        var settings = AudioSettings()
        settings.capture.format = .bits32
        let grant = PCMGrant(
            rate: 48_000, channels: 1, periodFrames: 960, bufferFrames: 3840, hasClock: true)
        let words = settings.warning(of: grant, .capture)
        #expect(words == "it has no S32_LE (audio.capture.format); S16_LE is used")
        #expect(settings.warning(of: grant, .playback) == nil)
    }
}
