package import Configuration

/// One settings file as it was read.
package struct SettingsText: Sendable, Equatable {
    package let name: String
    package let text: String

    /// A file's path and its text.
    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// Settings that the daemon may run with, and why it would run with these.
package struct LifePlan: Sendable {
    /// Where settings come from.
    package enum Kind: Sendable, Equatable {
        /// What the files say.
        case asked
        /// What worked before, in this life or an earlier one.
        case before
        /// What is right in the files, without tools: the device rings, and reports the fault.
        case least
        /// The sound devices alone: the device reports the fault.
        case bare
    }

    package let kind: Kind
    package let settings: Settings
    /// The files that these settings come from; empty if they are no longer what a file says.
    package var texts: [SettingsText] = []
    /// Why it is not what the files say; nil for `asked`.
    package var fault: String?

    /// Settings of a kind.
    package init(
        _ kind: Kind, _ settings: Settings, texts: [SettingsText] = [], fault: String? = nil
    ) {
        self.kind = kind
        self.settings = settings
        self.texts = texts
        self.fault = fault
    }

    /// Whether the service is used at all.
    package var hasSession: Bool { kind == .asked || kind == .before }
}

/// The result of reading the settings.
package struct SettingsReading: Sendable {
    /// What the files say; nil if a start would refuse it.
    package var asked: LifePlan?
    /// Why a start would refuse it, one line each.
    package var mistakes: [String] = []
    /// What worked in an earlier life, and would be accepted now.
    package var lastGood: LifePlan?
    /// What is right in the files.
    package var least: Settings

    /// A reading of files; `least` is what is right in them.
    package init(least: Settings) { self.least = least }

    /// The plans to try when the files do not work, in order; `before` is the one that ran in this
    /// life.
    func fallbacks(before: LifePlan?) -> [LifePlan] {
        let earlier = (before ?? lastGood).map { LifePlan(.before, $0.settings, texts: $0.texts) }
        return [earlier, LifePlan(.least, least.least), LifePlan(.bare, least.bare)].compactMap {
            $0
        }
    }
}

extension Settings {
    /// Without tools: enough to ring, and to show and say what is wrong.
    fileprivate var least: Settings {
        var least = self
        least.dropTools()
        return least
    }

    /// The sound devices alone.
    fileprivate var bare: Settings {
        var bare = Settings()
        bare[Keys.capture.device] = self[Keys.capture.device]
        bare[Keys.playback.device] = self[Keys.playback.device]
        bare[Keys.log.level] = self[Keys.log.level]
        // No line is touched: it may be what the settings are wrong about.
        bare[Keys.button.source] = "none"
        bare[Keys.conversation.mode] = "hands-free"
        return bare
    }
}
