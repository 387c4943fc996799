import Glibc
import Linux
import Testing

@testable import ALSA

@Suite("Mixer")
struct MixerTests {
    init() {
        FileDevices.useTestConfiguration
    }

    @Test("a missing card is an error that names it")
    func missingCard() {
        do throws(ALSAError) {
            _ = try Mixer(card: "hw:31")
            Issue.record("a missing card was opened")
        } catch {
            #expect("\(error)".hasPrefix("mixer of card hw:31: open: "))
        }
    }

    #if DEBUG
    @Test("a mixer that cannot be opened is an error")
    func forced() {
        #expect(throws: ALSAError.mixer(card: "hw:31", what: "open", code: ENOMEM)) {
            try SystemError.$forced.withValue(["snd_mixer_open": ENOMEM]) {
                _ = try Mixer(card: "hw:31")
            }
        }
    }
    #endif

    @Test("errors say what to do")
    func texts() {
        let control = ALSAError.noSuchControl(
            card: "hw:0", name: "Master", existing: ["PCM", "Mic"])
        #expect("\(control)" == "card hw:0 has no control Master; it has PCM, Mic")
        let none = ALSAError.noSuchControl(card: "hw:0", name: "Master", existing: [])
        #expect("\(none)" == "card hw:0 has no control Master; it has none")
        let failed = ALSAError.mixer(card: "hw:0", what: "open", code: ENODEV)
        #expect("\(failed)" == "mixer of card hw:0: open: No such device")
    }
}

@Suite("Volume in percent")
struct VolumeScaleTests {
    /// Ranges of real cards: a plain one, a USB headset, a Raspberry Pi, one that can be silent.
    static let scales: [VolumeScale] = [
        .linear(0...31), .decibels(-2_400...0), .decibels(-12_750...0), .decibels(-10_239...400),
        .decibels(-9_999_999...600),
    ]

    @Test("the ends of the range are 0 and 100 percent", arguments: scales)
    func ends(scale: VolumeScale) {
        let (low, high) =
            switch scale {
            case .linear(let range), .decibels(let range): (range.lowerBound, range.upperBound)
            }
        #expect(scale.value(percent: 0) == low)
        #expect(scale.value(percent: 100) == high)
        #expect(scale.percent(value: low) == 0)
        #expect(scale.percent(value: high) == 100)
        #expect(scale.value(percent: -5) == low)
        #expect(scale.value(percent: 1_000) == high)
    }

    @Test("a percentage is read back as it was set, and louder is more", arguments: scales)
    func thereAndBack(scale: VolumeScale) {
        var last = Int.min
        for percent in stride(from: 5.0, through: 100, by: 5) {
            let value = scale.value(percent: percent)
            #expect(value > last)
            last = value
            // A step of 31 is three percent wide.
            #expect(abs(scale.percent(value: value) - percent) < 2)
        }
    }

    @Test("half the percent is 18 dB less, which sounds half as loud on a curved scale")
    func half() {
        let value = VolumeScale.decibels(-9_999_999...0).value(percent: 50)
        #expect(value == -1_806)
    }

    @Test("a range of one step is always full")
    func oneStep() {
        #expect(VolumeScale.linear(0...0).percent(value: 0) == 100)
        #expect(VolumeScale.linear(3...3).value(percent: 50) == 3)
    }

    @Test("full volume is 0 dB for a loudspeaker, and the whole range for a microphone")
    func above() {
        // The headphones of a Raspberry Pi: -102.39 to +4 dB.
        let jack = VolumeScale.ofDecibels(-10_239...400, .playback)
        #expect(jack.value(percent: 100) == 0)
        #expect(jack.percent(value: 0) == 100)
        // Another program turned it up further.
        #expect(jack.percent(value: 400) == 100)
        #expect(VolumeScale.ofDecibels(-1700...3000, .capture).value(percent: 100) == 3000)
        // For an amplifier that only adds, full volume is its maximum.
        #expect(VolumeScale.ofDecibels(0...2400, .playback).value(percent: 100) == 2400)
        #expect(VolumeScale.ofDecibels(-2400...0, .playback).value(percent: 100) == 0)
    }
}
