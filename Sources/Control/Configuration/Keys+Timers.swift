extension Keys {
    /// [timers]: timers, alarms and reminders.
    package struct Timers: SettingsSection {
        package static let introduction =
            "Timers, alarms and reminders; they are kept in tools.state_directory."

        package let ring = Setting(
            "timers.ring_s", 600, .range(10...7200),
            "What nobody dismisses rings for this time, and is then announced as missed (seconds).")
        package let late = Setting(
            "timers.late_s", 3600, .range(0...604_800),
            "What fell due while the device was off still rings if it is no older than this "
                + "(seconds); else it is announced as missed.")
        package let snooze = Setting(
            "timers.snooze_s", 540, .range(60...7200),
            "What is snoozed rings again after this unless another time is given (seconds). By "
                + "button: a press silences, and holding it for button.long_ms snoozes.")
        package let volume = Setting(
            "timers.minimum_volume_percent", 40, .range(0...100),
            "What rings has at least this volume, whatever the volume is; it grows for half a minute."
        )
        package let speaks = Setting(
            "timers.speak_reminders", true,
            "Whether the model is asked to say what a reminder is for while it rings, which "
                + "opens a session. Without a session it only rings, and is spoken when there "
                + "is one again.")
    }
}
