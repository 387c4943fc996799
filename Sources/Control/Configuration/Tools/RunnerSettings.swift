package import Tools

// The settings of the tools' runner.

extension ToolLimits {
    /// What the device's owner set.
    package init(_ settings: Settings = Settings()) {
        self.init(
            parallelCalls: settings[Keys.tools.parallel],
            waitingCalls: settings[Keys.tools.waiting])
    }
}

extension ConfirmationSettings {
    /// What the device's owner set, except for the PIN, which is a secret.
    package init(_ settings: Settings = Settings()) {
        self.init(window: Int64(settings[Keys.tools.confirmation]) * 1_000_000_000)
    }
}
