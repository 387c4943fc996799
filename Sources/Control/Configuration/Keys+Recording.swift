extension Keys {
    /// [recording]: turns kept as files.
    package struct Recording: SettingsSection {
        package static let introduction =
            "Recordings of turns, for finding faults; off unless you ask for them."

        package let enabled = Setting(
            "recording.enabled", false,
            "Whether turns are kept as Ogg Opus files: your words and the answers. Tell the "
                + "people who live with it.")
        package let directory = Setting(
            "recording.directory", "/var/lib/martlet/recordings", .path,
            "The folder of the recordings; it is created if it is missing, for its owner only.")
        package let limit = Setting(
            "recording.limit_mb", 100, .range(1...10_000),
            "The oldest are removed beyond this (megabytes).")
        package let maximumAge = Setting(
            "recording.limit_days", 30, .range(1...3650),
            "Older ones are removed (days).")
    }
}
