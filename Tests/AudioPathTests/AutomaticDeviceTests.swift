import ALSA
import Testing

@testable import AudioPath

@Suite("Which card auto chooses")
struct AutomaticDeviceTests {
    private static let one = [SoundCard.Device(number: 0, name: "PCM")]
    private static let screen = SoundCard(
        number: 0, id: "vc4hdmi", driver: "vc4-hdmi", name: "vc4-hdmi", captures: [],
        playbacks: one)
    private static let jack = SoundCard(
        number: 1, id: "Headphones", driver: "bcm2835_headpho", name: "bcm2835 Headphones",
        captures: [], playbacks: one)
    private static let hat = SoundCard(
        number: 2, id: "seeed2micvoicec", driver: "seeed2micvoicec", name: "seeed-2mic-voicecard",
        captures: one, playbacks: one)
    private static let headset = SoundCard(
        number: 3, id: "Headset", driver: "USB-Audio", name: "Jabra SPEAK 510 USB", captures: one,
        playbacks: one)
    private static let webcam = SoundCard(
        number: 4, id: "C920", driver: "USB-Audio", name: "HD Pro Webcam", captures: one,
        playbacks: [])
    private static let loopback = SoundCard(
        number: 5, id: "Loopback", driver: "Loopback", name: "Loopback", captures: one,
        playbacks: one)
    private static let second: Int64 = 1_000_000_000

    private func choice(
        _ direction: StreamDirection, _ cards: [SoundCard]
    ) -> AutomaticDevice.Choice? {
        var device = AutomaticDevice(direction)
        return device.choose(from: cards, now: 0)
    }

    @Test("a card with both directions comes first, then what was plugged in, then a screen")
    func order() {
        let all = [Self.screen, Self.jack, Self.hat, Self.headset, Self.webcam, Self.loopback]
        #expect(choice(.playback, all)?.device == "plughw:CARD=Headset,DEV=0")
        #expect(choice(.capture, all)?.device == "plughw:CARD=Headset,DEV=0")
        let withoutHeadset = all.filter { $0.id != "Headset" }
        #expect(choice(.capture, withoutHeadset)?.device == "plughw:CARD=seeed2micvoicec,DEV=0")
        let halves = [Self.screen, Self.jack, Self.webcam, Self.loopback]
        #expect(choice(.capture, halves)?.device == "plughw:CARD=C920,DEV=0")
        #expect(choice(.playback, halves)?.device == "plughw:CARD=Headphones,DEV=0")
        #expect(
            choice(.playback, [Self.loopback, Self.screen])?.device == "hdmi:CARD=vc4hdmi,DEV=0")
    }

    @Test("the reason names the card, its advantage and the card that it was preferred to")
    func reason() {
        #expect(
            choice(.playback, [Self.screen, Self.headset])?.reason
                == "Jabra SPEAK 510 USB: it has microphone and loudspeaker, before vc4hdmi")
        #expect(
            choice(.capture, [Self.screen, Self.webcam])?.reason
                == "HD Pro Webcam: the only card with a microphone")
        #expect(choice(.playback, [])?.device == "default")
        #expect(choice(.playback, [])?.reason == "no card has a loudspeaker")
    }

    @Test("of a card with several devices the one that is no screen is chosen")
    func devices() {
        let intel = SoundCard(
            number: 0, id: "PCH", driver: "HDA-Intel", name: "HDA Intel PCH", captures: Self.one,
            playbacks: [.init(number: 3, name: "HDMI 0"), .init(number: 7, name: "ALC257 Analog")])
        #expect(choice(.playback, [intel])?.device == "plughw:CARD=PCH,DEV=7")
    }

    @Test("a chosen card that was removed is awaited, also under another number")
    func awaited() {
        var device = AutomaticDevice(.capture)
        _ = device.choose(from: [Self.headset, Self.webcam], now: 0)
        #expect(device.choose(from: [Self.webcam], now: Self.second) == nil)
        let back = SoundCard(
            number: 9, id: "Headset", driver: "USB-Audio", name: "Jabra SPEAK 510 USB",
            captures: Self.one, playbacks: Self.one)
        let again = device.choose(from: [Self.webcam, back], now: 2 * Self.second)
        #expect(again?.device == "plughw:CARD=Headset,DEV=0")
    }

    @Test("after ten seconds an equally good card is taken, never a worse one")
    func replaced() {
        var device = AutomaticDevice(.playback)
        _ = device.choose(from: [Self.headset, Self.screen], now: 0)
        #expect(device.choose(from: [Self.screen], now: Self.second) == nil)
        #expect(device.choose(from: [Self.screen], now: 3600 * Self.second) == nil)
        let other = SoundCard(
            number: 1, id: "USB", driver: "USB-Audio", name: "Another", captures: Self.one,
            playbacks: Self.one)
        let cards = [other, Self.screen]
        #expect(
            device.choose(from: cards, now: 3601 * Self.second)?.device == "plughw:CARD=USB,DEV=0")
    }
}
