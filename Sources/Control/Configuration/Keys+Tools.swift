extension Keys {
    /// [tools]: what applies to all tools.
    package struct Tools: SettingsSection {
        package static let introduction =
            "What applies to all tools; each tool is a table at the end of this file."

        /// What the model may do with the device itself, in the order of the declarations.
        private static let builtInNames = [
            "timers", "volume", "mute", "repeat", "sleep", "device_status",
        ]

        package let builtIn = Setting(
            "tools.builtin", Self.builtInNames,
            .form { name in
                Self.builtInNames.contains(name)
                    ? nil : "there is no \"\(name)\"; allowed: \(Self.builtInNames.toml)"
            },
            "What the model may do with the device itself; leave out what it may not. timers: "
                + "timers, alarms and reminders, which ring here also without the service.")
        package let parallel = Setting(
            "tools.parallel_calls", 4, .range(1...32),
            "Calls that run at the same time; others wait.")
        package let waiting = Setting(
            "tools.waiting_calls", 16, .range(0...256),
            "Calls that wait for their turn; more are refused at once.")
        package let confirmation = Setting(
            "tools.confirm_s", 20, .range(3...120),
            "How long to wait for a press, a phrase or a PIN (seconds) when a tool asks for "
                + "one. A short press is a yes; one that is held is a no.")
        package let pinFile = Setting(
            "tools.pin_file", "", .pathOrNothing,
            "A file that holds the PIN for confirm = \"pin\", four digits or more, and nothing "
                + "else, readable by its owner only. It is said aloud and goes through the "
                + "service, so use it for nothing else. Three wrong ones lock it for five "
                + "minutes, and each further lock lasts twice as long, up to an hour; they "
                + "count across questions and restarts until the right one is said. The log and "
                + "the broker report a lock. Empty: the systemd credential martlet-pin.")
        package let stateDirectory = Setting(
            "tools.state_directory", "", .pathOrNothing,
            "The folder of everything that outlasts a restart: timers, mute and volume, the "
                + "conversation and the day's tokens, the journal of calls (none is made twice) "
                + "and the audit log tool-audit.jsonl. One program uses it at a time. Empty: "
                + "systemd's state folder, else none.")
        package let auditLimit = Setting(
            "tools.audit_limit_kb", 1_024, .range(16...1_000_000),
            "The most that the audit log takes (kilobytes); the oldest entries go first.")
        package let secretsDirectory = Setting(
            "tools.secrets_dir", "/etc/martlet/secrets", .path,
            "Where {secret:NAME} in a tool's settings is looked for when there is no systemd "
                + "credential NAME: a file NAME that holds the secret and nothing else, readable by "
                + "the daemon's user only.")
    }
}
