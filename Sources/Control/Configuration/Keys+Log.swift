extension Keys {
    /// [log]: what is written to the journal.
    package struct Log: SettingsSection {
        package static let introduction =
            "The journal: `journalctl -u martlet`."

        package let level = Setting(
            "log.level", "info", .oneOf(["error", "warning", "notice", "info", "debug"]),
            "What is written to the journal; each level has those before it.")
        package let transcripts = Setting(
            "log.transcripts", false,
            "Whether what is said, both ways, is written there "
                + "too. It stays there as long as the journal does.")
    }
}
