// What is known of kinds of cards, by the names that their drivers give.

extension SoundCard {
    /// Whether it only pretends: other programs are at its ends.
    package var pretends: Bool { ["Loopback", "Dummy"].contains(driver) }

    /// Whether its microphone is a bare one on an I2S line, such as an INMP441 or SPH0645.
    ///
    /// Such a part shifts out one bit a clock and needs 32 of them for each of its two channels. The
    /// clocks are as many as the samples have bits (bcm2835-i2s.c: twice the width of the format),
    /// so that with 16 it gives half of each word, or none. And the line has one width for both
    /// ways: a stream that starts second does not change it (the same file).
    ///
    /// Its driver is no codec's but one for whatever has no registers: dmic.c, ics43432.c,
    /// googlevoicehat-codec.c, or soc-utils.c (`snd-soc-dummy-dai`).
    package var hasBareMicrophone: Bool {
        let parts = ["dmic-hifi", "ics43432-hifi", "voicehat-hifi", "snd-soc-dummy-dai"]
        return captures.contains { device in
            parts.contains { device.id.contains($0) || device.name.contains($0) }
        }
    }

    /// Whether it takes IEC958 frames only, which ALSA's own `hdmi` makes (vc4_hdmi.c).
    package var isDigitalOnly: Bool { driver == "vc4-hdmi" }

    /// Whether an ALSA name means this card: "hw:1,0", "plughw:CARD=Headset", "sysdefault:Headset".
    package func isMeant(by name: String) -> Bool {
        guard let colon = name.firstIndex(of: ":") else { return false }
        let arguments = name[name.index(after: colon)...].split(separator: ",")
        let first = arguments.first { $0.hasPrefix("CARD=") }.map { $0.dropFirst(5) }
        guard let card = first ?? arguments.first else { return false }
        return card == id || card == "\(number)"
    }
}
