package import Configuration
package import WireCodec

/// What set-up has found out and would write; nothing of it is on the disk yet.
package struct SetupDraft: Sendable {
    /// A setting with its new value.
    struct Change: Sendable {
        let path: String
        /// As TOML writes it; nil: back to the default.
        let value: String?
        let apply: @Sendable (inout Settings) -> Void
    }

    private(set) var changes: [Change] = []
    /// The key of the service.
    package var key: Secret?
    /// What the broker asks for.
    package var brokerPassword: Secret?

    /// Nothing yet.
    package init() {}

    /// Whether there is nothing to write.
    package var isEmpty: Bool { changes.isEmpty && key == nil && brokerPassword == nil }

    /// Sets a setting; the last of several counts.
    package mutating func set<Value: SettingValue>(_ setting: Setting<Value>, to value: Value) {
        changes.removeAll { $0.path == setting.path }
        changes.append(
            Change(path: setting.path, value: value.toml) { $0[setting] = value })
    }

    /// The settings with all that was changed.
    package func applied(to settings: Settings) -> Settings {
        var settings = settings
        for change in changes { change.apply(&settings) }
        return settings
    }

    /// The values by the settings' paths, for the file.
    package var values: [String: String?] {
        Dictionary(changes.map { ($0.path, $0.value) }) { $1 }
    }
}
