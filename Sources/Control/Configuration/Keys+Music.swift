extension Keys {
    /// [audio.music]: where music is heard.
    package struct Music: SettingsSection {
        package static let introduction =
            "Where music is heard, if not from the loudspeaker."

        package let device = Setting(
            "audio.music.device", "",
            "A card of its own for music, named as the loudspeaker is, such as the one of the "
                + "stereo set. Empty: the loudspeaker. Martlet cannot take what this card plays "
                + "out of what it hears, as it does with the loudspeaker.")
        package let rate = Setting(
            "audio.music.rate", 48_000, .range(8000...192_000), "What it is asked for (Hz).")
        package let channels = Setting(
            "audio.music.channels", 2, .range(1...2),
            "How many channels it is asked for; both of two get the same.")
        package let format = Setting(
            "audio.music.format", "auto", .oneOf(sampleFormats),
            "The sample format that it is asked for, as in [audio.capture].")
    }
}
