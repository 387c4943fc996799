extension Keys {
    /// [audio.music]: where music is heard.
    package struct Music: SettingsSection {
        package static let introduction =
            "Where music plays, if not on the loudspeaker."

        package let device = Setting(
            "audio.music.device", "",
            "A separate card for music, named as for the loudspeaker, such as that of a stereo. "
                + "Empty: the loudspeaker. Martlet cannot cancel the echo of this card, as it "
                + "does with the loudspeaker.")
        package let rate = Setting(
            "audio.music.rate", 48_000, .range(8000...192_000), "The rate to ask it for (Hz).")
        package let channels = Setting(
            "audio.music.channels", 2, .range(1...2),
            "How many channels to ask it for; both of two get the same.")
        package let format = Setting(
            "audio.music.format", "auto", .oneOf(sampleFormats),
            "The sample format to ask it for, as in [audio.capture].")
    }
}
