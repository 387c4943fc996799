// The kinds of cards, recognized by the names that their drivers report.

extension SoundCard {
    /// Whether the card is virtual: its other end is a program.
    package var pretends: Bool { ["Loopback", "Dummy"].contains(driver) }

    /// Whether its microphone is a bare one on an I2S line, such as an INMP441 or SPH0645.
    ///
    /// Such a part shifts out one bit a clock and needs 32 clocks for each of its two channels.
    /// There are as many clocks as the samples have bits (bcm2835-i2s.c: twice the width of the
    /// format), so with 16 bits it delivers half of each word, or nothing. And the line has one
    /// width for both directions: a stream that starts second does not change it (same file).
    ///
    /// Its driver is not a codec's but one for parts without registers: dmic.c, ics43432.c,
    /// googlevoicehat-codec.c, or soc-utils.c (`snd-soc-dummy-dai`).
    package var hasBareMicrophone: Bool {
        let parts = ["dmic-hifi", "ics43432-hifi", "voicehat-hifi", "snd-soc-dummy-dai"]
        return captures.contains { device in
            parts.contains { device.id.contains($0) || device.name.contains($0) }
        }
    }

    /// Whether it takes only IEC958 frames (vc4_hdmi.c), which ALSA's `hdmi` plugin makes.
    package var isDigitalOnly: Bool { driver == "vc4-hdmi" }

    /// Whether an ALSA name refers to this card: "hw:1,0", "plughw:CARD=Headset",
    /// "sysdefault:Headset".
    package func isMeant(by name: String) -> Bool {
        guard let colon = name.firstIndex(of: ":") else { return false }
        let arguments = name[name.index(after: colon)...].split(separator: ",")
        let first = arguments.first { $0.hasPrefix("CARD=") }.map { $0.dropFirst(5) }
        guard let card = first ?? arguments.first else { return false }
        return card == id || card == "\(number)"
    }
}
