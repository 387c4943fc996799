extension Keys {
    /// [sounds]: the device's own sounds.
    package struct Sounds: SettingsSection {
        package static let introduction =
            "What the device says by itself, without the service."

        package let enabled = Setting(
            "sounds.enabled", true,
            "Whether it makes sounds, such as for an error.")
        package let directory = Setting(
            "sounds.directory", "", .pathOrNothing,
            "A folder with your own sounds instead of the device's: listening.opus or "
                + "listening.wav, and likewise done, error, muted, offline, no_microphone, "
                + "refused, no_key, no_network, settings, budget, timer, alarm. They are made "
                + "as loud as the others. Empty: none.")
    }
}
